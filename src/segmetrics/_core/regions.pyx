# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: nested segmentations and their overlaps with annotations. Trusts its arguments; see regions.py."""

from libc.stdint cimport uint32_t, uint64_t

from segmetrics._core.status cimport SM_OK, sm_status

import numpy as np


cdef extern from "merge_tree.h" nogil:
    ctypedef struct sm_contours:
        const double *values
        size_t height
        size_t width

    ctypedef struct sm_merge_tree:
        uint32_t n_regions

    sm_status sm_merge_tree_build(sm_merge_tree *tree, sm_contours contours, const double *thresholds,
                                  size_t n_thresholds, uint32_t *labels) noexcept
    uint32_t sm_merge_tree_advance(sm_merge_tree *tree, uint32_t *into) noexcept
    void sm_merge_tree_release(sm_merge_tree *tree) noexcept


cdef extern from "region_overlaps.h" nogil:
    ctypedef struct sm_overlap:
        uint32_t region
        uint32_t pixels
        double log

    ctypedef struct sm_overlaps:
        sm_overlap *overlaps
        size_t *ends
        const uint32_t *segment_sizes
        double *best
        size_t n_segments
        uint32_t *region_sizes
        uint32_t n_regions
        size_t *places
        double *region_logs
        double *region_best

    ctypedef struct sm_agreement:
        double covered
        double covered_regions
        double region_logs
        double overlap_logs
        uint64_t region_squares
        uint64_t overlap_squares

    void sm_overlaps_prepare(sm_overlaps *overlaps) noexcept
    void sm_overlaps_merge(sm_overlaps *overlaps, const uint32_t *into, uint32_t n) noexcept
    sm_agreement sm_overlaps_measure(sm_overlaps *overlaps) noexcept


OVERLAP = np.dtype([("region", np.uint32), ("pixels", np.uint32), ("log", np.float64)])
AGREEMENT = np.dtype([
    ("covered", np.float64),
    ("covered_regions", np.float64),
    ("region_logs", np.float64),
    ("overlap_logs", np.float64),
    ("region_squares", np.uint64),
    ("overlap_squares", np.uint64),
])


cdef class MergeTree:
    """Segmentations at thresholds, from the finest to the coarsest; frees them.

    Attributes:
        labels: (h, w) uint32, the finest segmentation.
    """

    cdef sm_merge_tree tree
    cdef readonly object labels
    cdef size_t n_thresholds

    def __init__(self, const double[:, ::1] contours, const double[::1] thresholds):
        cdef sm_contours map = sm_contours(
            &contours[0, 0], contours.shape[0] // 2, contours.shape[1] // 2
        )
        cdef uint32_t[:, ::1] labels = np.empty((map.height, map.width), np.uint32)
        cdef sm_status status
        self.n_thresholds = thresholds.shape[0]
        with nogil:
            status = sm_merge_tree_build(&self.tree, map, &thresholds[0], self.n_thresholds, &labels[0, 0])
        if status != SM_OK:
            raise MemoryError
        self.labels = np.asarray(labels)

    def __dealloc__(self):
        sm_merge_tree_release(&self.tree)

    @property
    def n_regions(self):
        """How many regions the segmentation has that was measured last; before, the finest."""
        return self.tree.n_regions


cdef class Overlaps:
    """Overlaps of regions with annotated segments; see csrc/region_overlaps.h for the arguments.

    Attributes:
        best: (segments,) float64, the greatest IoU of each segment in what was measured so far.
    """

    cdef sm_overlaps table
    cdef object kept
    cdef readonly object best

    def __init__(self, regions, pixels, ends, const uint32_t[::1] segment_sizes, region_sizes):
        cdef size_t[::1] own_ends = np.array(ends, np.uintp)
        cdef uint32_t[::1] sizes = np.array(region_sizes, np.uint32)
        cdef size_t[::1] places = np.empty(len(region_sizes), np.uintp)
        cdef double[::1] logs = np.empty(len(region_sizes), np.float64)
        cdef double[::1] region_best = np.empty(len(region_sizes), np.float64)
        cdef double[::1] best = np.zeros(segment_sizes.shape[0], np.float64)
        cdef sm_overlap[::1] overlaps
        packed = np.empty(len(regions), OVERLAP)
        packed["region"] = regions
        packed["pixels"] = pixels
        overlaps = packed
        self.table = sm_overlaps(&overlaps[0], &own_ends[0], &segment_sizes[0], &best[0], best.shape[0],
                                 &sizes[0], sizes.shape[0], &places[0], &logs[0], &region_best[0])
        self.kept = (packed, own_ends, segment_sizes, sizes, places, logs, region_best)
        self.best = np.asarray(best)
        with nogil:
            sm_overlaps_prepare(&self.table)

    def measure(self):
        """The agreement of the one segmentation."""
        cdef sm_agreement[::1] measured = np.empty(1, AGREEMENT)
        with nogil:
            measured[0] = sm_overlaps_measure(&self.table)
        return np.asarray(measured)

    def measure_all(self, MergeTree tree):
        """The agreement at every threshold of a tree, whose finest segmentation these are overlaps of."""
        cdef sm_agreement[::1] measured = np.empty(tree.n_thresholds, AGREEMENT)
        cdef uint32_t[::1] into = np.empty(self.table.n_regions, np.uint32)
        cdef uint32_t n
        cdef size_t i
        with nogil:
            measured[0] = sm_overlaps_measure(&self.table)
            for i in range(1, tree.n_thresholds):
                n = sm_merge_tree_advance(&tree.tree, &into[0])
                if n == self.table.n_regions:
                    measured[i] = measured[i - 1]
                    continue
                sm_overlaps_merge(&self.table, &into[0], n)
                measured[i] = sm_overlaps_measure(&self.table)
        return np.asarray(measured)
