# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: thinning, and boundaries matched at least cost. All arguments are trusted; see boundaries.py."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memset

from segmetrics._core.status cimport SM_NO_MEMORY, SM_OK, sm_buffer, sm_buffer_release, sm_status

import numpy as np


cdef extern from "bitmap.h" nogil:
    ctypedef struct sm_bitmap:
        size_t height
        size_t width
        size_t row_words
        uint64_t *words

    sm_status sm_bitmap_make(sm_bitmap *bitmap, size_t height, size_t width, sm_buffer *buffer) noexcept
    void sm_bitmap_pack(const uint8_t *pixels, sm_bitmap *bitmap) noexcept
    void sm_bitmap_unpack(const sm_bitmap *bitmap, uint8_t *pixels) noexcept

cdef extern from "thinning.h" nogil:
    sm_status sm_thin(sm_bitmap *bitmap, sm_buffer *scratch) noexcept

cdef extern from "pixel_series.h" nogil:
    ctypedef struct sm_pixel_series:
        size_t n_nodes
        sm_buffer node_of

    sm_status sm_pixel_series_begin(sm_pixel_series *series, size_t height, size_t width) noexcept
    sm_status sm_pixel_series_add(sm_pixel_series *series, const sm_bitmap *image) noexcept
    void sm_pixel_series_release(sm_pixel_series *series) noexcept

cdef extern from "threshold_series.h" nogil:
    ctypedef struct sm_threshold_scratch:
        pass

    sm_status sm_threshold_series(sm_pixel_series *series, const double *strengths, const double *thresholds,
                                  size_t n_thresholds, int thin, sm_threshold_scratch *scratch) noexcept
    void sm_threshold_scratch_release(sm_threshold_scratch *scratch) noexcept

cdef extern from "pixel_matching.h" nogil:
    ctypedef struct sm_pixel_graph:
        sm_buffer places

    ctypedef struct sm_vertex:
        uint32_t mate

    ctypedef struct sm_matching:
        sm_vertex *nodes
        size_t n_pairs

    ctypedef struct sm_rematch:
        uint32_t won
        uint32_t lost

    uint32_t SM_NOBODY

    sm_status sm_pixel_graph_build(sm_pixel_graph *graph, const sm_pixel_series *series,
                                   const sm_bitmap *image, double radius, uint64_t salt) noexcept
    void sm_pixel_graph_release(sm_pixel_graph *graph) noexcept
    sm_status sm_matching_begin(sm_matching *matching, const sm_pixel_graph *graph) noexcept
    sm_rematch sm_matching_insert(sm_matching *matching, uint32_t node) noexcept
    void sm_matching_release(sm_matching *matching) noexcept

cdef extern from "boundary_counts.h" nogil:
    ctypedef struct sm_boundary_counts:
        int64_t found
        int64_t annotated
        int64_t right
        int64_t predicted

    ctypedef struct sm_boundary_counter:
        pass

    sm_status sm_boundary_count(sm_boundary_counter *counter, const sm_pixel_series *series,
                                const uint8_t *annotations, size_t n_annotations, double radius,
                                sm_boundary_counts *counts) noexcept
    void sm_boundary_counter_release(sm_boundary_counter *counter) noexcept


cdef raise_for(sm_status status):
    if status == SM_NO_MEMORY:
        raise MemoryError
    if status != SM_OK:
        raise OverflowError("the radius is too large")


def thin(uint8_t[:, ::1] image):
    """Thins (h, w) bytes of 0 and others in place; what is left is 1."""
    cdef sm_bitmap bitmap
    cdef sm_buffer words = sm_buffer(NULL, 0)
    cdef sm_buffer scratch = sm_buffer(NULL, 0)
    cdef sm_status status
    with nogil:
        status = sm_bitmap_make(&bitmap, image.shape[0], image.shape[1], &words)
        if status == SM_OK:
            sm_bitmap_pack(&image[0, 0], &bitmap)
            status = sm_thin(&bitmap, &scratch)
        if status == SM_OK:
            sm_bitmap_unpack(&bitmap, &image[0, 0])
        sm_buffer_release(&words)
        sm_buffer_release(&scratch)
    raise_for(status)


