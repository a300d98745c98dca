# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: instance evaluation and accumulation on columns. All arguments are trusted; see the callers."""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from segmetrics._core.status cimport (
    SM_NO_MEMORY,
    SM_OK,
    sm_buffer,
    sm_buffer_release,
    sm_fault,
    sm_status,
)

import numpy as np

cdef extern from "objects.h" nogil:
    ctypedef struct sm_shape:
        uint64_t offset

cdef extern from "lookup.h" nogil:
    sm_status sm_lookup(const int64_t *ids, size_t n, const int64_t *listed, size_t m,
                        uint32_t *position) noexcept
    void sm_group(const uint32_t *position, size_t n, size_t n_groups, uint32_t *order,
                  uint32_t *starts) noexcept

cdef extern from "matching.h" nogil:
    enum:
        SM_MAX_THRESHOLDS
        SM_MAX_AREAS

    ctypedef struct sm_outcome:
        uint64_t matched
        uint64_t ignored

cdef extern from "shapes.h" nogil:
    ctypedef struct sm_mask:
        uint32_t area

    ctypedef struct sm_mask_arena:
        size_t used

    void sm_mask_arena_reset(sm_mask_arena *arena) noexcept
    void sm_mask_arena_release(sm_mask_arena *arena) noexcept
    sm_status sm_shape_decode(const sm_shape *shape, const uint8_t *const *payloads, uint32_t height,
                              uint32_t width, sm_mask_arena *arena, sm_mask *mask) noexcept

cdef extern from "instances.h" nogil:
    ctypedef enum sm_compared:
        SM_COMPARE_MASKS
        SM_COMPARE_BOXES
        SM_COMPARE_BOUNDARIES

    ctypedef struct sm_instance_protocol:
        const double *thresholds
        size_t n_thresholds
        const double *areas
        size_t n_areas
        size_t n_categories
        uint32_t max_per_category
        uint32_t max_per_image
        sm_compared compared
        double band_ratio
        int federated
        int unnamed_zero
        int drop_empty

    ctypedef struct sm_instance_side:
        const uint32_t *order
        const uint32_t *starts
        const uint32_t *category
        const double *area
        const double *score
        const int64_t *id
        const uint8_t *flags
        const sm_shape *shape
        const uint8_t *const *payloads

    ctypedef struct sm_listed:
        const uint32_t *starts
        const uint32_t *category

    ctypedef struct sm_instance_batch:
        const uint32_t *height
        const uint32_t *width
        sm_instance_side truth
        sm_instance_side prediction
        sm_listed negative
        sm_listed not_exhaustive

    ctypedef struct sm_instance_rows:
        size_t n_detections
        double *score
        uint32_t *category
        uint32_t *state
        uint32_t *detections_per_image
        size_t n_outcomes
        sm_buffer outcomes
        size_t n_cells
        sm_buffer cells
        uint32_t *cells_per_image

    sm_status sm_instances_evaluate(const sm_instance_batch *batch, const sm_instance_protocol *protocol,
                                    size_t first, size_t last, sm_instance_rows *rows,
                                    sm_fault *fault) noexcept

cdef extern from "precision_recall.h" nogil:
    ctypedef struct sm_curve_grid:
        size_t n_categories
        size_t n_areas
        size_t n_thresholds
        const double *recalls
        size_t n_recalls
        const uint32_t *max_dets
        size_t n_max_dets

    ctypedef struct sm_ranked_rows:
        size_t n_detections
        const double *score
        const uint32_t *state
        const sm_outcome *outcomes
        const uint32_t *outcome
        const uint32_t *rank
        const uint32_t *by_category
        const uint32_t *category_starts
        const uint32_t *n_truths

    ctypedef struct sm_curves:
        double *precision
        double *recall
        double *scores

    void sm_number_detections(const uint32_t *category, const uint32_t *state, const uint32_t *per_image,
                              size_t n_images, uint32_t *outcome, uint32_t *rank) noexcept
    sm_status sm_accumulate(const sm_ranked_rows *rows, const sm_curve_grid *grid, size_t first, size_t last,
                            const sm_curves *curves) noexcept

NOT_LISTED = 0xFFFFFFFF
HAS_OUTCOMES = 1 << 31
MAX_THRESHOLDS = SM_MAX_THRESHOLDS
MAX_AREAS = SM_MAX_AREAS

COMPARED = {"masks": SM_COMPARE_MASKS, "boxes": SM_COMPARE_BOXES, "boundary": SM_COMPARE_BOUNDARIES}


class ImageFault(Exception):
    """Image `index` of a batch has no size that its masks fill."""

    def __init__(self, index):
        super().__init__(index)
        self.index = index


# The address of an array's first element; anything for an empty one.
cdef inline const uint32_t *words(const uint32_t[::1] array) noexcept nogil:
    return &array[0] if array.shape[0] > 0 else NULL


cdef inline const double *doubles(const double[::1] array) noexcept nogil:
    return &array[0] if array.shape[0] > 0 else NULL


cdef inline const int64_t *integers(const int64_t[::1] array) noexcept nogil:
    return &array[0] if array.shape[0] > 0 else NULL


