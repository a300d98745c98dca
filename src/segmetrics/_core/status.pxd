# Declarations of csrc/status.h and csrc/memory.h, which all glue needs.

from libc.stdint cimport int64_t, uint64_t


cdef extern from "status.h" nogil:
    ctypedef enum sm_status:
        SM_OK
        SM_NO_MEMORY
        SM_IO
        SM_TRUNCATED
        SM_SYNTAX
        SM_INVALID
        SM_MISSING

    ctypedef struct sm_fault:
        uint64_t offset
        int64_t record
        const char *unit
        const char *field
        const char *expected
        char found[64]
        int inside


cdef extern from "memory.h" nogil:
    enum:
        SM_PADDING

    ctypedef struct sm_buffer:
        void *data
        size_t capacity

    sm_status sm_buffer_reserve(sm_buffer *buffer, size_t count, size_t size) noexcept
    void sm_buffer_release(sm_buffer *buffer) noexcept
