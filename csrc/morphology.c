#include "morphology.h"

#include <string.h>

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static void clear(uint64_t *words, size_t n) {
    if (n > 0) memset(words, 0, n * sizeof *words);
}

/* ---- rows of words; column 0 is the lowest bit of the first word ---- */

/* Columns shift .. of the row, from column 0 on. In place: each word is read before it is left. */
static void and_shifted_left(uint64_t *row, size_t n, size_t shift) {
    size_t words = shift / SM_WORD_PIXELS, bits = shift % SM_WORD_PIXELS;
    if (words >= n) {
        clear(row, n);
        return;
    }
    size_t last = n - words - 1;
    if (bits == 0) {
        for (size_t i = 0; i <= last; i++) row[i] &= row[i + words];
    } else {
        for (size_t i = 0; i < last; i++)
            row[i] &= row[i + words] >> bits | row[i + words + 1] << (SM_WORD_PIXELS - bits);
        row[last] &= row[n - 1] >> bits;
    }
    clear(row + last + 1, words);
}

/* out = row shifted to higher columns; out may be row. */
static void shift_right(const uint64_t *row, uint64_t *out, size_t n, size_t shift) {
    size_t words = smaller(shift / SM_WORD_PIXELS, n), bits = shift % SM_WORD_PIXELS;
    for (size_t i = n; i-- > words;) {
        uint64_t carried =
            bits > 0 && i > words ? row[i - words - 1] >> (SM_WORD_PIXELS - bits) : 0;
        out[i] = row[i - words] << bits | carried;
    }
    clear(out, words);
}

/* out |= row shifted to lower columns; out may not be row. */
static void or_shifted_left(const uint64_t *row, uint64_t *out, size_t n, size_t shift) {
    size_t words = smaller(shift / SM_WORD_PIXELS, n), bits = shift % SM_WORD_PIXELS;
    for (size_t i = 0; i + words < n; i++) {
        int is_last = i + words + 1 == n;
        uint64_t carried = bits > 0 && !is_last ? row[i + words + 1] << (SM_WORD_PIXELS - bits) : 0;
        out[i] |= row[i + words] >> bits | carried;
    }
}

static int is_empty(const uint64_t *row, size_t n) {
    uint64_t any = 0;
    for (size_t i = 0; i < n; i++) any |= row[i];
    return any == 0;
}

/* ---- erosion ---- */

void sm_keep_stretches_right(const sm_bitmap *bitmap, size_t length) {
    for (size_t y = 0; y < bitmap->height; y++) {
        uint64_t *row = sm_bitmap_row(bitmap, y);
        if (is_empty(row, bitmap->row_words)) continue;
        for (size_t have = 1, step; have < length; have += step) {
            step = smaller(have, length - have);
            and_shifted_left(row, bitmap->row_words, step);
        }
    }
}

static void and_rows(uint64_t *restrict rows, const uint64_t *restrict others, size_t n) {
    for (size_t i = 0; i < n; i++) rows[i] &= others[i];
}

/* Rows lie one after the other, so a step goes over as many of them at once as it is long. */
void sm_keep_stretches_down(const sm_bitmap *bitmap, size_t length) {
    size_t n = sm_bitmap_words(bitmap);
    if (length > bitmap->height) {
        clear(bitmap->words, n);
        return;
    }
    for (size_t have = 1, step; have < length; have += step) {
        step = smaller(have, length - have);
        size_t ahead = step * bitmap->row_words, at = 0;
        for (; at + ahead < n; at += ahead) {
            uint64_t *rows = bitmap->words + at;
            and_rows(rows, rows + ahead, smaller(ahead, n - at - ahead));
        }
        clear(bitmap->words + n - ahead, ahead);
    }
}

void sm_move_right(const sm_bitmap *bitmap, size_t columns) {
    for (size_t y = 0; y < bitmap->height; y++) {
        uint64_t *row = sm_bitmap_row(bitmap, y);
        if (is_empty(row, bitmap->row_words)) continue;
        shift_right(row, row, bitmap->row_words, columns);
        row[bitmap->row_words - 1] &= sm_bitmap_last_mask(bitmap->width);
    }
}

void sm_move_down(const sm_bitmap *bitmap, size_t rows) {
    size_t n = sm_bitmap_words(bitmap), ahead = smaller(rows, bitmap->height) * bitmap->row_words;
    memmove(bitmap->words + ahead, bitmap->words, (n - ahead) * sizeof *bitmap->words);
    clear(bitmap->words, ahead);
}

void sm_erode_square(const sm_bitmap *bitmap, size_t distance) {
    if (distance > (smaller(bitmap->height, bitmap->width) - 1) / 2) {
        clear(bitmap->words, sm_bitmap_words(bitmap));
        return;
    }
    sm_keep_stretches_down(bitmap, 2 * distance + 1);
    sm_move_down(bitmap, distance);
    sm_keep_stretches_right(bitmap, 2 * distance + 1);
    sm_move_right(bitmap, distance);
}

/* ---- dilation ---- */

void sm_reach_of_disk(size_t radius, size_t *reach) {
    size_t sideways = radius;
    for (size_t v = 0; v <= radius; v++) {
        while (sideways * sideways + v * v > radius * radius) sideways--;
        reach[v] = sideways;
    }
}

void sm_reach_of_square(size_t radius, size_t *reach) {
    for (size_t v = 0; v <= radius; v++) reach[v] = radius;
}

/* Makes a row that reaches `have` pixels to either side reach `wanted`. */
static void widen(const sm_bitmap *bitmap, uint64_t *row, uint64_t *old, size_t have,
                  size_t wanted) {
    size_t n = bitmap->row_words;
    for (size_t step; have < wanted; have += step) {
        step = smaller(wanted - have, 2 * have + 1);
        memcpy(old, row, n * sizeof *row);
        shift_right(old, row, n, step);
        or_shifted_left(old, row, n, step);
        for (size_t i = 0; i < n; i++) row[i] |= old[i];
    }
    row[n - 1] &= sm_bitmap_last_mask(bitmap->width);
}

static void or_row(uint64_t *row, const uint64_t *other, size_t n) {
    for (size_t i = 0; i < n; i++) row[i] |= other[i];
}

void sm_dilate(const sm_bitmap *bitmap, const sm_reach *shape, const sm_bitmap *dilated,
               uint64_t *row) {
    size_t n = bitmap->row_words;
    clear(dilated->words, sm_bitmap_words(dilated));
    for (size_t y = 0; y < bitmap->height; y++) {
        if (is_empty(sm_bitmap_row(bitmap, y), n)) continue;
        memcpy(row, sm_bitmap_row(bitmap, y), n * sizeof *row);
        /* From the farthest rows, where the shape is narrowest, to its middle. */
        for (size_t v = shape->radius + 1, have = 0; v-- > 0; have = shape->reach[v]) {
            widen(bitmap, row, row + n, have, shape->reach[v]);
            if (v <= y) or_row(sm_bitmap_row(dilated, y - v), row, n);
            if (v < bitmap->height - y) or_row(sm_bitmap_row(dilated, y + v), row, n);
        }
    }
}
