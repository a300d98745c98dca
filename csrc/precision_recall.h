/*
 * precision_recall.h - precision at given recalls, from ranked detections and their outcomes.
 *
 * Definition (pycocotools 2.0.11, cocoeval.py, accumulate). For one category, area range and IoU
 * threshold, take the first `max_dets` detections of every image, ranked by score over all images
 * (ties: order of images, then rank in the image), without those that are ignored: it took an
 * ignored object, or took nothing and is outside of the area range. After the i-th of them, with tp
 * matched and fp not,
 *
 *     recall_i = tp / n_truths        precision_i = tp / (fp + tp + 2^-52)
 *
 * Precision at recall r is the largest precision at or after the first i with recall_i >= r; 0
 * where there is none. Score at recall r is the score of that detection. Where there is nothing to
 * find all are -1.
 *
 * Precision rises only at a matched detection, so it is enough to look at those: the n-th one
 * stands at recall n / n_truths, and the recalls asked for become "which n" once per category and
 * area range. Ignored and unmatched detections are only counted.
 */
#ifndef SM_PRECISION_RECALL_H
#define SM_PRECISION_RECALL_H

#include "instances.h"

typedef struct sm_curve_grid {
    size_t n_categories, n_areas, n_thresholds;
    const double *recalls; /* ascending */
    size_t n_recalls;
    const uint32_t *max_dets; /* ascending, at least 1 */
    size_t n_max_dets;
} sm_curve_grid;

/*
 * Rows as sm_instances_evaluate gives them, of all images in the order of their keys, put together.
 */
typedef struct sm_ranked_rows {
    size_t n_detections;
    const double *score;
    const uint32_t *state;
    const sm_outcome *outcomes; /* n_areas for each detection with SM_HAS_OUTCOMES, in order */
    const uint32_t *outcome;    /* per detection: which; read only with SM_HAS_OUTCOMES */
    const uint32_t *rank;       /* per detection: its rank among those of its image and category */
    const uint32_t *by_category, *category_starts; /* detections grouped by category (lookup.h) */
    const uint32_t *n_truths;                      /* n_categories x n_areas: objects to find */
} sm_ranked_rows;

/* Arrays in C order, prefilled with -1; `scores` may be NULL. */
typedef struct sm_curves {
    double *precision; /* thresholds x recalls x categories x areas x max_dets */
    double *recall;    /* thresholds x categories x areas x max_dets */
    double *scores;    /* as precision */
} sm_curves;

/*
 * What sm_ranked_rows adds to rows: for each detection its outcome's number and its rank.
 * `per_image` counts the detections of each image.
 */
void sm_number_detections(const uint32_t *category, const uint32_t *state,
                          const uint32_t *per_image, size_t n_images, uint32_t *outcome,
                          uint32_t *rank);

/*
 * Fills the curves of categories [first, last). Calls for disjoint ranges may run side by side.
 * Fails with SM_NO_MEMORY, or with SM_INVALID where the rows tell of more matches than there are
 * objects.
 */
sm_status sm_accumulate(const sm_ranked_rows *rows, const sm_curve_grid *grid, size_t first,
                        size_t last, const sm_curves *curves);

#endif
