/*
 * ranking.h - detections in the order of their scores.
 */
#ifndef SM_RANKING_H
#define SM_RANKING_H

#include "memory.h"

/*
 * Sorts `order` (n indices into `scores`) so that scores descend; equal ones keep their order.
 * Scores must not be NaN; -0.0 equals 0.0. What is in order already costs one look; otherwise
 * insertion for a few, a radix sort of the bits of the scores for many: O(n). `scratch` is reused
 * between calls.
 */
sm_status sm_rank_descending(const double *scores, uint32_t *order, size_t n, sm_buffer *scratch);

#endif
