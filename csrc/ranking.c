#include "ranking.h"

#include <string.h>

enum { FEW = 48, DIGIT_BITS = 11, N_DIGITS = 6, N_VALUES = 1 << DIGIT_BITS };

typedef struct keyed {
    uint64_t key;
    uint32_t index;
} keyed;

/*
 * An unsigned integer that ascends as the score descends. The bits of a positive double ascend with
 * it and those of a negative one descend, so: negate the score, then flip all bits of a negative
 * number and the sign bit of any other. Adding zero turns -0.0 into 0.0.
 */
static uint64_t descending_key(double score) {
    double negated = 0.0 - score;
    uint64_t bits, sign = (uint64_t)1 << 63;
    memcpy(&bits, &negated, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}

static int is_ranked(const double *scores, const uint32_t *order, size_t n) {
    for (size_t i = 1; i < n; i++) {
        if (scores[order[i - 1]] < scores[order[i]]) return 0;
    }
    return 1;
}

static void rank_by_insertion(const double *scores, uint32_t *order, size_t n) {
    for (size_t i = 1; i < n; i++) {
        uint32_t index = order[i];
        double score = scores[index];
        size_t j = i;
        for (; j > 0 && scores[order[j - 1]] < score; j--) order[j] = order[j - 1];
        order[j] = index;
    }
}

static unsigned digit(uint64_t key, int which) {
    return (unsigned)(key >> (which * DIGIT_BITS)) & (N_VALUES - 1);
}

/* Counts of every digit's values, turned into the places where their keys go. */
static void find_places(const keyed *items, size_t n, uint32_t places[N_DIGITS][N_VALUES]) {
    memset(places, 0, sizeof(uint32_t[N_DIGITS][N_VALUES]));
    for (size_t i = 0; i < n; i++) {
        for (int d = 0; d < N_DIGITS; d++) places[d][digit(items[i].key, d)]++;
    }
    for (int d = 0; d < N_DIGITS; d++) {
        uint32_t sum = 0;
        for (int v = 0; v < N_VALUES; v++) {
            uint32_t count = places[d][v];
            places[d][v] = sum;
            sum += count;
        }
    }
}

/*
 * Whether all keys share this digit, so that sorting by it changes nothing: the first key's value
 * has all.
 */
static int is_constant(const keyed *items, size_t n, int d, const uint32_t places[N_VALUES]) {
    unsigned value = digit(items[0].key, d);
    return places[value] == 0 && (value + 1 == N_VALUES || places[value + 1] == n);
}

static sm_status rank_by_radix(const double *scores, uint32_t *order, size_t n,
                               sm_buffer *scratch) {
    const size_t places_size = sizeof(uint32_t[N_DIGITS][N_VALUES]);
    if (n > SIZE_MAX / (4 * sizeof(keyed))) return SM_NO_MEMORY;
    sm_status status = sm_buffer_reserve(scratch, places_size + 2 * n * sizeof(keyed), 1);
    if (status != SM_OK) return status;
    uint32_t(*places)[N_VALUES] = scratch->data;
    keyed *items = (keyed *)((char *)scratch->data + places_size), *spare = items + n;

    for (size_t i = 0; i < n; i++) items[i] = (keyed){descending_key(scores[order[i]]), order[i]};
    find_places(items, n, places);
    for (int d = 0; d < N_DIGITS; d++) {
        if (is_constant(items, n, d, places[d])) continue;
        for (size_t i = 0; i < n; i++) spare[places[d][digit(items[i].key, d)]++] = items[i];
        keyed *sorted = spare;
        spare = items;
        items = sorted;
    }
    for (size_t i = 0; i < n; i++) order[i] = items[i].index;
    return SM_OK;
}

sm_status sm_rank_descending(const double *scores, uint32_t *order, size_t n, sm_buffer *scratch) {
    if (is_ranked(scores, order, n)) return SM_OK;
    if (n > FEW) return rank_by_radix(scores, order, n, scratch);
    rank_by_insertion(scores, order, n);
    return SM_OK;
}
