# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: joint counts of two label maps. All arguments are trusted; see labelmaps.py."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from segmetrics._core.status cimport SM_OK, sm_buffer, sm_buffer_release, sm_status

import numpy as np


cdef extern from "machine.h" nogil:
    ctypedef enum sm_machine:
        pass

    sm_machine sm_this_machine() noexcept

cdef extern from "joint_counts.h" nogil:
    enum:
        SM_LABELS

    sm_status sm_joint_counts(
        const uint8_t *truth,
        const uint8_t *prediction,
        size_t n_pixels,
        uint64_t (*counts)[SM_LABELS],
        sm_machine machine,
        sm_buffer *scratch,
    ) noexcept


cdef extern from "joint_pairs.h" nogil:
    ctypedef struct sm_pair:
        uint32_t truth
        uint32_t prediction
        uint64_t count

    ctypedef struct sm_pairs:
        sm_buffer slots
        size_t n_slots
        size_t n

    ctypedef struct sm_ids:
        const uint8_t *bytes
        size_t width

    sm_status sm_pairs_count(sm_pairs *pairs, sm_ids truth, sm_ids prediction, size_t n_pixels) noexcept
    const sm_pair *sm_pairs_sort(sm_pairs *pairs) noexcept
    void sm_pairs_release(sm_pairs *pairs) noexcept


def joint_counts(const uint8_t[::1] truth, const uint8_t[::1] prediction, uint64_t[:, ::1] counts):
    """Adds the pairs of n pixels to (256, 256) counts."""
    cdef sm_buffer scratch = sm_buffer(NULL, 0)
    cdef sm_status status = SM_OK
    if not truth.shape[0]:
        return
    with nogil:
        status = sm_joint_counts(
            &truth[0],
            &prediction[0],
            truth.shape[0],
            <uint64_t (*)[SM_LABELS]>&counts[0, 0],
            sm_this_machine(),
            &scratch,
        )
        sm_buffer_release(&scratch)
    if status != SM_OK:
        raise MemoryError


cdef class Pairs:
    """Pairs of ids, counted; frees them."""

    cdef sm_pairs table

    def __dealloc__(self):
        sm_pairs_release(&self.table)


def joint_pairs(const uint8_t[:, ::1] truth, const uint8_t[:, ::1] prediction):
    """(n, width) bytes of ids, 1 to 4 bytes each, to ids of truth and prediction and their counts."""
    cdef Pairs pairs = Pairs()
    cdef const sm_pair *found = NULL
    cdef sm_status status = SM_OK
    cdef sm_ids truth_ids = sm_ids(NULL, truth.shape[1])
    cdef sm_ids prediction_ids = sm_ids(NULL, prediction.shape[1])
    cdef Py_ssize_t i
    if truth.shape[0]:
        truth_ids.bytes = &truth[0, 0]
        prediction_ids.bytes = &prediction[0, 0]
        with nogil:
            status = sm_pairs_count(&pairs.table, truth_ids, prediction_ids, truth.shape[0])
            if status == SM_OK:
                found = sm_pairs_sort(&pairs.table)
        if status != SM_OK:
            raise MemoryError
    cdef uint32_t[::1] truths = np.empty(pairs.table.n, np.uint32)
    cdef uint32_t[::1] predictions = np.empty(pairs.table.n, np.uint32)
    cdef uint64_t[::1] counts = np.empty(pairs.table.n, np.uint64)
    with nogil:
        for i in range(truths.shape[0]):
            truths[i] = found[i].truth
            predictions[i] = found[i].prediction
            counts[i] = found[i].count
    return np.asarray(truths), np.asarray(predictions), np.asarray(counts)
