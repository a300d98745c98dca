#include "label_band.h"

#include "morphology.h"

#include <string.h>

static uint64_t equal_bits(const uint32_t *labels, const uint32_t *others, size_t n) {
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) bits |= (uint64_t)(labels[i] == others[i]) << i;
    return bits;
}

static void draw_equal(const uint32_t *labels, const uint32_t *others, size_t n, uint64_t *row) {
    for (size_t x = 0; x < n; x += SM_WORD_PIXELS) {
        size_t left = n - x;
        row[x / SM_WORD_PIXELS] =
            equal_bits(labels + x, others + x, left < SM_WORD_PIXELS ? left : SM_WORD_PIXELS);
    }
}

/* Where the label goes on, to the right or downwards; nowhere on the last column or row. */
static void draw_going_on(const uint32_t *labels, const sm_bitmap *right, const sm_bitmap *down) {
    size_t height = right->height, width = right->width, n_bytes = right->row_words * 8;
    for (size_t y = 0; y < height; y++, labels += width) {
        memset(sm_bitmap_row(right, y), 0, n_bytes);
        memset(sm_bitmap_row(down, y), 0, n_bytes);
        draw_equal(labels, labels + 1, width - 1, sm_bitmap_row(right, y));
        if (y + 1 < height) draw_equal(labels, labels + width, width, sm_bitmap_row(down, y));
    }
}

static void complement(const sm_bitmap *bitmap) {
    uint64_t last = sm_bitmap_last_mask(bitmap->width);
    for (size_t y = 0; y < bitmap->height; y++) {
        uint64_t *row = sm_bitmap_row(bitmap, y);
        for (size_t i = 0; i < bitmap->row_words; i++) row[i] = ~row[i];
        row[bitmap->row_words - 1] &= last;
    }
}

void sm_label_band(const uint32_t *labels, size_t distance, const sm_bitmap *band,
                   const sm_bitmap *scratch) {
    size_t n = sm_bitmap_words(band);
    size_t side = band->height < band->width ? band->height : band->width;
    if (distance > (side - 1) / 2) {
        memset(band->words, 0, n * sizeof *band->words);
    } else {
        draw_going_on(labels, band, scratch);
        sm_keep_stretches_right(band, 2 * distance);
        sm_move_right(band, distance);
        sm_keep_stretches_down(band, 2 * distance + 1);
        sm_keep_stretches_down(scratch, 2 * distance);
        for (size_t i = 0; i < n; i++) band->words[i] &= scratch->words[i];
        sm_move_down(band, distance);
    }
    complement(band);
}
