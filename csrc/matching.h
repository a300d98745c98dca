/*
 * matching.h - which detection finds which object: the greedy matching of COCO, for one image and
 * category.
 *
 * Definition (pycocotools 2.0.11, cocoeval.py, evaluateImg; lvis 0.5.3, eval.py, evaluate_img).
 * Separately for every area range and IoU threshold t: detections, best score first, each take the
 * object of highest IoU among those still free with IoU >= min(t, 1 - 1e-10), of two equal ones the
 * later. Objects outside the range or marked to be ignored are taken only where no other is; those
 * of crowds may be taken again and again. A detection that took an ignored object is itself
 * ignored.
 *
 * Only pairs with IoU >= the lowest threshold can matter, so that is what is passed on: for each
 * detection the short list of objects it could take.
 */
#ifndef SM_MATCHING_H
#define SM_MATCHING_H

#include "memory.h"

/* Limits of a protocol: thresholds are bits of a word, as are area ranges. */
enum { SM_MAX_THRESHOLDS = 64, SM_MAX_AREAS = 31 };

/* An object that a detection could take. */
typedef struct sm_candidate {
    uint32_t truth;
    double iou;
} sm_candidate;

/* A detection with at least one candidate: candidates[first .. first + n), objects ascending. */
typedef struct sm_seeker {
    uint32_t detection;
    uint32_t n;
    size_t first;
} sm_seeker;

/* What became of a detection in one area range: bit t of each word is for threshold t. */
typedef struct sm_outcome {
    uint64_t matched; /* took an object that counts */
    uint64_t ignored; /* took an ignored object */
} sm_outcome;

typedef struct sm_matching {
    const double *thresholds; /* lowered to at most 1 - 1e-10 */
    size_t n_thresholds;
    const sm_seeker *seekers; /* best score first */
    size_t n_seekers;
    const sm_candidate *candidates;
    size_t n_truths;
    const uint8_t *crowd;   /* per object: may be taken again and again */
    const uint8_t *unnamed; /* per object: taking it does not count (parity.md, C4) */
} sm_matching;

/*
 * Matches in one area range. `ignored` says per object whether it is ignored there; `taken` is
 * scratch of n_truths words; outcome[i * stride] receives what became of seeker i. O(thresholds x
 * candidates).
 */
void sm_match(const sm_matching *matching, const uint8_t *ignored, uint64_t *taken,
              sm_outcome *outcome, size_t stride);

#endif
