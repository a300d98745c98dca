/*
 * window.h - a stretch of a source in memory, moved along as it is read.
 *
 * The text between `text` and `end` is a copy of the file from byte `offset` on, followed by
 * SM_PADDING zero bytes. sm_window_more drops what lies before a given place and reads on after
 * `end`; the buffer is used again and grows only where one piece that must be kept whole is larger
 * than it. Files are read with pread: a file cut short meanwhile is a short read, never a signal.
 */
#ifndef SM_WINDOW_H
#define SM_WINDOW_H

#include "memory.h"

/* What is read: an open file, or bytes in memory (then `descriptor` is not looked at). */
typedef struct sm_source {
    const char *memory; /* NULL for a file */
    int descriptor;
    uint64_t size; /* in bytes, fixed by the caller */
} sm_source;

typedef struct sm_window {
    sm_source source;
    uint64_t offset; /* in the source, of `text` */
    char *text, *end;
    sm_buffer buffer;
} sm_window;

/* Begins at byte `offset` of a source; holds no text yet. */
void sm_window_open(sm_window *window, sm_source source, uint64_t offset);

/* Frees the buffer; the source stays the caller's. */
void sm_window_release(sm_window *window);

/*
 * Drops the text before `keep` (in [text, end]; NULL keeps all) and reads more. SM_TRUNCATED where
 * the file has no more, or is shorter than its size said; SM_IO with errno in fault->found;
 * SM_NO_MEMORY. `text` is then where `keep` was.
 */
sm_status sm_window_more(sm_window *window, const char *keep, sm_fault *fault);

/* Byte offset in the source of a place in the text. */
static inline uint64_t sm_window_tell(const sm_window *window, const char *p) {
    return window->offset + (uint64_t)(p - window->text);
}

#endif
