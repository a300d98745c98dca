# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: many masks at a time, in and out of one arena of runs. All arguments are trusted; see masks.py."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.string cimport memcpy

from segmetrics._core.runs cimport (
    sm_box_iou_matrix,
    sm_counts_text_bound,
    sm_counts_text_decode,
    sm_counts_text_encode,
    sm_extent,
    sm_pixels_transpose,
    sm_polygon_fill,
    sm_polygon_runs_bound,
    sm_polygon_scratch,
    sm_polygon_scratch_release,
    sm_run,
    sm_runs_decode,
    sm_runs_encode,
    sm_runs_from_counts,
    sm_runs_intersect,
    sm_runs_measure,
    sm_runs_overlap,
    sm_runs_to_counts,
    sm_runs_unite,
)
from segmetrics._core.status cimport (
    SM_NO_MEMORY,
    SM_OK,
    sm_buffer,
    sm_buffer_release,
    sm_buffer_reserve,
    sm_fault,
    sm_status,
)

import numpy as np


class MaskFault(Exception):
    """Mask `index` of a batch is not one; `message` says what was found and what was expected."""

    def __init__(self, index, message):
        super().__init__(message)
        self.index = index
        self.message = message


cdef extern from "boundary_band.h" nogil:
    ctypedef struct sm_measured_runs:
        const sm_run *runs
        size_t n
        uint32_t height
        sm_extent extent

    ctypedef struct sm_band_scratch:
        sm_buffer drawn
        sm_buffer eroded

    uint32_t sm_band_distance(uint32_t height, uint32_t width, double ratio) noexcept
    sm_status sm_band_of_runs(const sm_measured_runs *mask, uint32_t distance, sm_band_scratch *scratch,
                              sm_buffer *out, size_t first, size_t *n) noexcept
    void sm_band_scratch_release(sm_band_scratch *scratch) noexcept


cdef class Arena:
    """Runs of n masks, one after the other: reserve a bound, write at `end()`, commit what was written."""

    cdef sm_buffer buffer
    cdef int64_t[::1] offsets
    cdef Py_ssize_t n_masks

    def __cinit__(self, Py_ssize_t n):
        self.offsets = np.zeros(n + 1, np.int64)

    def __dealloc__(self):
        sm_buffer_release(&self.buffer)

    cdef sm_status reserve(self, size_t n) noexcept nogil:
        return sm_buffer_reserve(&self.buffer, self.offsets[self.n_masks] + n, sizeof(sm_run))

    cdef sm_run *end(self) noexcept nogil:
        return <sm_run *>self.buffer.data + self.offsets[self.n_masks]

    cdef void commit(self, size_t n) noexcept nogil:
        self.offsets[self.n_masks + 1] = self.offsets[self.n_masks] + n
        self.n_masks += 1

    cdef finish(self, sm_status status, const sm_fault *fault):
        """Runs and offsets, or what was wrong with the mask that was not committed."""
        if status == SM_NO_MEMORY:
            raise MemoryError
        if status != SM_OK:
            found = fault.found.decode("ascii")
            expected = f"expected {fault.expected.decode('ascii')}"
            raise MaskFault(self.n_masks, f"{found}, {expected}" if found else expected)
        runs = np.empty((self.offsets[self.n_masks], 2), np.uint32)
        cdef uint32_t[:, ::1] view = runs
        if view.shape[0]:
            memcpy(&view[0, 0], self.buffer.data, view.shape[0] * sizeof(sm_run))
        return runs, np.asarray(self.offsets)


cdef inline const sm_run *runs_at(const uint32_t[:, ::1] runs, int64_t index) noexcept nogil:
    return <const sm_run *>&runs[0, 0] + index


