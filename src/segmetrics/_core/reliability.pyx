# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: counts by confidence, and what their curves come to. Arguments are trusted but for what C checks."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from segmetrics._core.fault cimport check
from segmetrics._core.status cimport SM_OK, sm_fault, sm_status

import numpy as np


cdef extern from "confidence_counts.h" nogil:
    enum:
        SM_LEVELS

    ctypedef struct sm_judged_maps:
        const uint8_t *truth
        const uint8_t *prediction
        const uint8_t *invalid
        const uint8_t *is_scored
        size_t n_pixels

    void sm_confidence_counts(
        const sm_judged_maps *maps, const uint16_t *confidence, uint64_t (*counts)[SM_LEVELS]
    ) noexcept
    sm_status sm_confidence_counts_at(
        const sm_judged_maps *maps,
        const uint32_t *samples,
        const uint16_t *confidence,
        size_t n_samples,
        uint64_t (*counts)[SM_LEVELS],
        sm_fault *fault,
    ) noexcept


cdef extern from "confidence_curves.h" nogil:
    ctypedef struct sm_ranking:
        const uint64_t *positives
        const uint64_t *negatives
        size_t n_levels

    ctypedef struct sm_ranking_scores:
        double auroc
        double fpr
        double average_precision

    sm_status sm_score_ranking(
        const sm_ranking *ranking, double tpr, sm_ranking_scores *scores
    ) noexcept

    ctypedef struct sm_calibration:
        const uint64_t *right
        const uint64_t *wrong
        size_t n_levels

    ctypedef struct sm_calibration_bin:
        size_t first_level
        uint64_t n
        uint64_t n_right
        double confidence

    sm_status sm_score_calibration(
        const sm_calibration *calibration, size_t n_bins, sm_calibration_bin *bins, double *ece
    ) noexcept


BIN = np.dtype(
    [("first_level", np.uintp), ("n", np.uint64), ("n_right", np.uint64), ("confidence", np.float64)]
)


def confidence_counts(
    const uint8_t[::1] truth,
    const uint8_t[::1] prediction,
    const uint8_t[::1] invalid,
    const uint8_t[::1] is_scored,
    const uint32_t[::1] samples,
    const uint16_t[::1] confidence,
    uint64_t[:, ::1] counts,
):
    """Adds n pixels, or those of the samples, to (4, 65536) counts; `invalid` and `samples` may be None."""
    cdef sm_judged_maps maps = sm_judged_maps(NULL, NULL, NULL, &is_scored[0], truth.shape[0])
    cdef uint64_t *cells = &counts[0, 0]
    cdef sm_status status = SM_OK
    cdef sm_fault fault
    if not confidence.shape[0]:
        return
    if truth.shape[0]:
        maps.truth = &truth[0]
        maps.prediction = &prediction[0]
        if invalid is not None:
            maps.invalid = &invalid[0]
    if samples is None:
        with nogil:
            sm_confidence_counts(&maps, &confidence[0], <uint64_t (*)[SM_LEVELS]>cells)
    else:
        with nogil:
            status = sm_confidence_counts_at(
                &maps,
                &samples[0],
                &confidence[0],
                confidence.shape[0],
                <uint64_t (*)[SM_LEVELS]>cells,
                &fault,
            )
        check(status, &fault)


def score_ranking(const uint64_t[::1] positives, const uint64_t[::1] negatives, double tpr):
    """AUROC, FPR at this TPR and average precision of the counts at each level, the best first."""
    cdef sm_ranking ranking = sm_ranking(NULL, NULL, positives.shape[0])
    cdef sm_ranking_scores scores
    cdef sm_status status
    if positives.shape[0]:
        ranking.positives = &positives[0]
        ranking.negatives = &negatives[0]
    with nogil:
        status = sm_score_ranking(&ranking, tpr, &scores)
    if status != SM_OK:
        raise OverflowError
    return scores.auroc, scores.fpr, scores.average_precision


def score_calibration(const uint64_t[::1] right, const uint64_t[::1] wrong, size_t n_bins):
    """The bins, and their ECE, of the counts at each level, the lowest first; at least one of both."""
    bins = np.empty(n_bins, BIN)
    cdef sm_calibration calibration = sm_calibration(&right[0], &wrong[0], right.shape[0])
    cdef sm_calibration_bin[::1] filled = bins
    cdef double ece
    cdef sm_status status
    with nogil:
        status = sm_score_calibration(&calibration, n_bins, &filled[0], &ece)
    if status != SM_OK:
        raise OverflowError
    return bins, ece
