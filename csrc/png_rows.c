#include "png_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NONE, SUB, UP, AVERAGE, PAETH, N_FILTERS };

/* A whole number of pixels of each size: 1, 2, 3, 4, 6 and 8 bytes. */
enum { STRETCH = 24 };

/* ---- reversing filters ---- */

static inline uint8_t predict(int filter, uint8_t a, uint8_t b, uint8_t c) {
    if (filter == SUB) return a;
    if (filter == AVERAGE) return (uint8_t)((a + b) / 2);
    int to_a = abs(b - c), to_b = abs(a - c), to_c = abs(a + b - 2 * c);
    uint8_t b_or_c = to_b <= to_c ? b : c;
    return (to_a <= to_b) & (to_a <= to_c) ? a : b_or_c;
}

static inline int is_zero(const uint8_t *stretch) {
    uint64_t words[STRETCH / 8];
    memcpy(words, stretch, STRETCH);
    return (words[0] | words[1] | words[2]) == 0;
}

static inline int is_equal(const uint8_t *a, const uint8_t *b) {
    uint64_t left[STRETCH / 8], right[STRETCH / 8];
    memcpy(left, a, STRETCH);
    memcpy(right, b, STRETCH);
    return ((left[0] ^ right[0]) | (left[1] ^ right[1]) | (left[2] ^ right[2])) == 0;
}

/*
 * Fills stretches from `row` on, as long as residuals are zero and it is plain what they say:
 *  - Sub: the left pixel again and again.
 *  - Average: likewise, where all of the row above is the left pixel too: the mean of equals.
 *  - Paeth, a == c at the start: a + b - c is b, so b; the next pixel then has a == c too.
 *  - Paeth, b == c throughout: a + b - c is a, so the left pixel again and again.
 * Returns how many bytes it filled.
 */
static inline size_t fill_flat(int filter, size_t size, const uint8_t *restrict residual,
                               const uint8_t *restrict above, uint8_t *restrict row, size_t n) {
    int is_copy = filter == PAETH && memcmp(row - size, above - size, size) == 0;
    uint8_t left[STRETCH];
    size_t i = 0;
    for (size_t k = 0; k < STRETCH; k += size) memcpy(left + k, row - size, size);
    for (; i + STRETCH <= n && is_zero(residual + i); i += STRETCH) {
        if (filter == AVERAGE && !is_equal(above + i, left)) break;
        if (filter == PAETH && !is_copy && !is_equal(above + i, above + i - size)) break;
        memcpy(row + i, is_copy ? above + i : left, STRETCH);
    }
    return i;
}

/* `size` is that of a pixel in bytes; it and `filter` are constants wherever this is inlined. */
static inline void reverse(int filter, size_t size, const uint8_t *restrict residual,
                           const uint8_t *restrict above, uint8_t *restrict row, size_t n) {
    size_t i = 0;
    for (; i < size; i++) row[i] = (uint8_t)(residual[i] + predict(filter, 0, above[i], 0));
    while (i < n) {
        if (i + STRETCH <= n && is_zero(residual + i))
            i += fill_flat(filter, size, residual + i, above + i, row + i, n - i);
        size_t end = n - i < STRETCH ? n : i + STRETCH;
        for (; i < end; i++) {
            uint8_t a = row[i - size], b = above[i], c = above[i - size];
            row[i] = (uint8_t)(residual[i] + predict(filter, a, b, c));
        }
    }
}

static void reverse_any(int filter, size_t size, const uint8_t *restrict residual,
                        const uint8_t *restrict above, uint8_t *restrict row, size_t n) {
#define REVERSE(constant)                                                                          \
    case constant:                                                                                 \
        if (filter == SUB)                                                                         \
            reverse(SUB, constant, residual, above, row, n);                                       \
        else if (filter == AVERAGE)                                                                \
            reverse(AVERAGE, constant, residual, above, row, n);                                   \
        else                                                                                       \
            reverse(PAETH, constant, residual, above, row, n);                                     \
        break;
    switch (size) {
        REVERSE(1)
        REVERSE(2)
        REVERSE(3)
        REVERSE(4)
        REVERSE(6)
        REVERSE(8)
    }
#undef REVERSE
}

