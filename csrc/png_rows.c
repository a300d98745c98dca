#include "png_rows.h"

#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NONE, SUB, UP, AVERAGE, PAETH, N_FILTERS };

enum {
    BLOCK = 48, /* bytes, a whole number of pixels of each size: 1, 2, 3, 4, 6 and 8 */
    FEW = 4,    /* pixels */
};

/* ---- reversing filters ---- */

static inline uint8_t predict(int filter, uint8_t a, uint8_t b, uint8_t c) {
    if (filter == SUB) return a;
    if (filter == AVERAGE) return (uint8_t)((a + b) / 2);
    int to_a = abs(b - c), to_b = abs(a - c), to_c = abs(a + b - 2 * c);
    uint8_t b_or_c = to_b <= to_c ? b : c;
    return (to_a <= to_b) & (to_a <= to_c) ? a : b_or_c;
}

static inline uint64_t word_at(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The number of the first byte in memory that is not zero, of a word that is not zero. */
static inline size_t first_byte(uint64_t word) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(word) / 8;
#else
    return (size_t)__builtin_clzll(word) / 8;
#endif
}

/* Zero where 8 residuals are zero and, if `above` is not NULL, it repeats the pixel to its left. */
static inline uint64_t unlike(const uint8_t *residual, const uint8_t *above, size_t size,
                              size_t i) {
    uint64_t word = word_at(residual + i);
    return above ? word | (word_at(above + i) ^ word_at(above + i - size)) : word;
}

/* Where the first byte from i on is of which that is not so, or n. */
static inline size_t flat_end(const uint8_t *residual, const uint8_t *above, size_t size, size_t i,
                              size_t n) {
    for (; i + 32 <= n; i += 32) {
        if (unlike(residual, above, size, i) | unlike(residual, above, size, i + 8) |
            unlike(residual, above, size, i + 16) | unlike(residual, above, size, i + 24))
            break;
    }
    for (; i + 8 <= n; i += 8) {
        uint64_t word = unlike(residual, above, size, i);
        if (word) return i + first_byte(word);
    }
    while (i < n && !residual[i] && !(above && above[i] != above[i - size])) i++;
    return i;
}

/* Bit j tells whether byte j from here on is not zero, of a BLOCK of them. */
static inline uint64_t nonzero_bytes(const uint8_t *at) {
    uint64_t bits = 0;
#ifdef SM_HAS_X86_64
    for (size_t j = 0; j < BLOCK; j += 16) {
        __m128i zeros =
            _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(at + j)), _mm_setzero_si128());
        bits |= (uint64_t)(uint16_t)~_mm_movemask_epi8(zeros) << j;
    }
#else
    for (size_t j = 0; j < BLOCK; j++) bits |= (uint64_t)(at[j] != 0) << j;
#endif
    return bits;
}

/*
 * What follows is inlined for each filter and size of a pixel, which are constants then. It starts
 * at row[i], the first byte of a pixel, and returns where it ends, which is between two pixels.
 */
#define INLINED static inline __attribute__((always_inline))

INLINED size_t whole_pixels(size_t n_bytes, size_t size) {
    return n_bytes - n_bytes % size;
}

INLINED size_t reverse_pixel(int filter, size_t size, const uint8_t *restrict residual,
                             const uint8_t *restrict above, uint8_t *restrict row, size_t i) {
    for (size_t end = i + size; i < end; i++) {
        uint8_t a = row[i - size], b = above[i], c = above[i - size];
        row[i] = (uint8_t)(residual[i] + predict(filter, a, b, c));
    }
    return i;
}

/* Bit j tells whether byte j from here on differs from that of the pixel before. */
INLINED uint64_t unlike_left(const uint8_t *at, size_t size) {
    uint8_t differences[BLOCK];
    for (size_t j = 0; j < BLOCK; j++) differences[j] = at[j] ^ at[j - size];
    return nonzero_bytes(differences);
}

/*
 * Repeats the left pixel as far as residuals are zero and, but for Sub, the row above is flat, and
 * some of it beyond.
 */