cdef class BoundaryCounter:
    """Counts what corresponds, image after image, in memory that is used again."""

    cdef sm_pixel_series series
    cdef sm_threshold_scratch scratch
    cdef sm_boundary_counter counter
    cdef sm_buffer words
    cdef sm_buffer thinning

    def __dealloc__(self):
        sm_pixel_series_release(&self.series)
        sm_threshold_scratch_release(&self.scratch)
        sm_boundary_counter_release(&self.counter)
        sm_buffer_release(&self.words)
        sm_buffer_release(&self.thinning)

    def of_strengths(self, const double[:, ::1] strengths, const double[::1] thresholds, bint thins,
                     const uint8_t[:, :, ::1] annotations, double radius):
        """(k, 4) int64 found, annotated, right, predicted at each of k ascending thresholds."""
        counts = np.empty((thresholds.shape[0], 4), np.int64)
        cdef int64_t[:, ::1] out = counts
        cdef size_t height = strengths.shape[0], width = strengths.shape[1]
        cdef sm_status status
        with nogil:
            status = sm_pixel_series_begin(&self.series, height, width)
            if status == SM_OK:
                status = sm_threshold_series(&self.series, &strengths[0, 0], &thresholds[0],
                                             thresholds.shape[0], thins, &self.scratch)
            if status == SM_OK:
                status = sm_boundary_count(&self.counter, &self.series, &annotations[0, 0, 0],
                                           annotations.shape[0], radius, <sm_boundary_counts *>&out[0, 0])
        raise_for(status)
        return counts[::-1]

    def of_images(self, const uint8_t[:, :, ::1] images, bint thins, const uint8_t[:, :, ::1] annotations,
                  double radius):
        """(k, 4) int64 found, annotated, right, predicted of each of k images."""
        counts = np.empty((images.shape[0], 4), np.int64)
        cdef int64_t[:, ::1] out = counts
        cdef sm_bitmap bitmap
        cdef sm_status status
        cdef Py_ssize_t i
        with nogil:
            status = sm_pixel_series_begin(&self.series, images.shape[1], images.shape[2])
            for i in range(images.shape[0]):
                if status == SM_OK:
                    status = sm_bitmap_make(&bitmap, images.shape[1], images.shape[2], &self.words)
                if status == SM_OK:
                    sm_bitmap_pack(&images[i, 0, 0], &bitmap)
                    if thins:
                        status = sm_thin(&bitmap, &self.thinning)
                if status == SM_OK:
                    status = sm_pixel_series_add(&self.series, &bitmap)
            if status == SM_OK:
                status = sm_boundary_count(&self.counter, &self.series, &annotations[0, 0, 0],
                                           annotations.shape[0], radius, <sm_boundary_counts *>&out[0, 0])
        raise_for(status)
        return counts


def match(const uint8_t[:, ::1] predicted, const uint8_t[:, ::1] annotated, double radius):
    """(h, w) int64: for each pixel of `predicted` the index of its mate, row by row; -1 where it has none."""
    cdef size_t height = predicted.shape[0], width = predicted.shape[1]
    cdef sm_pixel_series series
    cdef sm_pixel_graph graph
    cdef sm_matching matching
    cdef sm_bitmap bitmap
    cdef sm_buffer words = sm_buffer(NULL, 0)
    cdef sm_status status
    mates = np.full((height, width), -1, np.int64)
    cdef int64_t[::1] out = mates.reshape(-1)
    cdef uint32_t node
    memset(&series, 0, sizeof(series))
    memset(&graph, 0, sizeof(graph))
    memset(&matching, 0, sizeof(matching))
    with nogil:
        status = sm_pixel_series_begin(&series, height, width)
        if status == SM_OK:
            status = sm_bitmap_make(&bitmap, height, width, &words)
        if status == SM_OK:
            sm_bitmap_pack(&predicted[0, 0], &bitmap)
            status = sm_pixel_series_add(&series, &bitmap)
        if status == SM_OK:
            sm_bitmap_pack(&annotated[0, 0], &bitmap)
            status = sm_pixel_graph_build(&graph, &series, &bitmap, radius, 0)
        if status == SM_OK:
            status = sm_matching_begin(&matching, &graph)
        if status == SM_OK:
            for node in range(<uint32_t>series.n_nodes):
                sm_matching_insert(&matching, node)
            write_mates(&series, &graph, &matching, out)
        sm_matching_release(&matching)
        sm_pixel_graph_release(&graph)
        sm_pixel_series_release(&series)
        sm_buffer_release(&words)
    raise_for(status)
    return mates


cdef void write_mates(const sm_pixel_series *series, const sm_pixel_graph *graph, const sm_matching *matching,
                      int64_t[::1] out) noexcept nogil:
    cdef const int32_t *node_of = <const int32_t *>series.node_of.data
    cdef const uint32_t *places = <const uint32_t *>graph.places.data
    cdef uint32_t mate
    for i in range(out.shape[0]):
        if node_of[i] >= 0:
            mate = matching.nodes[node_of[i]].mate
            if mate != SM_NOBODY:
                out[i] = places[mate]
