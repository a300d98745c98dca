#include "runs.h"

#include "check.h"

#include <string.h>

enum { N_PIXELS = 203, MAX_RUNS = (N_PIXELS + 1) / 2, TRIALS = 2000 };

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Stretches of random length up to `longest`, so that both single pixels and long runs occur. */
static void draw(uint32_t *state, uint32_t longest, uint8_t *pixels) {
    uint8_t value = 0;
    for (size_t i = 0; i < N_PIXELS; value = value ? 0 : (uint8_t)(1 + next_random(state) % 255)) {
        for (uint32_t n = next_random(state) % (longest + 1); n > 0 && i < N_PIXELS; n--)
            pixels[i++] = value;
    }
}

static int is_canonical(const sm_run *runs, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (runs[i].start >= runs[i].end || runs[i].end > N_PIXELS) return 0;
        if (i > 0 && runs[i].start <= runs[i - 1].end) return 0;
    }
    return 1;
}

static void check_size(void) {
    CHECK(sm_size_is_valid(1, 1));
    CHECK(sm_size_is_valid(SM_MAX_PIXELS, 1));
    CHECK(sm_size_is_valid(1, SM_MAX_PIXELS));
    CHECK(!sm_size_is_valid(SM_MAX_PIXELS, 2));
    CHECK(!sm_size_is_valid(UINT64_C(1) << 32, UINT64_C(1) << 32));
    CHECK(!sm_size_is_valid(0, 5));
    CHECK(!sm_size_is_valid(5, 0));
}

static void check_transpose(void) {
    static const size_t sizes[][2] = {{1, 1}, {7, 9}, {8, 8}, {16, 24}, {17, 25}, {3, 40}, {40, 3}};
    uint8_t rows[17 * 25], columns[17 * 25];
    for (size_t i = 0; i < sizeof rows; i++) rows[i] = (uint8_t)(i * 167);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t height = sizes[i][0], width = sizes[i][1];
        sm_pixels_transpose(rows, height, width, columns);
        for (size_t y = 0; y < height; y++) {
            for (size_t x = 0; x < width; x++)
                CHECK(columns[x * height + y] == rows[y * width + x]);
        }
    }
}

static void check_one_mask(const uint8_t *pixels, uint32_t height) {
    sm_run runs[MAX_RUNS], again[MAX_RUNS + 1];
    uint8_t decoded[N_PIXELS];
    uint32_t counts[2 * MAX_RUNS + 1], area = 0;
    sm_extent extent, expected = {UINT32_MAX, UINT32_MAX, 0, 0};
    sm_fault fault;
    size_t n_again;

    size_t n = sm_runs_encode(pixels, N_PIXELS, runs);
    CHECK(is_canonical(runs, n));
    sm_runs_decode(runs, n, decoded, N_PIXELS);
    for (uint32_t i = 0; i < N_PIXELS; i++) {
        CHECK(decoded[i] == (pixels[i] != 0));
        if (!decoded[i]) continue;
        uint32_t x = i / height, y = i % height;
        area++;
        expected.left = x < expected.left ? x : expected.left;
        expected.top = y < expected.top ? y : expected.top;
        expected.right = x + 1;
        expected.bottom = y + 1 > expected.bottom ? y + 1 : expected.bottom;
    }
    if (area == 0) expected = (sm_extent){0};
    CHECK(sm_runs_area(runs, n) == area);
    CHECK(sm_runs_measure(runs, n, height, &extent) == area);
    CHECK(memcmp(&extent, &expected, sizeof extent) == 0);

    size_t n_counts = sm_runs_to_counts(runs, n, N_PIXELS, counts);
    CHECK(sm_runs_from_counts(counts, n_counts, N_PIXELS, again, &n_again, &fault) == SM_OK);
    CHECK(n_again == n && memcmp(again, runs, n * sizeof *runs) == 0);
}