INLINED size_t fill_left(int filter, size_t size, const uint8_t *restrict residual,
                         const uint8_t *restrict above, uint8_t *restrict row, size_t i, size_t n) {
    uint8_t stretch[BLOCK];
    for (size_t k = 0; k < BLOCK; k++) stretch[k] = row[i - size + k % size];
    for (; n - i >= BLOCK; i += BLOCK) {
        memcpy(row + i, stretch, BLOCK);
        uint64_t found = nonzero_bytes(residual + i);
        if (filter != SUB) found |= unlike_left(above + i, size);
        if (found) return i + whole_pixels((size_t)__builtin_ctzll(found), size);
    }
    memcpy(row + i, stretch, n - i);
    return i + whole_pixels(flat_end(residual, filter == SUB ? NULL : above, size, i, n) - i, size);
}

/* Copies the row above as far as residuals are zero, and some of it beyond. */
INLINED size_t copy_above(size_t size, const uint8_t *restrict residual,
                          const uint8_t *restrict above, uint8_t *restrict row, size_t i,
                          size_t n) {
    for (; n - i >= BLOCK; i += BLOCK) {
        memcpy(row + i, above + i, BLOCK);
        uint64_t found = nonzero_bytes(residual + i);
        if (found) return i + whole_pixels((size_t)__builtin_ctzll(found), size);
    }
    memcpy(row + i, above + i, n - i);
    return i + whole_pixels(flat_end(residual, NULL, size, i, n) - i, size);
}

INLINED int is_like_above(size_t size, const uint8_t *above, const uint8_t *row, size_t i) {
    return memcmp(row + i, above + i, size) == 0;
}

/* Where the residual is zero, Sub is the left pixel, and Average too if a == c == b, which it is. */
INLINED void reverse_left(int filter, size_t size, const uint8_t *restrict residual,
                          const uint8_t *restrict above, uint8_t *restrict row, size_t i,
                          size_t n) {
    while (i < n) {
        if (!residual[i] && (filter == SUB || is_like_above(size, above, row, i - size)))
            i = fill_left(filter, size, residual, above, row, i, n);
        if (i < n) i = reverse_pixel(filter, size, residual, above, row, i);
    }
}

/*
 * Where the residual is zero,
 *  - and a == c: a + b - c is b, so b; the next pixel then has a == c too.
 *  - and b == c: a + b - c is a; the left pixel again, as long as the row above is flat.
 * Rows mostly differ from the one above by the place of a border, so by few pixels at a time, and
 * it is quicker to reverse that many than to find out how many they are.
 */
INLINED void reverse_paeth(size_t size, const uint8_t *restrict residual,
                           const uint8_t *restrict above, uint8_t *restrict row, size_t i,
                           size_t n) {
    while (i < n) {
        if (is_like_above(size, above, row, i - size))
            i = copy_above(size, residual, above, row, i, n);
        else
            i = fill_left(PAETH, size, residual, above, row, i, n);
        for (size_t k = 0; k < FEW && i < n; k++)
            i = reverse_pixel(PAETH, size, residual, above, row, i);
    }
}

INLINED void reverse(int filter, size_t size, const uint8_t *restrict residual,
                     const uint8_t *restrict above, uint8_t *restrict row, size_t n) {
    size_t i = 0;
    for (; i < size; i++) row[i] = (uint8_t)(residual[i] + predict(filter, 0, above[i], 0));
    if (filter == PAETH)
        reverse_paeth(size, residual, above, row, i, n);
    else
        reverse_left(filter, size, residual, above, row, i, n);
}

