# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: non-maximum suppression. All arguments are trusted; see segmetrics/edge_nms.py."""

from segmetrics._core.status cimport SM_OK, sm_buffer, sm_buffer_release, sm_status

import numpy as np


cdef extern from "edge_nms.h" nogil:
    ctypedef struct sm_edge_nms_rule:
        size_t radius
        size_t border
        double multiplier

    sm_status sm_edge_nms(const double *strengths, size_t height, size_t width, const sm_edge_nms_rule *rule,
                          double *crests, sm_buffer *scratch) noexcept


def suppress(const double[:, ::1] strengths, size_t radius, size_t border, double multiplier):
    """(h, w) float64 of (h, w) strengths."""
    crests = np.empty((strengths.shape[0], strengths.shape[1]), np.float64)
    cdef double[:, ::1] out = crests
    cdef sm_edge_nms_rule rule = sm_edge_nms_rule(radius, border, multiplier)
    cdef sm_buffer scratch = sm_buffer(NULL, 0)
    cdef sm_status status
    with nogil:
        status = sm_edge_nms(&strengths[0, 0], strengths.shape[0], strengths.shape[1], &rule, &out[0, 0],
                             &scratch)
        sm_buffer_release(&scratch)
    if status != SM_OK:
        raise MemoryError
    return crests