static void check_two_masks(const uint8_t *a, const uint8_t *b) {
    sm_run runs_a[MAX_RUNS], runs_b[MAX_RUNS], both[2 * MAX_RUNS], either[2 * MAX_RUNS];
    uint8_t in_both[N_PIXELS], in_either[N_PIXELS];
    uint32_t overlap = 0;

    size_t n = sm_runs_encode(a, N_PIXELS, runs_a);
    size_t m = sm_runs_encode(b, N_PIXELS, runs_b);
    size_t n_both = sm_runs_intersect(runs_a, n, runs_b, m, both);
    size_t n_either = sm_runs_unite(runs_a, n, runs_b, m, either);
    CHECK(is_canonical(both, n_both));
    CHECK(is_canonical(either, n_either));
    sm_runs_decode(both, n_both, in_both, N_PIXELS);
    sm_runs_decode(either, n_either, in_either, N_PIXELS);
    for (size_t i = 0; i < N_PIXELS; i++) {
        CHECK(in_both[i] == (a[i] && b[i]));
        CHECK(in_either[i] == (a[i] || b[i]));
        overlap += in_both[i];
    }
    CHECK(sm_runs_overlap(runs_a, n, runs_b, m) == overlap);
}

/* Rows near the limits, where an inexact reciprocal would show. */
static void check_large_sizes(void) {
    static const uint32_t heights[] = {1,     2,     3,       7,        641,           65535,
                                       65536, 65537, 1 << 20, 92681939, SM_MAX_PIXELS, 1 << 30};
    uint32_t state = 3;
    for (size_t i = 0; i < sizeof heights / sizeof *heights; i++) {
        uint32_t height = heights[i], n_pixels = SM_MAX_PIXELS / height * height;
        for (int trial = 0; trial < TRIALS; trial++) {
            uint32_t pixel = (next_random(&state) << 8 ^ next_random(&state)) % n_pixels;
            if (trial % 2 == 0) pixel = pixel / height * height + height - 1;
            sm_run run = {pixel, pixel + 1};
            sm_extent extent;
            CHECK(sm_runs_measure(&run, 1, height, &extent) == 1);
            CHECK(extent.left == pixel / height && extent.right == pixel / height + 1);
            CHECK(extent.top == pixel % height && extent.bottom == pixel % height + 1);
        }
    }
}

static void check_counts(void) {
    sm_run runs[8];
    size_t n = 99;
    sm_fault fault;

    const uint32_t zeros[] = {0, 2, 0, 3, 1, 0, 0, 0, 4};
    CHECK(sm_runs_from_counts(zeros, 9, 10, runs, &n, &fault) == SM_OK);
    CHECK(n == 1 && runs[0].start == 0 && runs[0].end == 5);

    const uint32_t too_many[] = {3, 4, UINT32_MAX};
    CHECK(sm_runs_from_counts(too_many, 3, 10, runs, &n, &fault) == SM_INVALID);
    CHECK(fault.offset == 2 && fault.record == -1 &&
          strcmp(fault.found, "a total of 4294967302") == 0);
    CHECK(sm_runs_from_counts(too_many, 2, 10, runs, &n, &fault) == SM_INVALID);
    CHECK(fault.offset == 2 && strcmp(fault.found, "a total of 7") == 0);
    CHECK(sm_runs_from_counts(NULL, 0, 10, runs, &n, &fault) == SM_INVALID);
    CHECK(fault.offset == 0);

    uint32_t counts[1];
    CHECK(sm_runs_to_counts(NULL, 0, 10, counts) == 1 && counts[0] == 10);
}

int main(void) {
    uint32_t state = 1;
    uint8_t a[N_PIXELS], b[N_PIXELS];
    check_size();
    check_transpose();
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        draw(&state, 1 + trial % 60, a);
        draw(&state, 1 + trial % 250, b);
        check_one_mask(a, trial % 2 ? 7 : 29);
        check_one_mask(b, 1);
        check_two_masks(a, b);
    }
    check_large_sizes();
    check_counts();
    CHECK_SUMMARY();
}