INLINED void reverse_any(int filter, size_t size, const uint8_t *restrict residual,
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

INLINED void add_above(const uint8_t *restrict residual, const uint8_t *restrict above,
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

INLINED void unpack_bits(const sm_png_layout *layout, const uint8_t *restrict bytes,
                         uint8_t *restrict pixels) {
    size_t per_byte = 8 / layout->bit_depth;
    unsigned largest = (1u << layout->bit_depth) - 1;
    for (size_t x = 0; x < layout->width; x++) {
        unsigned shift = 8 - layout->bit_depth * (unsigned)(x % per_byte + 1);
        pixels[x] = (uint8_t)((bytes[x / per_byte] >> shift & largest) * layout->scale);
    }
}

static inline uint16_t from_big_endian(uint16_t stored) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (uint16_t)(stored << 8 | stored >> 8);
#else
    return stored;
#endif
}

INLINED void unpack_big_endian(const sm_png_layout *layout, const uint8_t *restrict bytes,
                               uint8_t *restrict pixels) {
    size_t n_samples = layout->width * layout->channels;
    for (size_t i = 0; i < n_samples; i++) {
        uint16_t sample;
        memcpy(&sample, bytes + 2 * i, sizeof sample);
        sample = from_big_endian(sample);
        memcpy(pixels + 2 * i, &sample, sizeof sample);
    }
}

/* ---- all rows ---- */

static sm_status fail_filter(unsigned found, size_t y, sm_fault *fault) {
    *fault = (sm_fault){
        .record = (int64_t)y, .unit = "row", .field = "filter type", .expected = "0 to 4"};
    snprintf(fault->found, sizeof fault->found, "%u", found);
    return SM_INVALID;
}

INLINED void reverse_row(unsigned filter, size_t size, const uint8_t *residual,
                         const uint8_t *above, uint8_t *row, size_t n) {
    if (filter == NONE)
        memcpy(row, residual, n);
    else if (filter == UP)
        add_above(residual, above, row, n);
    else
        reverse_any((int)filter, size, residual, above, row, n);
}

INLINED void unpack(const sm_png_layout *layout, const uint8_t *row, uint8_t *pixels) {
    if (layout->bit_depth == 16)
        unpack_big_endian(layout, row, pixels);
    else
        unpack_bits(layout, row, pixels);
}

/*
 * `spare` holds a row of zeros and two more rows. Samples of 8 bits are the row's bytes, which are
 * written where they belong; others are unpacked from the two rows, this one and the one above.
 */
INLINED sm_status decode_rows(const sm_png_layout *layout, uint8_t *spare, const uint8_t *rows,
                              uint8_t *pixels, sm_fault *fault) {
    size_t n = row_size(layout), size = (layout->bit_depth * layout->channels + 7) / 8;
    size_t n_out = layout->bit_depth < 8 ? layout->width : n;
    const uint8_t *above = memset(spare, 0, n);
    for (size_t y = 0; y < layout->height; y++, rows += 1 + n, pixels += n_out) {
        uint8_t *row = layout->bit_depth == 8 ? pixels : spare + n * (1 + y % 2);
        if (rows[0] >= N_FILTERS) return fail_filter(rows[0], y, fault);
        reverse_row(rows[0], size, rows + 1, above, row, n);
        if (layout->bit_depth != 8) unpack(layout, row, pixels);
        above = row;
    }
    return SM_OK;
}

#ifdef SM_HAS_X86_64

static SM_AVX2 sm_status decode_rows_avx2(const sm_png_layout *layout, uint8_t *spare,
                                          const uint8_t *rows, uint8_t *pixels, sm_fault *fault) {
    return decode_rows(layout, spare, rows, pixels, fault);
}

#endif

sm_status sm_png_rows_decode(const sm_png_layout *layout, sm_machine machine, const uint8_t *rows,
                             uint8_t *pixels, sm_fault *fault) {
    sm_buffer spare = {0};
    sm_status status = sm_buffer_reserve(&spare, 3, row_size(layout));
    if (status == SM_NO_MEMORY) return status;
    (void)machine; /* where there is one form only */
#ifdef SM_HAS_X86_64
    if (machine == SM_WITH_AVX2)
        status = decode_rows_avx2(layout, spare.data, rows, pixels, fault);
    else
#endif
        status = decode_rows(layout, spare.data, rows, pixels, fault);
    sm_buffer_release(&spare);
    return status;
}
