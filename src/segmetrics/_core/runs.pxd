# Declarations of csrc/runs.h and its neighbours, for all glue that handles masks.

from libc.stdint cimport int32_t, uint8_t, uint32_t

from segmetrics._core.status cimport sm_buffer, sm_fault, sm_status


cdef extern from "runs.h" nogil:
    ctypedef struct sm_run:
        uint32_t start
        uint32_t end

    ctypedef struct sm_extent:
        uint32_t left
        uint32_t top
        uint32_t right
        uint32_t bottom

    void sm_pixels_transpose(const uint8_t *rows, size_t height, size_t width, uint8_t *columns) noexcept
    size_t sm_runs_encode(const uint8_t *pixels, size_t n_pixels, sm_run *runs) noexcept
    void sm_runs_decode(const sm_run *runs, size_t n, uint8_t *pixels, size_t n_pixels) noexcept
    uint32_t sm_runs_measure(const sm_run *runs, size_t n, uint32_t height, sm_extent *extent) noexcept
    uint32_t sm_runs_overlap(const sm_run *a, size_t n, const sm_run *b, size_t m) noexcept
    size_t sm_runs_intersect(const sm_run *a, size_t n, const sm_run *b, size_t m, sm_run *out) noexcept
    size_t sm_runs_unite(const sm_run *a, size_t n, const sm_run *b, size_t m, sm_run *out) noexcept
    sm_status sm_runs_from_counts(const uint32_t *counts, size_t n, uint32_t n_pixels, sm_run *runs,
                                  size_t *n_runs, sm_fault *fault) noexcept
    size_t sm_runs_to_counts(const sm_run *runs, size_t n, uint32_t n_pixels, uint32_t *counts) noexcept


cdef extern from "counts_text.h" nogil:
    sm_status sm_counts_text_decode(const char *text, size_t length, uint32_t n_pixels, sm_run *runs,
                                    size_t *n_runs, sm_fault *fault) noexcept
    size_t sm_counts_text_bound(size_t n) noexcept
    size_t sm_counts_text_encode(const sm_run *runs, size_t n, uint32_t n_pixels, char *text) noexcept


cdef extern from "polygon.h" nogil:
    ctypedef struct sm_polygon_scratch:
        sm_buffer crossings
        sm_buffer slots

    void sm_polygon_scratch_release(sm_polygon_scratch *scratch) noexcept
    size_t sm_polygon_runs_bound(const int32_t *xy, size_t n, uint32_t width) noexcept
    sm_status sm_polygon_fill(const int32_t *xy, size_t n, uint32_t height, uint32_t width,
                              sm_polygon_scratch *scratch, sm_run *runs, size_t *n_runs) noexcept


cdef extern from "boxes.h" nogil:
    void sm_box_iou_matrix(const double *detections, size_t n, const double *truths, size_t m,
                           const uint8_t *crowd, double *iou) noexcept
