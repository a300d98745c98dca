#include "runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int sm_size_is_valid(uint64_t height, uint64_t width) {
    return height != 0 && width != 0 && width <= SM_MAX_PIXELS / height;
}

static uint32_t min_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t max_u32(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

/* ---- binary images ---- */

#define EVERY_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

static uint64_t load_8_pixels(const uint8_t *pixels) {
    uint64_t word;
    memcpy(&word, pixels, sizeof word);
    return word;
}

/* Exchanges what `mask` selects of b with what lies `shift` bits higher in a. */
static void exchange(uint64_t *a, uint64_t *b, unsigned shift, uint64_t mask) {
    uint64_t difference = ((*a >> shift) ^ *b) & mask;
    *b ^= difference;
    *a ^= difference << shift;
}

/*
 * Transposes eight rows of eight bytes: quarters of the square, then quarters of those, then bytes.
 */
static void transpose_8x8(const uint8_t *rows, size_t width, uint8_t *columns, size_t height) {
    uint64_t word[8]; /* the first byte lowest: machines are little-endian */
    for (size_t i = 0; i < 8; i++) word[i] = load_8_pixels(rows + i * width);
    for (size_t i = 0; i < 4; i++)
        exchange(word + i, word + i + 4, 32, UINT64_C(0x00000000ffffffff));
    for (size_t i = 0; i < 8; i += i % 2 ? 3 : 1)
        exchange(word + i, word + i + 2, 16, UINT64_C(0x0000ffff0000ffff));
    for (size_t i = 0; i < 8; i += 2)
        exchange(word + i, word + i + 1, 8, UINT64_C(0x00ff00ff00ff00ff));
    for (size_t i = 0; i < 8; i++) memcpy(columns + i * height, word + i, 8);
}

void sm_pixels_transpose(const uint8_t *rows, size_t height, size_t width, uint8_t *columns) {
    size_t whole_height = height / 8 * 8, whole_width = width / 8 * 8;
    for (size_t x = 0; x < whole_width; x += 8) {
        for (size_t y = 0; y < whole_height; y += 8)
            transpose_8x8(rows + y * width + x, width, columns + x * height + y, height);
    }
    for (size_t x = 0; x < width; x++) {
        for (size_t y = x < whole_width ? whole_height : 0; y < height; y++)
            columns[x * height + y] = rows[y * width + x];
    }
}

static size_t find_foreground(const uint8_t *pixels, size_t i, size_t n_pixels) {
    while (n_pixels - i >= 8 && load_8_pixels(pixels + i) == 0) i += 8;
    while (i < n_pixels && pixels[i] == 0) i++;
    return i;
}

/* A byte of `word` is zero iff the lowest zero byte's borrow sets its top bit, which was clear. */
static size_t find_background(const uint8_t *pixels, size_t i, size_t n_pixels) {
    while (n_pixels - i >= 8) {
        uint64_t word = load_8_pixels(pixels + i);
        if (((word - EVERY_BYTE(1)) & ~word & EVERY_BYTE(0x80)) != 0) break;
        i += 8;
    }
    while (i < n_pixels && pixels[i] != 0) i++;
    return i;
}

size_t sm_runs_encode(const uint8_t *pixels, size_t n_pixels, sm_run *runs) {
    size_t n = 0;
    size_t start = find_foreground(pixels, 0, n_pixels);
    while (start < n_pixels) {
        size_t end = find_background(pixels, start, n_pixels);
        runs[n++] = (sm_run){(uint32_t)start, (uint32_t)end};
        start = find_foreground(pixels, end, n_pixels);
    }
    return n;
}

void sm_runs_decode(const sm_run *runs, size_t n, uint8_t *pixels, size_t n_pixels) {
    memset(pixels, 0, n_pixels);
    for (size_t i = 0; i < n; i++) memset(pixels + runs[i].start, 1, runs[i].end - runs[i].start);
}

/* ---- area and extent ---- */

uint32_t sm_runs_area(const sm_run *runs, size_t n) {
    uint32_t area = 0;
    for (size_t i = 0; i < n; i++) area += runs[i].end - runs[i].start;
    return area;
}

/*
 * Division by a height, for all pixels below 2^31: with height <= 2^k, shift = 31 + k and
 * multiplier = ceil(2^shift / height), pixel * multiplier / 2^shift is above pixel / height by less
 * than pixel / 2^shift < 1 / height, too little to reach the next whole number.
 */
typedef struct sm_divisor {
    uint64_t multiplier;
    unsigned shift;
} sm_divisor;

static sm_divisor divisor_of(uint32_t height) {
    unsigned shift = 31;
    while (UINT64_C(1) << (shift - 31) < height) shift++;
    return (sm_divisor){((UINT64_C(1) << shift) + height - 1) / height, shift};
}

static uint32_t divide(uint32_t pixel, sm_divisor by) {
    return (uint32_t)(pixel * by.multiplier >> by.shift);
}

uint32_t sm_runs_measure(const sm_run *runs, size_t n, uint32_t height, sm_extent *extent) {
    *extent = (sm_extent){0};
    if (n == 0) return 0;
    sm_divisor by_height = divisor_of(height);
    uint32_t area = 0, top = height, bottom = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t length = runs[i].end - runs[i].start;
        uint32_t row = runs[i].start - divide(runs[i].start, by_height) * height;
        top = min_u32(top, row);
        bottom = max_u32(bottom, row + length);
        area += length;
    }
    if (bottom >
        height) { /* a run goes on into the next column, so it has the first row and the last */
        top = 0;
        bottom = height;
    }
    uint32_t left = divide(runs[0].start, by_height);
    uint32_t right = divide(runs[n - 1].end - 1, by_height) + 1;
    *extent = (sm_extent){left, top, right, bottom};
    return area;
}

