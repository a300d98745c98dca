/*
 * The plain form is one line: a pixel adds 1 to counts[outcome][confidence] if it is scored.
 *
 * Instead of asking whether it is, 1 or 0 is added. Whether there is a map of invalid pixels is
 * asked once: `pixel` is inlined into loops that know.
 */
#include "confidence_counts.h"

#include <inttypes.h>
#include <stdio.h>

static inline __attribute__((always_inline)) void count(const sm_judged_maps *maps, size_t pixel,
                                                        int may_be_invalid, uint16_t confidence,
                                                        uint64_t counts[SM_OUTCOMES][SM_LEVELS]) {
    uint8_t truth = maps->truth[pixel];
    size_t outcome = truth != maps->prediction[pixel];
    if (may_be_invalid) outcome |= (size_t)(maps->invalid[pixel] != 0) << 1;
    counts[outcome][confidence] += maps->is_scored[truth];
}

static void count_all(sm_judged_maps maps, const uint16_t *confidence,
                      uint64_t counts[SM_OUTCOMES][SM_LEVELS]) {
    for (size_t i = 0; i < maps.n_pixels; i++) count(&maps, i, 0, confidence[i], counts);
}

static void count_all_judged(sm_judged_maps maps, const uint16_t *confidence,
                             uint64_t counts[SM_OUTCOMES][SM_LEVELS]) {
    for (size_t i = 0; i < maps.n_pixels; i++) count(&maps, i, 1, confidence[i], counts);
}

void sm_confidence_counts(const sm_judged_maps *maps, const uint16_t *confidence,
                          uint64_t counts[SM_OUTCOMES][SM_LEVELS]) {
    (maps->invalid ? count_all_judged : count_all)(*maps, confidence, counts);
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
    for (size_t i = 0; i < n_samples; i++)
        count(maps, samples[i], maps->invalid != NULL, confidence[i], counts);
    return SM_OK;
}
