/*
 * joint_pairs.h - how often each pair of segment ids occurs at one pixel of two maps.
 *
 * Definition. For each pair (t, p) that occurs, the number of pixels that belong to segment t of
 * the truth and to segment p of the prediction. Ids have up to 32 bits, so there is no table of all
 * pairs as in joint_counts.h, but a list of those that occur.
 *
 * Units: pixels. Limits: fewer than SIZE_MAX / 64 different pairs. Ownership: a zeroed sm_pairs is
 * an empty one; release it. Complexity: O(n), 64 pixels a step where neighbours are alike, and one
 * access to a hash table for each run of pixels with one pair.
 * Source of the 24-bit form: the COCO panoptic format, id = R + 256 G + 65536 B.
 */
#ifndef SM_JOINT_PAIRS_H
#define SM_JOINT_PAIRS_H

#include "memory.h"

typedef struct sm_pair {
    uint32_t truth, prediction;
    uint64_t count;
} sm_pair;

typedef struct sm_pairs {
    sm_buffer slots; /* sm_pair[n_slots], unused where the count is zero */
    size_t n_slots;  /* zero or a power of two */
    size_t n;        /* slots in use */
} sm_pairs;

/* A map of ids of `width` bytes each, 1 to 4: native integers, but R, G, B where three. */
typedef struct sm_ids {
    const uint8_t *bytes;
    size_t width;
} sm_ids;

/*
 * Adds the pairs of n_pixels pixels to `pairs`. On SM_NO_MEMORY it holds a part of them and is good
 * only for release.
 */
sm_status sm_pairs_count(sm_pairs *pairs, sm_ids truth, sm_ids prediction, size_t n_pixels);

/*
 * The n pairs ordered by (truth, prediction), in place: `pairs` owns them, and is good only for
 * release afterwards. O(n_slots + n log n).
 */
const sm_pair *sm_pairs_sort(sm_pairs *pairs);

void sm_pairs_release(sm_pairs *pairs);

#endif
