/*
 * The plain form is one line: a pixel adds 1 to counts[outcome][confidence] if it is scored.
 *
 * The counts of an image whose confidences are spread do not stay in the nearest cache, and each
 * increment would wait for its own. So the cells of a block of pixels are looked up first, which
 * sends for them, and are added to when the last of the block is known. Instead of asking whether a
 * pixel is scored, 1 or 0 is added; whether some are invalid, or there are samples, is asked once:
 * what works on a block is inlined into loops that know.
 */
#include "confidence_counts.h"

#include <inttypes.h>
#include <stdio.h>

enum { BLOCK = 128 };

typedef uint64_t count_table[SM_LEVELS];

/* The pixels of a block: samples, or those that follow `first` where samples is NULL. */
typedef struct block {
    const uint32_t *samples;
    size_t first, n;
    const uint16_t *confidence;
} block;

static inline __attribute__((always_inline)) void
count_block(const sm_judged_maps *maps, block pixels, int may_be_invalid, count_table *counts) {
    uint64_t *cells[BLOCK];
    uint8_t ones[BLOCK];
    for (size_t i = 0; i < pixels.n; i++) {
        size_t pixel = pixels.samples ? pixels.samples[i] : pixels.first + i;
        uint8_t truth = maps->truth[pixel];
        size_t outcome = truth != maps->prediction[pixel];
        if (may_be_invalid) outcome |= (size_t)(maps->invalid[pixel] != 0) << 1;
        ones[i] = maps->is_scored[truth];
        cells[i] = &counts[outcome][pixels.confidence[i]];
        __builtin_prefetch(cells[i], 1);
    }
    for (size_t i = 0; i < pixels.n; i++) *cells[i] += ones[i];
}

static inline __attribute__((always_inline)) void
count_blocks(const sm_judged_maps *maps, const uint32_t *samples, const uint16_t *confidence,
             size_t n, int may_be_invalid, count_table *counts) {
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t size = n - i < BLOCK ? n - i : BLOCK;
        block pixels = {samples ? samples + i : NULL, i, size, confidence + i};
        count_block(maps, pixels, may_be_invalid, counts);
    }
}

static void count_pixels(const sm_judged_maps *maps, const uint32_t *samples,
                         const uint16_t *confidence, size_t n, count_table *counts) {
    if (samples && maps->invalid)
        count_blocks(maps, samples, confidence, n, 1, counts);
    else if (samples)
        count_blocks(maps, samples, confidence, n, 0, counts);
    else if (maps->invalid)
        count_blocks(maps, NULL, confidence, n, 1, counts);
    else
        count_blocks(maps, NULL, confidence, n, 0, counts);
}

void sm_confidence_counts(const sm_judged_maps *maps, const uint16_t *confidence,
                          uint64_t counts[SM_OUTCOMES][SM_LEVELS]) {
    count_pixels(maps, NULL, confidence, maps->n_pixels, counts);
}

static sm_status check_samples(const uint32_t *samples, size_t n_samples, size_t n_pixels,
                               sm_fault *fault) {
    uint32_t largest = 0;
    for (size_t i = 0; i < n_samples; i++) largest = samples[i] > largest ? samples[i] : largest;
    if (n_samples == 0 || largest < n_pixels) return SM_OK;
    size_t first = 0;
    while (samples[first] < n_pixels) first++;
    *fault = (sm_fault){.record = (int64_t)first,
                        .unit = "sample",
                        .field = "index",
                        .expected = "less than the number of pixels"};
    snprintf(fault->found, sizeof fault->found, "%" PRIu32, samples[first]);
    return SM_INVALID;
}

sm_status sm_confidence_counts_at(const sm_judged_maps *maps, const uint32_t *samples,
                                  const uint16_t *confidence, size_t n_samples,
                                  uint64_t counts[SM_OUTCOMES][SM_LEVELS], sm_fault *fault) {
    sm_status status = check_samples(samples, n_samples, maps->n_pixels, fault);
    if (status != SM_OK) return status;
    count_pixels(maps, samples, confidence, n_samples, counts);
    return SM_OK;
}
