/*
 * made_images.h - binary images for tests, the same in every run.
 */
#ifndef SM_MADE_IMAGES_H
#define SM_MADE_IMAGES_H

#include "bitmap.h"

#include <string.h>

static inline uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Sets each pixel with this probability, and clears the others. */
static inline void draw_noise(sm_bitmap *bitmap, uint32_t percent, uint32_t *state) {
    memset(bitmap->words, 0, sm_bitmap_words(bitmap) * sizeof *bitmap->words);
    for (size_t y = 0; y < bitmap->height; y++)
        for (size_t x = 0; x < bitmap->width; x++)
            if (next_random(state) % 100 < percent) sm_bitmap_set(bitmap, y, x);
}

/* Sets the pixels of a rectangle, as far as they are in the image. */
static inline void draw_box(sm_bitmap *bitmap, size_t top, size_t left, size_t height,
                            size_t width) {
    for (size_t y = top; y < top + height && y < bitmap->height; y++)
        for (size_t x = left; x < left + width && x < bitmap->width; x++)
            sm_bitmap_set(bitmap, y, x);
}

static inline int same_pixels(const sm_bitmap *a, const sm_bitmap *b) {
    return memcmp(a->words, b->words, sm_bitmap_words(a) * sizeof *a->words) == 0;
}

#endif