cdef inline const uint8_t *octets(const uint8_t[::1] array) noexcept nogil:
    return &array[0] if array.shape[0] > 0 else NULL


def lookup(const int64_t[::1] ids, const int64_t[::1] listed):
    """(n,) uint32: the position of each id among `listed` (strictly ascending), or NOT_LISTED."""
    cdef uint32_t[::1] position = np.empty(ids.shape[0], np.uint32)
    cdef sm_status status = SM_OK
    with nogil:
        if ids.shape[0] > 0:
            status = sm_lookup(&ids[0], ids.shape[0], integers(listed), listed.shape[0], &position[0])
    if status != SM_OK:
        raise MemoryError
    return np.asarray(position)


def group(const uint32_t[::1] position, size_t n_groups):
    """Order (n,) and starts (n_groups + 1,), uint32: the rows of each group, in their order."""
    cdef uint32_t[::1] order = np.empty(position.shape[0] + 1, np.uint32)
    cdef uint32_t[::1] starts = np.empty(n_groups + 1, np.uint32)
    with nogil:
        sm_group(words(position), position.shape[0], n_groups, &order[0], &starts[0])
    return np.asarray(order)[: position.shape[0]], np.asarray(starts)


cdef class Payloads:
    """Where each of some arrays of bytes starts, as C wants it; they are kept alive."""

    cdef const uint8_t **start
    cdef tuple kept

    def __cinit__(self, tuple arrays):
        cdef const uint8_t[::1] array
        cdef Py_ssize_t i
        self.kept = arrays
        self.start = <const uint8_t **>malloc((len(arrays) + 1) * sizeof(self.start[0]))
        if self.start == NULL:
            raise MemoryError
        for i in range(len(arrays)):
            array = arrays[i]
            self.start[i] = octets(array)

    def __dealloc__(self):
        free(self.start)


def shape_areas(const uint8_t[::1] shapes, Payloads payloads, const uint32_t[::1] height,
                const uint32_t[::1] width):
    """(n,) uint32: pixels of each shape in an image of its size."""
    cdef Py_ssize_t i, n = height.shape[0]
    cdef const sm_shape *shape = <const sm_shape *>octets(shapes)
    cdef uint32_t[::1] areas = np.empty(n, np.uint32)
    cdef sm_mask_arena arena
    cdef sm_mask mask
    cdef sm_status status = SM_OK
    arena = sm_mask_arena()
    with nogil:
        for i in range(n):
            sm_mask_arena_reset(&arena)
            status = sm_shape_decode(&shape[i], payloads.start, height[i], width[i], &arena, &mask)
            if status != SM_OK:
                break
            areas[i] = mask.area
        sm_mask_arena_release(&arena)
    if status == SM_NO_MEMORY:
        raise MemoryError
    if status != SM_OK:
        raise ImageFault(i)
    return np.asarray(areas)


cdef class Protocol:
    """The numbers of sm_instance_protocol, and the arrays they point to."""

    cdef sm_instance_protocol protocol
    cdef const double[::1] thresholds
    cdef const double[:, ::1] areas

    def __init__(self, const double[::1] thresholds, const double[:, ::1] areas, size_t n_categories,
                 uint32_t max_per_category, uint32_t max_per_image, str geometry, double band_ratio,
                 bint federated, bint unnamed_zero, bint drop_empty):
        self.thresholds = thresholds
        self.areas = areas
        self.protocol.thresholds = &thresholds[0]
        self.protocol.n_thresholds = thresholds.shape[0]
        self.protocol.areas = &areas[0, 0]
        self.protocol.n_areas = areas.shape[0]
        self.protocol.n_categories = n_categories
        self.protocol.max_per_category = max_per_category
        self.protocol.max_per_image = max_per_image
        self.protocol.compared = COMPARED[geometry]
        self.protocol.band_ratio = band_ratio
        self.protocol.federated = federated
        self.protocol.unnamed_zero = unnamed_zero
        self.protocol.drop_empty = drop_empty


cdef class Side:
    """The columns of sm_instance_side, kept alive."""

    cdef sm_instance_side side
    cdef object kept

    def __init__(self, const uint32_t[::1] order, const uint32_t[::1] starts, const uint32_t[::1] category,
                 const double[::1] area, const double[::1] score, const int64_t[::1] id,
                 const uint8_t[::1] flags, const uint8_t[::1] shapes, Payloads payloads):
        self.kept = (order, starts, category, area, score, id, flags, shapes, payloads)
        self.side.order = words(order)
        self.side.starts = words(starts)
        self.side.category = words(category)
        self.side.area = doubles(area)
        self.side.score = doubles(score)
        self.side.id = integers(id)
        self.side.flags = octets(flags)
        self.side.shape = <const sm_shape *>octets(shapes)
        self.side.payloads = payloads.start