def encode(const uint8_t[:, :, ::1] pixels, bint by_rows):
    """(n, height, width) row by row, or (n, width, height) column by column, to runs and offsets."""
    cdef Py_ssize_t i
    cdef size_t n_pixels = pixels.shape[1] * pixels.shape[2]
    cdef Arena arena = Arena(pixels.shape[0])
    cdef sm_status status = SM_OK
    cdef const uint8_t *columns
    cdef uint8_t[::1] scratch = np.empty(n_pixels if by_rows else 0, np.uint8)
    with nogil:
        for i in range(pixels.shape[0]):
            status = arena.reserve((n_pixels + 1) // 2)
            if status != SM_OK:
                break
            columns = &pixels[i, 0, 0]
            if by_rows:
                sm_pixels_transpose(columns, pixels.shape[1], pixels.shape[2], &scratch[0])
                columns = &scratch[0]
            arena.commit(sm_runs_encode(columns, n_pixels, arena.end()))
    return arena.finish(status, NULL)


def decode(const uint32_t[:, ::1] runs, const int64_t[::1] offsets, uint8_t[:, :, ::1] columns):
    """Fills (n, width, height) with zeros and ones."""
    cdef Py_ssize_t i
    cdef size_t n_pixels = columns.shape[1] * columns.shape[2]
    with nogil:
        for i in range(columns.shape[0]):
            sm_runs_decode(
                runs_at(runs, offsets[i]), offsets[i + 1] - offsets[i], &columns[i, 0, 0], n_pixels
            )


def from_counts(const uint32_t[::1] counts, const int64_t[::1] offsets, const uint32_t[::1] n_pixels):
    """Counts of n masks, one after the other, to runs and their offsets."""
    cdef Py_ssize_t i
    cdef Arena arena = Arena(n_pixels.shape[0])
    cdef sm_status status = SM_OK
    cdef sm_fault fault
    cdef size_t length, n_runs = 0
    with nogil:
        for i in range(n_pixels.shape[0]):
            length = offsets[i + 1] - offsets[i]
            status = arena.reserve(length // 2 + 1)
            if status == SM_OK:
                status = sm_runs_from_counts(
                    &counts[0] + offsets[i], length, n_pixels[i], arena.end(), &n_runs, &fault
                )
            if status != SM_OK:
                break
            arena.commit(n_runs)
    return arena.finish(status, &fault)


def from_text(const uint8_t[::1] text, const int64_t[::1] offsets, const uint32_t[::1] n_pixels):
    """Texts of n masks, one after the other and padded at the end, to runs and their offsets."""
    cdef Py_ssize_t i
    cdef Arena arena = Arena(n_pixels.shape[0])
    cdef sm_status status = SM_OK
    cdef sm_fault fault
    cdef size_t length, n_runs = 0
    with nogil:
        for i in range(n_pixels.shape[0]):
            length = offsets[i + 1] - offsets[i]
            status = arena.reserve(length // 2 + 1)
            if status == SM_OK:
                status = sm_counts_text_decode(
                    <const char *>&text[0] + offsets[i], length, n_pixels[i], arena.end(), &n_runs, &fault
                )
            if status != SM_OK:
                break
            arena.commit(n_runs)
    return arena.finish(status, &fault)


def to_counts(const uint32_t[:, ::1] runs, const int64_t[::1] offsets, const uint32_t[::1] n_pixels):
    """Counts of all masks, one after the other, and their offsets."""
    cdef Py_ssize_t i, n = n_pixels.shape[0]
    counts = np.empty(2 * (offsets[n] - offsets[0]) + n + 1, np.uint32)
    starts = np.zeros(n + 1, np.int64)
    cdef uint32_t[::1] out = counts
    cdef int64_t[::1] start = starts
    with nogil:
        for i in range(n):
            start[i + 1] = start[i] + sm_runs_to_counts(
                runs_at(runs, offsets[i]), offsets[i + 1] - offsets[i], n_pixels[i], &out[start[i]]
            )
    return counts, starts


def to_text(const uint32_t[:, ::1] runs, const int64_t[::1] offsets, const uint32_t[::1] n_pixels):
    """Texts of all masks, one after the other, and their offsets."""
    cdef Py_ssize_t i, n = n_pixels.shape[0]
    text = np.empty(n * sm_counts_text_bound(0) + sm_counts_text_bound(offsets[n]), np.uint8)
    starts = np.zeros(n + 1, np.int64)
    cdef uint8_t[::1] out = text
    cdef int64_t[::1] start = starts
    with nogil:
        for i in range(n):
            start[i + 1] = start[i] + sm_counts_text_encode(
                runs_at(runs, offsets[i]), offsets[i + 1] - offsets[i], n_pixels[i], <char *>&out[start[i]]
            )
    return text, starts


def fill(const int32_t[:, ::1] points, const int64_t[::1] offsets, const uint32_t[:, ::1] sizes):
    """Polygons, points in fifths of a pixel, to runs and their offsets, one mask a polygon."""
    cdef Py_ssize_t i
    cdef Arena arena = Arena(sizes.shape[0])
    cdef sm_polygon_scratch scratch = sm_polygon_scratch(sm_buffer(NULL, 0), sm_buffer(NULL, 0))
    cdef sm_status status = SM_OK
    cdef const int32_t *xy
    cdef size_t n, n_runs = 0
    with nogil:
        for i in range(sizes.shape[0]):
            xy = &points[0, 0] + 2 * offsets[i]
            n = offsets[i + 1] - offsets[i]
            status = arena.reserve(sm_polygon_runs_bound(xy, n, sizes[i, 1]))
            if status == SM_OK:
                status = sm_polygon_fill(xy, n, sizes[i, 0], sizes[i, 1], &scratch, arena.end(), &n_runs)
            if status != SM_OK:
                break
            arena.commit(n_runs)
        sm_polygon_scratch_release(&scratch)
    return arena.finish(status, NULL)


cdef sm_status append_merged(
    Arena arena, Arena spare, const sm_run *runs, const int64_t *offsets, Py_ssize_t n, bint unite
) noexcept nogil:
    # The masks merged so far lie at arena.end(), not yet committed; each step merges into `spare` and copies.
    cdef size_t n_merged = 0, length
    cdef Py_ssize_t i
    for i in range(n):
        length = offsets[i + 1] - offsets[i]
        if arena.reserve(n_merged + length) != SM_OK or spare.reserve(n_merged + length) != SM_OK:
            return SM_NO_MEMORY
        if unite or i == 0:
            n_merged = sm_runs_unite(arena.end(), n_merged, runs + offsets[i], length, spare.end())
        else:
            n_merged = sm_runs_intersect(arena.end(), n_merged, runs + offsets[i], length, spare.end())
        if n_merged:
            memcpy(arena.end(), spare.end(), n_merged * sizeof(sm_run))
    arena.commit(n_merged)
    return SM_OK


def merge(const uint32_t[:, ::1] runs, const int64_t[::1] offsets, const int64_t[::1] groups, bint unite):
    """Union (or intersection) of masks groups[k] <= i < groups[k + 1], for each k: runs and offsets."""
    cdef Py_ssize_t k, n = groups.shape[0] - 1
    cdef Arena arena = Arena(n), spare = Arena(0)
    cdef sm_status status = SM_OK
    with nogil:
        for k in range(n):
            status = append_merged(
                arena, spare, runs_at(runs, 0), &offsets[groups[k]], groups[k + 1] - groups[k], unite
            )
            if status != SM_OK:
                break
    return arena.finish(status, NULL)


def measure(
    const uint32_t[:, ::1] runs,
    const int64_t[::1] offsets,
    const uint32_t[:, ::1] sizes,
    int64_t[::1] areas,
    uint32_t[:, ::1] extents,
):
    """Fills the area and the left, top, right, bottom of each mask."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(sizes.shape[0]):
            areas[i] = sm_runs_measure(
                runs_at(runs, offsets[i]),
                offsets[i + 1] - offsets[i],
                sizes[i, 0],
                <sm_extent *>&extents[i, 0],
            )


def bands(
    const uint32_t[:, ::1] runs, const int64_t[::1] offsets, const uint32_t[:, ::1] sizes, double ratio
):
    """The band of each mask, as runs and their offsets."""
    cdef Py_ssize_t i
    cdef Arena arena = Arena(sizes.shape[0])
    cdef sm_band_scratch scratch = sm_band_scratch(sm_buffer(NULL, 0), sm_buffer(NULL, 0))
    cdef sm_measured_runs mask
    cdef sm_status status = SM_OK
    cdef uint32_t distance
    cdef size_t n_runs = 0
    with nogil:
        for i in range(sizes.shape[0]):
            mask.runs = runs_at(runs, offsets[i])
            mask.n = offsets[i + 1] - offsets[i]
            mask.height = sizes[i, 0]
            sm_runs_measure(mask.runs, mask.n, mask.height, &mask.extent)
            distance = sm_band_distance(sizes[i, 0], sizes[i, 1], ratio)
            status = sm_band_of_runs(
                &mask, distance, &scratch, &arena.buffer, arena.offsets[arena.n_masks], &n_runs
            )
            if status != SM_OK:
                break
            arena.commit(n_runs)
        sm_band_scratch_release(&scratch)
    return arena.finish(status, NULL)


def overlaps(
    const uint32_t[:, ::1] runs_a,
    const int64_t[::1] offsets_a,
    const int64_t[:] index_a,
    const uint32_t[:, ::1] runs_b,
    const int64_t[::1] offsets_b,
    const int64_t[:] index_b,
    uint32_t[::1] out,
):
    """Fills the number of pixels that mask index_a[k] of a and mask index_b[k] of b share."""
    cdef Py_ssize_t i, j, k
    with nogil:
        for k in range(out.shape[0]):
            i = index_a[k]
            j = index_b[k]
            out[k] = sm_runs_overlap(
                runs_at(runs_a, offsets_a[i]),
                offsets_a[i + 1] - offsets_a[i],
                runs_at(runs_b, offsets_b[j]),
                offsets_b[j + 1] - offsets_b[j],
            )


def box_iou(
    const double[:, ::1] detections, const double[:, ::1] truths, const uint8_t[::1] crowd, double[:, ::1] iou
):
    """Fills the (d, g) intersections over unions."""
    with nogil:
        if iou.shape[0] and iou.shape[1]:
            sm_box_iou_matrix(
                &detections[0, 0], detections.shape[0], &truths[0, 0], truths.shape[0], &crowd[0], &iou[0, 0]
            )
