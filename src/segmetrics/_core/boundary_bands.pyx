# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: bands and contours of binary images and label maps. All arguments are trusted; see the callers."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from segmetrics._core.bitmaps cimport (
    sm_bitmap,
    sm_bitmap_make,
    sm_bitmap_pack,
    sm_bitmap_unpack,
)
from segmetrics._core.status cimport SM_OK, sm_buffer, sm_buffer_release, sm_status

import numpy as np

cdef extern from "morphology.h" nogil:
    ctypedef struct sm_reach:
        size_t radius
        const size_t *reach

    void sm_reach_of_disk(size_t radius, size_t *reach) noexcept
    void sm_reach_of_square(size_t radius, size_t *reach) noexcept
    void sm_dilate(const sm_bitmap *bitmap, const sm_reach *shape, const sm_bitmap *dilated,
                   uint64_t *row) noexcept

cdef extern from "boundary_band.h" nogil:
    ctypedef struct sm_band_overlap:
        size_t both
        size_t either

    uint32_t sm_band_distance(uint32_t height, uint32_t width, double ratio) noexcept
    void sm_band_of_bitmap(const sm_bitmap *bitmap, size_t distance, const sm_bitmap *eroded) noexcept
    sm_band_overlap sm_band_compare(const sm_bitmap *a, const sm_bitmap *b) noexcept

cdef extern from "label_band.h" nogil:
    void sm_label_band(const uint32_t *labels, size_t distance, const sm_bitmap *band,
                       const sm_bitmap *scratch) noexcept

cdef extern from "contour.h" nogil:
    ctypedef struct sm_contour_match:
        size_t n
        size_t matched

    void sm_contour(const sm_bitmap *bitmap, const sm_bitmap *contour) noexcept
    sm_status sm_contour_compare(const sm_bitmap *contours, size_t radius,
                                 sm_contour_match *matches) noexcept


cdef class Image:
    """An empty bitmap with its memory."""

    cdef sm_bitmap bitmap
    cdef sm_buffer buffer

    def __cinit__(self, size_t height, size_t width):
        if sm_bitmap_make(&self.bitmap, height, width, &self.buffer) != SM_OK:
            raise MemoryError

    def __dealloc__(self):
        sm_buffer_release(&self.buffer)

    cdef unpack(self):
        """(h, w) bool."""
        pixels = np.empty((self.bitmap.height, self.bitmap.width), np.uint8)
        cdef uint8_t[:, ::1] view = pixels
        with nogil:
            sm_bitmap_unpack(&self.bitmap, &view[0, 0])
        return pixels.view(np.bool_)


def band_distance(uint32_t height, uint32_t width, double ratio):
    """How wide a band is, in pixels."""
    return sm_band_distance(height, width, ratio)


def band(const uint8_t[:, ::1] pixels, size_t distance):
    """(h, w) bool: the band of what is not zero."""
    cdef Image image = Image(pixels.shape[0], pixels.shape[1])
    cdef Image eroded = Image(pixels.shape[0], pixels.shape[1])
    with nogil:
        sm_bitmap_pack(&pixels[0, 0], &image.bitmap)
        sm_band_of_bitmap(&image.bitmap, distance, &eroded.bitmap)
    return image.unpack()


def band_overlap(const uint8_t[:, ::1] truth, const uint8_t[:, ::1] prediction, size_t distance):
    """Pixels in both bands and in either."""
    cdef Image a = Image(truth.shape[0], truth.shape[1]), b = Image(truth.shape[0], truth.shape[1])
    cdef Image eroded = Image(truth.shape[0], truth.shape[1])
    cdef sm_band_overlap found
    with nogil:
        sm_bitmap_pack(&truth[0, 0], &a.bitmap)
        sm_band_of_bitmap(&a.bitmap, distance, &eroded.bitmap)
        sm_bitmap_pack(&prediction[0, 0], &b.bitmap)
        sm_band_of_bitmap(&b.bitmap, distance, &eroded.bitmap)
        found = sm_band_compare(&a.bitmap, &b.bitmap)
    return found.both, found.either


def label_band(const uint32_t[:, ::1] labels, size_t distance):
    """(h, w) bool: the bands of all labels."""
    cdef Image band = Image(labels.shape[0], labels.shape[1])
    cdef Image scratch = Image(labels.shape[0], labels.shape[1])
    with nogil:
        sm_label_band(&labels[0, 0], distance, &band.bitmap, &scratch.bitmap)
    return band.unpack()


def dilate(const uint8_t[:, ::1] pixels, size_t radius, bint square):
    """(h, w) bool: what lies at most `radius` from what is not zero, by Euclid or by either axis."""
    cdef Image image = Image(pixels.shape[0], pixels.shape[1])
    cdef Image dilated = Image(pixels.shape[0], pixels.shape[1])
    cdef size_t[::1] reach = np.empty(radius + 1, np.uintp)
    cdef uint64_t[::1] row = np.empty(2 * image.bitmap.row_words, np.uint64)
    cdef sm_reach shape = sm_reach(radius, &reach[0])
    with nogil:
        if square:
            sm_reach_of_square(radius, &reach[0])
        else:
            sm_reach_of_disk(radius, &reach[0])
        sm_bitmap_pack(&pixels[0, 0], &image.bitmap)
        sm_dilate(&image.bitmap, &shape, &dilated.bitmap, &row[0])
    return dilated.unpack()


def contour(const uint8_t[:, ::1] pixels):
    """(h, w) bool: the contour of what is not zero."""
    cdef Image image = Image(pixels.shape[0], pixels.shape[1])
    cdef Image drawn = Image(pixels.shape[0], pixels.shape[1])
    with nogil:
        sm_bitmap_pack(&pixels[0, 0], &image.bitmap)
        sm_contour(&image.bitmap, &drawn.bitmap)
    return drawn.unpack()


def contour_matches(const uint8_t[:, ::1] truth, const uint8_t[:, ::1] prediction, size_t radius):
    """Of the contour of the truth, then of the prediction: its pixels, and those matched."""
    cdef Image a = Image(truth.shape[0], truth.shape[1]), b = Image(truth.shape[0], truth.shape[1])
    cdef Image pixels = Image(truth.shape[0], truth.shape[1])
    cdef sm_bitmap[2] contours
    cdef sm_contour_match[2] matches
    cdef sm_status status
    contours[0] = a.bitmap
    contours[1] = b.bitmap
    with nogil:
        sm_bitmap_pack(&truth[0, 0], &pixels.bitmap)
        sm_contour(&pixels.bitmap, &a.bitmap)
        sm_bitmap_pack(&prediction[0, 0], &pixels.bitmap)
        sm_contour(&pixels.bitmap, &b.bitmap)
        status = sm_contour_compare(contours, radius, matches)
    if status != SM_OK:
        raise MemoryError
    return matches[0].n, matches[0].matched, matches[1].n, matches[1].matched