def evaluate(const uint32_t[::1] height, const uint32_t[::1] width, Side truth, Side prediction,
             const uint32_t[::1] negative_starts, const uint32_t[::1] negative,
             const uint32_t[::1] not_exhaustive_starts, const uint32_t[::1] not_exhaustive,
             Protocol protocol, size_t first, size_t last, size_t n_predictions):
    """Rows of images [first, last), which have n_predictions predictions, by column name."""
    cdef sm_instance_batch batch
    cdef sm_instance_rows rows
    cdef sm_fault fault
    cdef sm_status status
    cdef size_t n_areas = protocol.protocol.n_areas
    cdef double[::1] score = np.empty(n_predictions + 1, np.float64)
    cdef uint32_t[::1] category = np.empty(n_predictions + 1, np.uint32)
    cdef uint32_t[::1] state = np.empty(n_predictions + 1, np.uint32)
    cdef uint32_t[::1] detections_per_image = np.zeros(last - first + 1, np.uint32)
    cdef uint32_t[::1] cells_per_image = np.zeros(last - first + 1, np.uint32)
    cdef uint64_t[:, :, ::1] outcomes
    cdef uint32_t[:, ::1] cells
    batch = sm_instance_batch(words(height), words(width), truth.side, prediction.side)
    batch.negative = sm_listed(words(negative_starts), words(negative))
    batch.not_exhaustive = sm_listed(words(not_exhaustive_starts), words(not_exhaustive))
    rows = sm_instance_rows()
    rows.score = &score[0]
    rows.category = &category[0]
    rows.state = &state[0]
    rows.detections_per_image = &detections_per_image[0]
    rows.cells_per_image = &cells_per_image[0]
    with nogil:
        status = sm_instances_evaluate(&batch, &protocol.protocol, first, last, &rows, &fault)
    try:
        if status == SM_NO_MEMORY:
            raise MemoryError
        if status != SM_OK:
            raise ImageFault(fault.record)
        outcomes = np.empty((rows.n_outcomes, n_areas, 2), np.uint64)
        if rows.n_outcomes > 0:
            memcpy(&outcomes[0, 0, 0], rows.outcomes.data, outcomes.nbytes)
        cells = np.empty((rows.n_cells, n_areas + 1), np.uint32)
        if rows.n_cells > 0:
            memcpy(&cells[0, 0], rows.cells.data, cells.nbytes)
    finally:
        sm_buffer_release(&rows.outcomes)
        sm_buffer_release(&rows.cells)
    return {
        "score": np.asarray(score)[:rows.n_detections],
        "category": np.asarray(category)[:rows.n_detections],
        "state": np.asarray(state)[:rows.n_detections],
        "detections_per_image": np.asarray(detections_per_image)[: last - first],
        "outcomes": np.asarray(outcomes),
        "cells": np.asarray(cells),
        "cells_per_image": np.asarray(cells_per_image)[: last - first],
    }


def number_detections(const uint32_t[::1] category, const uint32_t[::1] state, const uint32_t[::1] per_image):
    """For each detection (n,) uint32 the number of its outcome, and its rank in its image and category."""
    cdef size_t n = category.shape[0]
    cdef uint32_t[::1] outcome = np.empty(n + 1, np.uint32)
    cdef uint32_t[::1] rank = np.empty(n + 1, np.uint32)
    with nogil:
        sm_number_detections(words(category), words(state), words(per_image), per_image.shape[0], &outcome[0],
                             &rank[0])
    return np.asarray(outcome)[:n], np.asarray(rank)[:n]


def accumulate(const double[::1] score, const uint32_t[::1] state, const uint64_t[:, :, ::1] outcomes,
               const uint32_t[::1] outcome, const uint32_t[::1] rank, const uint32_t[::1] by_category,
               const uint32_t[::1] category_starts, const uint32_t[:, ::1] n_truths,
               const double[::1] recalls, const uint32_t[::1] max_dets, size_t first, size_t last,
               double[:, :, :, :, ::1] precision, double[:, :, :, ::1] recall,
               double[:, :, :, :, ::1] scores=None):
    """Fills the curves of categories [first, last)."""
    cdef sm_ranked_rows rows
    cdef sm_curve_grid grid
    cdef sm_curves curves
    cdef sm_status status
    if first >= last:
        return
    grid.n_categories = precision.shape[2]
    grid.n_areas = precision.shape[3]
    grid.n_thresholds = precision.shape[0]
    grid.recalls = &recalls[0]
    grid.n_recalls = precision.shape[1]
    grid.max_dets = &max_dets[0]
    grid.n_max_dets = precision.shape[4]
    rows.n_detections = score.shape[0]
    rows.score = doubles(score)
    rows.state = words(state)
    rows.outcomes = <const sm_outcome *>&outcomes[0, 0, 0] if outcomes.shape[0] > 0 else NULL
    rows.outcome = words(outcome)
    rows.rank = words(rank)
    rows.by_category = words(by_category)
    rows.category_starts = words(category_starts)
    rows.n_truths = &n_truths[0, 0]
    curves.precision = &precision[0, 0, 0, 0, 0]
    curves.recall = &recall[0, 0, 0, 0]
    curves.scores = NULL if scores is None else &scores[0, 0, 0, 0, 0]
    with nogil:
        status = sm_accumulate(&rows, &grid, first, last, &curves)
    if status == SM_NO_MEMORY:
        raise MemoryError
    if status != SM_OK:
        raise ValueError("more matches than objects")
