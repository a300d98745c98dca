/*
 * memory.h - checked sizes, growing buffers, and the padding every text buffer ends with.
 *
 * The only allocator of the library is malloc's, and only through here. A zeroed sm_buffer is an
 * empty one. Buffers keep what they hold when they grow; capacity at least doubles, so appending n
 * elements costs O(n) moves.
 */
#ifndef SM_MEMORY_H
#define SM_MEMORY_H

#include "status.h"

/* Zero bytes that follow the last byte of every text buffer, so that scanners may read ahead. */
enum { SM_PADDING = 64 };

typedef struct sm_buffer {
    void *data;
    size_t capacity; /* bytes */
} sm_buffer;

/*
 * Makes room for `count` elements of `size` bytes (size > 0). SM_NO_MEMORY leaves the buffer as it
 * was; so does a product that would overflow.
 */
sm_status sm_buffer_reserve(sm_buffer *buffer, size_t count, size_t size);

/* Frees the memory and leaves an empty buffer. */
void sm_buffer_release(sm_buffer *buffer);

#endif