static void add_above(const uint8_t *restrict residual, const uint8_t *restrict above,
                      uint8_t *restrict row, size_t n) {
    for (size_t i = 0; i < n; i++) row[i] = (uint8_t)(residual[i] + above[i]);
}

/* ---- samples ---- */

static size_t row_size(const sm_png_layout *layout) {
    return (layout->width * layout->channels * layout->bit_depth + 7) / 8;
}

size_t sm_png_rows_size(const sm_png_layout *layout) {
    return layout->height * (1 + row_size(layout));
}

static void unpack_bits(const sm_png_layout *layout, const uint8_t *restrict bytes,
                        uint8_t *restrict pixels) {
    size_t per_byte = 8 / layout->bit_depth;
    unsigned largest = (1u << layout->bit_depth) - 1;
    for (size_t x = 0; x < layout->width; x++) {
        unsigned shift = 8 - layout->bit_depth * (unsigned)(x % per_byte + 1);
        pixels[x] = (uint8_t)((bytes[x / per_byte] >> shift & largest) * layout->scale);
    }
}

static void unpack_big_endian(const sm_png_layout *layout, const uint8_t *restrict bytes,
                              uint8_t *restrict pixels) {
    for (size_t i = 0; i < layout->width * layout->channels; i++) {
        uint16_t sample = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
        memcpy(pixels + 2 * i, &sample, sizeof sample);
    }
}

/* ---- all rows ---- */

/* This row and the one above, as bytes, in turn in two places: `pixels` may lie over `rows`. */
typedef struct row_pair {
    sm_buffer buffer; /* a row of zeros, then the two */
    const uint8_t *above;
    uint8_t *row[2];
} row_pair;

static sm_status reserve_pair(row_pair *pair, size_t n) {
    sm_status status = sm_buffer_reserve(&pair->buffer, 3, n);
    if (status != SM_OK) return status;
    pair->above = memset(pair->buffer.data, 0, n);
    pair->row[0] = (uint8_t *)pair->buffer.data + n;
    pair->row[1] = pair->row[0] + n;
    return SM_OK;
}

static sm_status fail_filter(unsigned found, size_t y, sm_fault *fault) {
    *fault = (sm_fault){
        .record = (int64_t)y, .unit = "row", .field = "filter type", .expected = "0 to 4"};
    snprintf(fault->found, sizeof fault->found, "%u", found);
    return SM_INVALID;
}

static void unpack(const sm_png_layout *layout, const uint8_t *row, uint8_t *pixels, size_t n) {
    if (layout->bit_depth == 16)
        unpack_big_endian(layout, row, pixels);
    else if (layout->bit_depth < 8)
        unpack_bits(layout, row, pixels);
    else
        memcpy(pixels, row, n);
}

static sm_status decode_rows(const sm_png_layout *layout, row_pair *pair, const uint8_t *rows,
                             uint8_t *pixels, sm_fault *fault) {
    size_t n = row_size(layout), size = (layout->bit_depth * layout->channels + 7) / 8;
    size_t n_out = layout->bit_depth < 8 ? layout->width : n;
    for (size_t y = 0; y < layout->height; y++, rows += 1 + n) {
        const uint8_t *residual = rows + 1;
        uint8_t *row = pair->row[y % 2];
        if (rows[0] >= N_FILTERS) return fail_filter(rows[0], y, fault);
        if (rows[0] == NONE)
            memcpy(row, residual, n);
        else if (rows[0] == UP)
            add_above(residual, pair->above, row, n);
        else
            reverse_any(rows[0], size, residual, pair->above, row, n);
        unpack(layout, row, pixels + y * n_out, n);
        pair->above = row;
    }
    return SM_OK;
}

sm_status sm_png_rows_decode(const sm_png_layout *layout, const uint8_t *rows, uint8_t *pixels,
                             sm_fault *fault) {
    row_pair pair = {0};
    sm_status status = reserve_pair(&pair, row_size(layout));
    if (status == SM_OK) status = decode_rows(layout, &pair, rows, pixels, fault);
    sm_buffer_release(&pair.buffer);
    return status;
}
