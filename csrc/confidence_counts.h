/*
 * confidence_counts.h - how often each confidence occurs on pixels predicted right and wrong.
 *
 * Definition. counts[o][q] = number of scored pixels whose prediction has confidence q, where o is
 *
 *     0  valid, right    1  valid, wrong    2  invalid, right    3  invalid, wrong
 *
 * Right is a prediction that equals the truth. Invalid is a pixel that a second map marks, as one
 * on an object that no class is for. Scored is a pixel whose true label is one of those asked for.
 * Confidences have 16 bits, so a pixel that is not in the same cell as another can be told from it
 * by nothing that a curve over confidences is made of: the counts are all that such curves need,
 * of many images their sums.
 *
 * Units: pixels. Limits: none; counts are 64 bits. Ownership: all memory is the caller's.
 * Complexity: O(n), without a branch on a pixel, so noise costs no more than a coherent map.
 * Source: Vu et al., The BRAVO Semantic Segmentation Challenge Results in UNCV2024, whose toolkit
 * (d54005d, metrics.py) keeps such counts as float64.
 */
#ifndef SM_CONFIDENCE_COUNTS_H
#define SM_CONFIDENCE_COUNTS_H

#include "status.h"

enum { SM_OUTCOMES = 4, SM_LEVELS = 65536, SM_TRUE_LABELS = 256 };

/* Maps of one size, row by row. */
typedef struct sm_judged_maps {
    const uint8_t *truth, *prediction;
    const uint8_t *invalid;   /* not 0 where invalid; NULL if no pixel is */
    const uint8_t *is_scored; /* of each of SM_TRUE_LABELS true labels, 1 or 0 */
    size_t n_pixels;
} sm_judged_maps;

/* Adds all pixels to `counts`; `confidence` has n_pixels. */
void sm_confidence_counts(const sm_judged_maps *maps, const uint16_t *confidence,
                          uint64_t counts[SM_OUTCOMES][SM_LEVELS]);

/*
 * Adds the pixels samples[i], in any order, each as often as it is listed; `confidence` has
 * n_samples, one for each. SM_INVALID, with nothing added, where one is not below n_pixels:
 * fault->record is its i.
 */
sm_status sm_confidence_counts_at(const sm_judged_maps *maps, const uint32_t *samples,
                                  const uint16_t *confidence, size_t n_samples,
                                  uint64_t counts[SM_OUTCOMES][SM_LEVELS], sm_fault *fault);

#endif
