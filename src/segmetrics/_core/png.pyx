# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: the chunks of a PNG, and its pixels from inflated rows. See csrc/png.h and csrc/png_rows.h."""

from libc.stdint cimport uint8_t, uint32_t

from segmetrics._core.fault cimport check
from segmetrics._core.status cimport sm_fault, sm_status

import numpy as np


cdef extern from "png.h" nogil:
    ctypedef struct sm_png:
        uint32_t height
        uint32_t width
        uint8_t bit_depth
        uint8_t color
        uint8_t is_interlaced
        size_t data_start
        size_t data_size

    unsigned sm_png_channels(unsigned color) noexcept
    sm_status sm_png_parse(const uint8_t *file, size_t size, sm_png *png, sm_fault *fault) noexcept
    void sm_png_join_data(const uint8_t *file, const sm_png *png, uint8_t *data) noexcept

cdef extern from "machine.h" nogil:
    ctypedef enum sm_machine:
        pass

    sm_machine sm_this_machine() noexcept

cdef extern from "png_rows.h" nogil:
    ctypedef struct sm_png_layout:
        size_t height
        size_t width
        unsigned bit_depth
        unsigned channels
        unsigned scale

    size_t sm_png_rows_size(const sm_png_layout *layout) noexcept
    sm_status sm_png_rows_decode(const sm_png_layout *layout, sm_machine machine, const uint8_t *rows,
                                 uint8_t *pixels, sm_fault *fault) noexcept


cdef class Png:
    """The header of a file, all chunks of which are checked, and its compressed pixels."""

    cdef sm_png png
    cdef bytes file

    def __cinit__(self, bytes file):
        cdef const uint8_t *start = <const uint8_t *>file
        cdef size_t size = len(file)
        cdef sm_fault fault
        cdef sm_status status
        self.file = file
        with nogil:
            status = sm_png_parse(start, size, &self.png, &fault)
        check(status, &fault)

    @property
    def height(self):
        return self.png.height

    @property
    def width(self):
        return self.png.width

    @property
    def bit_depth(self):
        return self.png.bit_depth

    @property
    def color(self):
        return self.png.color

    @property
    def channels(self):
        return sm_png_channels(self.png.color)

    @property
    def is_interlaced(self):
        return self.png.is_interlaced != 0

    def data(self):
        """The zlib stream that the IDAT chunks hold."""
        joined = np.empty(self.png.data_size, np.uint8)
        cdef uint8_t[::1] data = joined
        cdef const uint8_t *start = <const uint8_t *>self.file
        with nogil:
            sm_png_join_data(start, &self.png, &data[0])
        return joined


cdef class Rows:
    """The layout of `height` rows, `width` pixels each."""

    cdef sm_png_layout layout

    def __cinit__(self, size_t height, size_t width, Png png, unsigned scale):
        self.layout = sm_png_layout(height, width, png.png.bit_depth, sm_png_channels(png.png.color), scale)

    @property
    def size(self):
        """Bytes of them with their filter types."""
        return sm_png_rows_size(&self.layout)

    def decode(self, const uint8_t[::1] rows, uint8_t[::1] pixels):
        """Writes the (height, width, channels) samples of the inflated rows, as bytes, into `pixels`."""
        cdef size_t n_samples = self.layout.height * self.layout.width * self.layout.channels
        cdef size_t n_bytes = 2 * n_samples if self.layout.bit_depth == 16 else n_samples
        cdef sm_fault fault
        cdef sm_status status
        if rows.shape[0] != self.size or pixels.shape[0] != n_bytes:
            raise ValueError(f"{rows.shape[0]} bytes of rows into {pixels.shape[0]} of pixels")
        with nogil:
            status = sm_png_rows_decode(&self.layout, sm_this_machine(), &rows[0], &pixels[0], &fault)
        check(status, &fault)
