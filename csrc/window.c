#include "window.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Large enough to make calls rare, small enough to stay in the second-level cache. */
enum { STRETCH = 1 << 18 };

void sm_window_open(sm_window *window, sm_source source, uint64_t offset) {
    *window = (sm_window){.source = source, .offset = offset};
}

void sm_window_release(sm_window *window) {
    sm_buffer_release(&window->buffer);
    window->text = window->end = NULL;
}

/* Moves the kept text to the front of a buffer that has room for `want` bytes after it. */
static sm_status make_room(sm_window *window, const char *keep, size_t kept, size_t want) {
    if (kept > 0) memmove(window->buffer.data, keep, kept);
    if (kept > SIZE_MAX / 4) return SM_NO_MEMORY;
    sm_status status = sm_buffer_reserve(&window->buffer, kept + want + SM_PADDING, 1);
    if (status != SM_OK) return status;
    window->text = window->buffer.data;
    window->end = window->text + kept;
    return SM_OK;
}

/* Reads at most `want` bytes after `end`; an interrupted read is tried again. */
static ssize_t read_after(sm_window *window, size_t want) {
    uint64_t from = sm_window_tell(window, window->end);
    if (window->source.memory) {
        memcpy(window->end, window->source.memory + from, want);
        return (ssize_t)want;
    }
    ssize_t got;
    do {
        got = pread(window->source.descriptor, window->end, want, (off_t)from);
    } while (got < 0 && errno == EINTR);
    return got;
}

sm_status sm_window_more(sm_window *window, const char *keep, sm_fault *fault) {
    if (!keep) keep = window->text;
    size_t kept = window->text ? (size_t)(window->end - keep) : 0;
    if (window->text) window->offset = sm_window_tell(window, keep);
    /* As much as is kept, so that a piece of n bytes is begun again log n times at most. */
    size_t want = kept > STRETCH ? kept : STRETCH;
    sm_status status = make_room(window, keep, kept, want);
    if (status != SM_OK) return status;

    uint64_t left = window->source.size - sm_window_tell(window, window->end);
    ssize_t got = left == 0 ? 0 : read_after(window, left < want ? (size_t)left : want);
    if (got < 0) {
        snprintf(fault->found, sizeof fault->found, "%d", errno);
        return SM_IO;
    }
    window->end += got;
    memset(window->end, 0, SM_PADDING);
    return got == 0 ? SM_TRUNCATED : SM_OK;
}