/* ---- two masks ---- */

/* Index of the last run that starts at or before `pixel`; the first one does. */
static size_t find_run(const sm_run *runs, size_t n, uint32_t pixel) {
    size_t low = 0;
    while (n > 1) {
        size_t half = n / 2;
        low = runs[low + half].start <= pixel ? low + half : low;
        n -= half;
    }
    return low;
}

/*
 * The run that ends first cannot meet anything later, so it is the one to leave. No branch depends
 * on the data, which no predictor could guess.
 */
uint32_t sm_runs_overlap(const sm_run *a, size_t n, const sm_run *b, size_t m) {
    if (n == 0 || m == 0) return 0;
    size_t i = 0, j = 0;
    if (a[0].start < b[0].start)
        i = find_run(a, n, b[0].start);
    else
        j = find_run(b, m, a[0].start);
    uint32_t overlap = 0;
    while (i < n && j < m) {
        uint32_t start = max_u32(a[i].start, b[j].start);
        uint32_t end = min_u32(a[i].end, b[j].end);
        overlap += end > start ? end - start : 0;
        size_t leave_a = a[i].end <= b[j].end;
        i += leave_a;
        j += 1 - leave_a;
    }
    return overlap;
}

size_t sm_runs_intersect(const sm_run *a, size_t n, const sm_run *b, size_t m, sm_run *out) {
    size_t i = 0, j = 0, k = 0;
    while (i < n && j < m) {
        uint32_t start = max_u32(a[i].start, b[j].start);
        uint32_t end = min_u32(a[i].end, b[j].end);
        if (start < end) out[k++] = (sm_run){start, end};
        if (a[i].end <= b[j].end)
            i++;
        else
            j++;
    }
    return k;
}

size_t sm_runs_unite(const sm_run *a, size_t n, const sm_run *b, size_t m, sm_run *out) {
    size_t i = 0, j = 0, k = 0;
    while (i < n || j < m) {
        int take_a = j == m || (i < n && a[i].start <= b[j].start);
        sm_run next = take_a ? a[i++] : b[j++];
        if (k > 0 && next.start <= out[k - 1].end)
            out[k - 1].end = max_u32(out[k - 1].end, next.end);
        else
            out[k++] = next;
    }
    return k;
}

/* ---- counts ---- */

static sm_status refuse_total(sm_fault *fault, size_t index, uint64_t total) {
    *fault = (sm_fault){.offset = index,
                        .record = -1,
                        .field = "counts",
                        .expected = "counts that add up to height * width"};
    snprintf(fault->found, sizeof fault->found, "a total of %" PRIu64, total);
    return SM_INVALID;
}

sm_status sm_runs_from_counts(const uint32_t *counts, size_t n, uint32_t n_pixels, sm_run *runs,
                              size_t *n_runs, sm_fault *fault) {
    size_t k = 0;
    uint32_t start = 0;
    for (size_t i = 0; i < n; i++) {
        if (counts[i] > n_pixels - start)
            return refuse_total(fault, i, (uint64_t)start + counts[i]);
        uint32_t end = start + counts[i];
        int is_foreground = i % 2 == 1 && end > start;
        if (is_foreground && k > 0 && runs[k - 1].end == start)
            runs[k - 1].end = end;
        else if (is_foreground)
            runs[k++] = (sm_run){start, end};
        start = end;
    }
    if (start != n_pixels) return refuse_total(fault, n, start);
    *n_runs = k;
    return SM_OK;
}

size_t sm_runs_to_counts(const sm_run *runs, size_t n, uint32_t n_pixels, uint32_t *counts) {
    uint32_t *out = counts;
    uint32_t end = 0;
    for (size_t i = 0; i < n; i++) {
        *out++ = runs[i].start - end;
        *out++ = runs[i].end - runs[i].start;
        end = runs[i].end;
    }
    if (end < n_pixels || n == 0) *out++ = n_pixels - end;
    return (size_t)(out - counts);
}
