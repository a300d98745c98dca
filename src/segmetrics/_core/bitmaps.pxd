# Declarations of csrc/bitmap.h, for all glue that handles binary images.

from libc.stdint cimport uint8_t, uint64_t

from segmetrics._core.status cimport sm_buffer, sm_status


cdef extern from "bitmap.h" nogil:
    ctypedef struct sm_bitmap:
        size_t height
        size_t width
        size_t row_words
        uint64_t *words

    sm_status sm_bitmap_make(sm_bitmap *bitmap, size_t height, size_t width, sm_buffer *buffer) noexcept
    size_t sm_bitmap_words(const sm_bitmap *bitmap) noexcept
    void sm_bitmap_pack(const uint8_t *pixels, sm_bitmap *bitmap) noexcept
    void sm_bitmap_unpack(const sm_bitmap *bitmap, uint8_t *pixels) noexcept
    size_t sm_bitmap_count(const sm_bitmap *bitmap) noexcept
