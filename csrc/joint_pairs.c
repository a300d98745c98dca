/*
 * The plain form is one line: for every pixel, add one to the count of its pair of ids.
 *
 * Segments are stretches of one id. A map's bytes differ from those one pixel earlier only where a
 * run ends, which words tell without regard to how many bytes an id has. Both maps are cut into
 * runs side by side, and what lies between two cuts has one pair.
 */
#include "joint_pairs.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256 };

static inline uint64_t word_at(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint64_t difference(const uint8_t *bytes, size_t width) {
    return word_at(bytes) ^ word_at(bytes - width);
}

/* How many of the first bytes agree, of words that differ somewhere. */
static inline size_t equal_bytes(uint64_t differing_bits) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(differing_bits) / 8;
#else
    return (size_t)__builtin_clzll(differing_bits) / 8;
#endif
}

/* The pixel where the run of that at `start` ends. */
static size_t run_end(sm_ids ids, size_t start, size_t n_pixels) {
    const uint8_t *at = ids.bytes + (start + 1) * ids.width;
    const uint8_t *end = ids.bytes + n_pixels * ids.width;
    size_t width = ids.width;
    while (end - at >= 32 && !(difference(at, width) | difference(at + 8, width) |
                               difference(at + 16, width) | difference(at + 24, width)))
        at += 32;
    while (end - at >= 8 && !difference(at, width)) at += 8;
    if (end - at >= 8) at += equal_bytes(difference(at, width));
    while (at < end && at[0] == *(at - width)) at++;
    return (size_t)(at - ids.bytes) / width;
}

static inline uint32_t id_at(sm_ids ids, size_t i) {
    const uint8_t *at = ids.bytes + i * ids.width;
    uint16_t two;
    uint32_t four;
    switch (ids.width) {
    case 1:
        return at[0];
    case 2:
        memcpy(&two, at, sizeof two);
        return two;
    case 3:
        return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
    default:
        memcpy(&four, at, sizeof four);
        return four;
    }
}

/* The slot that holds a pair or, unused, should. There must be an unused one. */
static sm_pair *slot_of(const sm_pairs *pairs, uint32_t truth, uint32_t prediction) {
    uint64_t both = (uint64_t)truth << 32 | prediction;
    both = (both ^ both >> 29) * UINT64_C(0x9e3779b97f4a7c15); /* 2^64 over the golden ratio */
    sm_pair *slots = pairs->slots.data;
    for (size_t i = (size_t)(both >> 32);; i++) {
        sm_pair *slot = slots + (i & (pairs->n_slots - 1));
        if (!slot->count || (slot->truth == truth && slot->prediction == prediction)) return slot;
    }
}

static sm_status grow(sm_pairs *pairs) {
    sm_pairs grown = {.n_slots = pairs->n_slots ? 2 * pairs->n_slots : FIRST_SLOTS, .n = pairs->n};
    if (sm_buffer_reserve(&grown.slots, grown.n_slots, sizeof(sm_pair)) != SM_OK)
        return SM_NO_MEMORY;
    memset(grown.slots.data, 0, grown.n_slots * sizeof(sm_pair));
    const sm_pair *slots = pairs->slots.data;
    for (size_t i = 0; i < pairs->n_slots; i++) {
        if (slots[i].count) *slot_of(&grown, slots[i].truth, slots[i].prediction) = slots[i];
    }
    sm_pairs_release(pairs);
    *pairs = grown;
    return SM_OK;
}

static sm_status add(sm_pairs *pairs, sm_pair pair) {
    if (pairs->n >= pairs->n_slots / 2 && grow(pairs) != SM_OK) return SM_NO_MEMORY;
    sm_pair *slot = slot_of(pairs, pair.truth, pair.prediction);
    pairs->n += !slot->count;
    pair.count += slot->count;
    *slot = pair;
    return SM_OK;
}

sm_status sm_pairs_count(sm_pairs *pairs, sm_ids truth, sm_ids prediction, size_t n_pixels) {
    sm_pair pair = {0};
    size_t truth_end = 0, prediction_end = 0;
    for (size_t i = 0, end; i < n_pixels; i = end) {
        if (i == truth_end) {
            pair.truth = id_at(truth, i);
            truth_end = run_end(truth, i, n_pixels);
        }
        if (i == prediction_end) {
            pair.prediction = id_at(prediction, i);
            prediction_end = run_end(prediction, i, n_pixels);
        }
        end = truth_end < prediction_end ? truth_end : prediction_end;
        pair.count = end - i;
        if (add(pairs, pair) != SM_OK) return SM_NO_MEMORY;
    }
    return SM_OK;
}

static int compare(const void *a, const void *b) {
    const sm_pair *x = a, *y = b;
    if (x->truth != y->truth) return x->truth < y->truth ? -1 : 1;
    return (x->prediction > y->prediction) - (x->prediction < y->prediction);
}

const sm_pair *sm_pairs_sort(sm_pairs *pairs) {
    sm_pair *slots = pairs->slots.data;
    size_t n = 0;
    for (size_t i = 0; i < pairs->n_slots; i++) {
        if (slots[i].count) slots[n++] = slots[i];
    }
    if (n) qsort(slots, n, sizeof *slots, compare);
    return slots;
}

void sm_pairs_release(sm_pairs *pairs) {
    sm_buffer_release(&pairs->slots);
    *pairs = (sm_pairs){0};
}
