#include "threshold_series.h"

#include "thinning.h"

#include "check.h"
#include "made_images.h"

#include <math.h>

enum { MOST_PIXELS = 20 * 70, MOST_THRESHOLDS = 150 };

typedef struct bench {
    sm_pixel_series series;
    sm_threshold_scratch scratch;
    sm_bitmap expected, found;
    sm_buffer expected_words, found_words, thinning;
    double strengths[MOST_PIXELS], thresholds[MOST_THRESHOLDS];
} bench;

/* The pixels that reach a threshold. */
static void cut(bench *b, double threshold, int thin) {
    memset(b->expected.words, 0, sm_bitmap_words(&b->expected) * sizeof(uint64_t));
    size_t width = b->expected.width;
    for (size_t i = 0; i < b->expected.height * width; i++)
        if (b->strengths[i] >= threshold) sm_bitmap_set(&b->expected, i / width, i % width);
    if (thin) CHECK(sm_thin(&b->expected, &b->thinning) == SM_OK);
}

/* Carries the events of image i out, in `found`. */
static void carry_out(bench *b, size_t i) {
    const int32_t *node_of = b->series.node_of.data;
    size_t n, width = b->found.width;
    const sm_pixel_event *events = sm_pixel_series_events(&b->series, i, &n);
    for (size_t at = 0; at < b->found.height * width; at++)
        for (size_t k = 0; k < n; k++)
            if (node_of[at] == (int32_t)events[k].node)
                sm_bitmap_row(&b->found, at / width)[at % width / SM_WORD_PIXELS] ^=
                    (uint64_t)1 << at % width % SM_WORD_PIXELS;
}

static void check_series(bench *b, size_t height, size_t width, size_t n, int thin) {
    CHECK(sm_bitmap_make(&b->expected, height, width, &b->expected_words) == SM_OK);
    CHECK(sm_bitmap_make(&b->found, height, width, &b->found_words) == SM_OK);
    CHECK(sm_pixel_series_begin(&b->series, height, width) == SM_OK);
    CHECK(sm_threshold_series(&b->series, b->strengths, b->thresholds, n, thin, &b->scratch) ==
          SM_OK);
    CHECK(b->series.n_images == n);
    for (size_t i = 0; i < n; i++) {
        carry_out(b, i);
        cut(b, b->thresholds[n - 1 - i], thin);
        CHECK(same_pixels(&b->found, &b->expected));
        CHECK(sm_pixel_series_count(&b->series, i) == (int64_t)sm_bitmap_count(&b->expected));
    }
}

/* Strengths fall on thresholds, between them, and beyond the first and last; some thresholds are the same. */
static void check_size(bench *b, size_t height, size_t width, size_t n) {
    uint32_t state = (uint32_t)(width * 100 + n);
    for (size_t k = 0; k < n; k++) b->thresholds[k] = floor(0.9 * (double)(k + 1));
    for (uint32_t rarity = 1; rarity <= 30; rarity += 29) {
        for (size_t i = 0; i < height * width; i++) {
            int changes = i == 0 || next_random(&state) % rarity == 0;
            b->strengths[i] = changes ? next_random(&state) % (uint32_t)(4 * n + 8) / 4.0 - 0.5
                                      : b->strengths[i - 1];
        }
        check_series(b, height, width, n, 0);
        check_series(b, height, width, n, 1);
    }
}

static void check_infinities(bench *b) {
    static const double strengths[] = {-INFINITY, INFINITY, 0, -0.0, 1e-300, -1};
    memcpy(b->strengths, strengths, sizeof strengths);
    b->thresholds[0] = -INFINITY;
    b->thresholds[1] = 0;
    b->thresholds[2] = INFINITY;
    check_series(b, 2, 3, 3, 0);
    check_series(b, 1, 6, 3, 1);
}

int main(void) {
    static const size_t sizes[][2] = {{1, 1}, {1, 70}, {20, 1}, {20, 63}, {20, 64}, {20, 65}};
    static const size_t counts[] = {0, 1, 2, 3, 64, 99, MOST_THRESHOLDS};
    static bench b;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            check_size(&b, sizes[i][0], sizes[i][1], counts[k]);
    check_infinities(&b);
    sm_pixel_series_release(&b.series);
    sm_threshold_scratch_release(&b.scratch);
    sm_buffer_release(&b.expected_words);
    sm_buffer_release(&b.found_words);
    sm_buffer_release(&b.thinning);
    CHECK_SUMMARY();
}
