#include "memory.h"

#include <stdlib.h>

sm_status sm_buffer_reserve(sm_buffer *buffer, size_t count, size_t size) {
    if (count > SIZE_MAX / 2 / size) return SM_NO_MEMORY;
    size_t bytes = count * size;
    if (bytes <= buffer->capacity) return SM_OK;
    size_t capacity = buffer->capacity < SIZE_MAX / 4 ? 2 * buffer->capacity : bytes;
    if (capacity < bytes) capacity = bytes;
    void *data = realloc(buffer->data, capacity);
    if (data == NULL) return SM_NO_MEMORY;
    buffer->data = data;
    buffer->capacity = capacity;
    return SM_OK;
}

void sm_buffer_release(sm_buffer *buffer) {
    free(buffer->data);
    *buffer = (sm_buffer){0};
}
