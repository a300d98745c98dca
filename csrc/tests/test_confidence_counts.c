#include "confidence_counts.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

static uint64_t counts[SM_OUTCOMES][SM_LEVELS], expected[SM_OUTCOMES][SM_LEVELS];
static uint8_t is_scored[SM_TRUE_LABELS];

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Maps in allocations of their exact sizes, so that a sanitizer sees a byte read beyond them. */
typedef struct maps {
    uint8_t *truth, *prediction, *invalid;
    uint16_t *confidence;
} maps;

static maps draw(uint32_t *state, size_t n) {
    maps m = {malloc(n), malloc(n), malloc(n), malloc(n * sizeof(uint16_t))};
    for (size_t i = 0; i < n; i++) {
        m.truth[i] = (uint8_t)(next_random(state) % 4 ? next_random(state) % 3 : 255);
        m.prediction[i] = (uint8_t)(next_random(state) % 3);
        m.invalid[i] = (uint8_t)(next_random(state) % 3 ? 0 : next_random(state));
        m.confidence[i] = (uint16_t)(next_random(state) % 5 * 16383);
    }
    return m;
}

static void release(maps m) {
    free(m.truth);
    free(m.prediction);
    free(m.invalid);
    free(m.confidence);
}

static void expect(const maps *m, size_t i, int has_invalid) {
    if (m->truth[i] == 255) return;
    size_t wrong = m->truth[i] != m->prediction[i];
    size_t invalid = has_invalid && m->invalid[i] != 0;
    expected[2 * invalid + wrong][m->confidence[i]]++;
}

static void check_all(size_t n, int has_invalid, uint32_t *state) {
    maps m = draw(state, n);
    sm_judged_maps judged = {m.truth, m.prediction, has_invalid ? m.invalid : NULL, is_scored, n};
    for (size_t i = 0; i < n; i++) expect(&m, i, has_invalid);
    sm_confidence_counts(&judged, m.confidence, counts);
    CHECK(memcmp(counts, expected, sizeof counts) == 0);
    release(m);
}

static void check_samples(size_t n, int has_invalid, uint32_t *state) {
    maps m = draw(state, n);
    sm_judged_maps judged = {m.truth, m.prediction, has_invalid ? m.invalid : NULL, is_scored, n};
    enum { N_SAMPLES = 300, BAD = 200 };
    uint32_t samples[N_SAMPLES];
    uint16_t confidence[N_SAMPLES];
    for (size_t i = 0; i < N_SAMPLES; i++) {
        samples[i] = next_random(state) % (uint32_t)n;
        confidence[i] = m.confidence[samples[i]];
        expect(&m, samples[i], has_invalid);
    }
    sm_fault fault;
    CHECK(sm_confidence_counts_at(&judged, samples, confidence, N_SAMPLES, counts, &fault) ==
          SM_OK);
    CHECK(memcmp(counts, expected, sizeof counts) == 0);
    samples[BAD] = (uint32_t)n;
    CHECK(sm_confidence_counts_at(&judged, samples, confidence, N_SAMPLES, counts, &fault) ==
          SM_INVALID);
    CHECK(fault.record == BAD);
    CHECK(memcmp(counts, expected, sizeof counts) == 0);
    release(m);
}

int main(void) {
    uint32_t state = 1;
    memset(is_scored, 1, 3);
    for (size_t n = 1; n < 200; n++) {
        check_all(n, n % 2, &state);
        check_samples(n, n % 2, &state);
    }
    sm_judged_maps none = {.is_scored = is_scored};
    sm_fault fault;
    sm_confidence_counts(&none, NULL, counts);
    CHECK(sm_confidence_counts_at(&none, NULL, NULL, 0, counts, &fault) == SM_OK);
    CHECK(sm_confidence_counts_at(&none, (uint32_t[]){0}, (uint16_t[]){0}, 1, counts, &fault) ==
          SM_INVALID);
    CHECK(memcmp(counts, expected, sizeof counts) == 0);
    CHECK_SUMMARY();
}
