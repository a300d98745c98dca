/*
 * The plain form is one line: for every pixel, add one to the count of its pair of ids.
 *
 * Segments are stretches of one id, so what is found first is where the pair changes: 64 pixels of
 * both maps are compared with themselves one pixel earlier. Each change ends a run, whose length is added to the count of its pair.
 */
#include "joint_pairs.h"

#include "changes.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256, BLOCK = 64 };

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
static inline sm_pair *slot_of(const sm_pairs *pairs, uint32_t truth, uint32_t prediction) {
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

/* There must be an unused slot; there is one afterwards too. */
static inline sm_status add(sm_pairs *pairs, sm_pair pair) {
    sm_pair *slot = slot_of(pairs, pair.truth, pair.prediction);
    if (slot->count) {
        slot->count += pair.count;
        return SM_OK;
    }
    *slot = pair;
    return ++pairs->n < pairs->n_slots / 2 ? SM_OK : grow(pairs);
}

/* Two maps, and the run [start, here) of pixels like that at start, not yet counted. */
typedef struct run {
    sm_ids truth, prediction;
    size_t start;
} run;

/* What follows is inlined for the widths that are common, which are constants then. */
#define INLINED static inline __attribute__((always_inline))

/* Counts the run before pixel i and starts one there. */
INLINED sm_status end_run(sm_pairs *pairs, run *r, size_t i) {
    sm_pair pair = {id_at(r->truth, r->start), id_at(r->prediction, r->start), i - r->start};
    r->start = i;
    return add(pairs, pair);
}

INLINED uint64_t changes_at(sm_ids ids, size_t i) {
    return sm_changes_of_ids(ids.bytes + i * ids.width, ids.width);
}

INLINED int changes_between(sm_ids ids, size_t i) {
    return id_at(ids, i) != id_at(ids, i - 1);
}

/* Of one pixel or more; there must be an unused slot. */
INLINED sm_status count(sm_pairs *pairs, sm_ids truth, sm_ids prediction, size_t n_pixels) {
    run r = {truth, prediction, 0};
    size_t i = 1;
    sm_status status = SM_OK;
    for (; n_pixels - i >= BLOCK && status == SM_OK; i += BLOCK) {
        uint64_t left = changes_at(truth, i) | changes_at(prediction, i);
        for (; left && status == SM_OK; left &= left - 1)
            status = end_run(pairs, &r, i + (size_t)__builtin_ctzll(left));
    }
    for (; i < n_pixels && status == SM_OK; i++) {
        if (changes_between(truth, i) || changes_between(prediction, i))
            status = end_run(pairs, &r, i);
    }
    return status == SM_OK ? end_run(pairs, &r, n_pixels) : status;
}

sm_status sm_pairs_count(sm_pairs *pairs, sm_ids truth, sm_ids prediction, size_t n_pixels) {
    const uint8_t *t = truth.bytes, *p = prediction.bytes;
    if (n_pixels == 0) return SM_OK;
    if (!pairs->n_slots && grow(pairs) != SM_OK) return SM_NO_MEMORY;
#define COUNT(width_of_truth, width_of_prediction)                                                 \
    case 4 * width_of_truth + width_of_prediction:                                                 \
        return count(pairs, (sm_ids){t, width_of_truth}, (sm_ids){p, width_of_prediction},         \
                     n_pixels);
    switch (4 * truth.width + prediction.width) {
        COUNT(1, 1)
        COUNT(2, 1)
        COUNT(2, 2)
        COUNT(3, 3)
        COUNT(4, 4)
    }
#undef COUNT
    return count(pairs, truth, prediction, n_pixels);
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
