# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: distance transforms, and surfaces of masks. All arguments are trusted; see surface_distances.py.

Arrays have three axes and no empty one; that of a plane is (h, 1, w).
"""

from libc.stdint cimport uint8_t

from segmetrics._core.status cimport SM_OK, sm_buffer, sm_buffer_release, sm_status

import numpy as np


cdef extern from "distance_transform.h" nogil:
    enum:
        SM_MOST_POINTS

    ctypedef struct sm_grid:
        size_t extent[3]
        double spacing[3]

    sm_status sm_distance_transform(
        const uint8_t *sites, const sm_grid *grid, double *distances, sm_buffer *scratch
    ) noexcept
    sm_status sm_distances_at(
        const uint8_t *chosen,
        const uint8_t *sites,
        const sm_grid *grid,
        double *distances,
        sm_buffer *scratch,
    ) noexcept


cdef extern from "surfaces.h" nogil:
    ctypedef struct sm_mask:
        const uint8_t *bytes
        size_t extent[3]
        int n_axes

    ctypedef struct sm_box:
        size_t first[3]
        size_t end[3]

    void sm_box_extend(sm_box *box, const sm_mask *mask) noexcept
    void sm_corner_codes(const sm_mask *mask, uint8_t *codes) noexcept
    void sm_edge_codes(const sm_mask *mask, uint8_t *codes) noexcept


MOST_POINTS = SM_MOST_POINTS


cdef sm_grid grid_of(const uint8_t[:, :, ::1] points, const double[::1] spacing) noexcept:
    cdef sm_grid grid
    cdef int axis
    for axis in range(3):
        grid.extent[axis] = points.shape[axis]
        grid.spacing[axis] = spacing[axis]
    return grid


cdef sm_mask mask_of(const uint8_t[:, :, ::1] pixels, int n_axes) noexcept:
    cdef sm_mask mask
    cdef int axis
    mask.bytes = &pixels[0, 0, 0]
    mask.n_axes = n_axes
    for axis in range(3):
        mask.extent[axis] = pixels.shape[axis]
    return mask


def distance_transform(const uint8_t[:, :, ::1] sites, const double[::1] spacing):
    """Distances of all points to the nearest site, inf without sites."""
    cdef sm_grid grid = grid_of(sites, spacing)
    cdef double[:, :, ::1] distances = np.empty([sites.shape[axis] for axis in range(3)])
    cdef sm_buffer scratch = sm_buffer(NULL, 0)
    cdef sm_status status
    with nogil:
        status = sm_distance_transform(&sites[0, 0, 0], &grid, &distances[0, 0, 0], &scratch)
        sm_buffer_release(&scratch)
    if status != SM_OK:
        raise MemoryError
    return np.asarray(distances)


def distances_at(
    const uint8_t[:, :, ::1] chosen, const uint8_t[:, :, ::1] sites, const double[::1] spacing, Py_ssize_t n
):
    """Distances of the n points that are chosen to the nearest site, inf without sites; in C order."""
    cdef sm_grid grid = grid_of(sites, spacing)
    cdef double[::1] distances = np.empty(n)
    cdef sm_buffer scratch = sm_buffer(NULL, 0)
    cdef sm_status status
    if n == 0:
        return np.asarray(distances)
    with nogil:
        status = sm_distances_at(&chosen[0, 0, 0], &sites[0, 0, 0], &grid, &distances[0], &scratch)
        sm_buffer_release(&scratch)
    if status != SM_OK:
        raise MemoryError
    return np.asarray(distances)


def joint_box(const uint8_t[:, :, ::1] first, const uint8_t[:, :, ::1] second):
    """First and end on each axis of the least box that holds two masks of one shape; all 0 if it is empty."""
    cdef sm_mask masks[2]
    cdef sm_box box = sm_box([0, 0, 0], [0, 0, 0])
    masks[0], masks[1] = mask_of(first, 3), mask_of(second, 3)
    with nogil:
        sm_box_extend(&box, &masks[0])
        sm_box_extend(&box, &masks[1])
    return [(box.first[axis], box.end[axis]) for axis in range(3)]


def corner_codes(const uint8_t[:, :, ::1] pixels, int n_axes):
    """Codes of the corners of a mask of 2 or 3 axes, which has a margin."""
    cdef sm_mask mask = mask_of(pixels, n_axes)
    cdef uint8_t[:, :, ::1] codes = inner(pixels, n_axes, 1)
    with nogil:
        sm_corner_codes(&mask, &codes[0, 0, 0])
    return np.asarray(codes)


def edge_codes(const uint8_t[:, :, ::1] pixels, int n_axes):
    """Codes of the pixels of a mask of 2 or 3 axes that are not of its margin."""
    cdef sm_mask mask = mask_of(pixels, n_axes)
    cdef uint8_t[:, :, ::1] codes = inner(pixels, n_axes, 2)
    with nogil:
        sm_edge_codes(&mask, &codes[0, 0, 0])
    return np.asarray(codes)


cdef inner(const uint8_t[:, :, ::1] pixels, int n_axes, Py_ssize_t fewer):
    middle = pixels.shape[1] - (fewer if n_axes == 3 else 0)
    return np.empty((pixels.shape[0] - fewer, middle, pixels.shape[2] - fewer), np.uint8)
