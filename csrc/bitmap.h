/*
 * bitmap.h - binary images of one bit a pixel.
 *
 * Definition. Rows lie one after the other, each of `row_words` words of 64 pixels; bit i of word w
 * of a row is column 64 * w + i. Bits past the width are zero, and everything here keeps them so.
 *
 * Limits. height * width <= SM_MAX_PIXELS (runs.h), both at least 1.
 * Ownership. A bitmap is a view: its words are the caller's, mostly an sm_buffer's.
 */
#ifndef SM_BITMAP_H
#define SM_BITMAP_H

#include "memory.h"

enum { SM_WORD_PIXELS = 64 };

typedef struct sm_bitmap {
    size_t height, width;
    size_t row_words;
    uint64_t *words; /* height * row_words */
} sm_bitmap;

static inline uint64_t *sm_bitmap_row(const sm_bitmap *bitmap, size_t y) {
    return bitmap->words + y * bitmap->row_words;
}

static inline int sm_bitmap_get(const sm_bitmap *bitmap, size_t y, size_t x) {
    return (int)(sm_bitmap_row(bitmap, y)[x / SM_WORD_PIXELS] >> x % SM_WORD_PIXELS & 1);
}

static inline void sm_bitmap_set(const sm_bitmap *bitmap, size_t y, size_t x) {
    sm_bitmap_row(bitmap, y)[x / SM_WORD_PIXELS] |= (uint64_t)1 << x % SM_WORD_PIXELS;
}

/* Bits of the last word of a row that lie within the width. */
static inline uint64_t sm_bitmap_last_mask(size_t width) {
    return ~(uint64_t)0 >> (SM_WORD_PIXELS - 1 - (width - 1) % SM_WORD_PIXELS);
}

/*
 * Makes an empty image of this size in `buffer`, whose former content is lost. SM_NO_MEMORY also
 * where the size is none.
 */
sm_status sm_bitmap_make(sm_bitmap *bitmap, size_t height, size_t width, sm_buffer *buffer);

/* How many words that takes. */
size_t sm_bitmap_words(const sm_bitmap *bitmap);

/* Sets the pixels whose byte of pixels[height * width], row by row, is not 0; clears the others. */
void sm_bitmap_pack(const uint8_t *pixels, sm_bitmap *bitmap);

/* Writes ones and zeros row by row: all height * width bytes of `pixels`. */
void sm_bitmap_unpack(const sm_bitmap *bitmap, uint8_t *pixels);

/* Number of pixels that are set. */
size_t sm_bitmap_count(const sm_bitmap *bitmap);

#endif
