/*
 * confidence_curves.h - what ROC, precision-recall and calibration curves come to, from counts.
 *
 * A ranking is given by its levels, the best first: how many positives and negatives stand at each.
 * Those at one level are ties. With tp and fp the positives and negatives up to and with a level, P
 * and N those of all levels:
 *
 *     AUROC   the area under fp / N -> tp / P by trapezoids; the share of pairs of a positive and a
 *             negative in which the positive stands higher, ties counting one half
 *     FPR     fp / N at the first level where tp / P >= the rate asked for, of doubles, without
 *             interpolation
 *     AP      sum over levels of (positives at the level) / P * tp / (tp + fp)
 *
 * A calibration is given by the predictions that were right and wrong at each of L levels of
 * confidence, the lowest first; level q stands for the confidence (q + 1/2) / L. It has B bins, bin
 * b from level round(b L / B) on, halves to even:
 *
 *     ECE     sum over bins of (predictions in it) / (all predictions) * |mean confidence - share
 *             that was right|
 *
 * AUROC, FPR and ECE are quotients of integers, of up to 128 bits, and rounded only then. Units:
 * fractions. Limits: fewer than 2^63 counted in all. Complexity: O(levels).
 * Source: Fawcett, An introduction to ROC analysis (2006); Guo et al., On Calibration of Modern
 * Neural Networks (2017); AP is scikit-learn's average_precision_score. Agrees with the BRAVO
 * toolkit d54005d (metrics.py).
 */
#ifndef SM_CONFIDENCE_CURVES_H
#define SM_CONFIDENCE_CURVES_H

#include "status.h"

typedef struct sm_ranking {
    const uint64_t *positives, *negatives; /* by level, the best first */
    size_t n_levels;
} sm_ranking;

typedef struct sm_ranking_scores {
    double auroc, fpr;        /* NaN without positives or without negatives */
    double average_precision; /* NaN without positives */
} sm_ranking_scores;

/* For a tpr of 0 to 1. SM_INVALID where there are 2^63 or more. */
sm_status sm_score_ranking(const sm_ranking *ranking, double tpr, sm_ranking_scores *scores);

typedef struct sm_calibration {
    const uint64_t *right, *wrong; /* by level, the lowest first */
    size_t n_levels;               /* fewer than 2^31 */
} sm_calibration;

typedef struct sm_calibration_bin {
    size_t first_level;
    uint64_t n, n_right;
    double confidence; /* their mean; NaN where n is 0 */
} sm_calibration_bin;

/*
 * Fills n_bins bins and the expected calibration error, NaN where there are no predictions.
 * SM_INVALID where there are 2^63 or more, or not 1 to n_levels bins.
 */
sm_status sm_score_calibration(const sm_calibration *calibration, size_t n_bins,
                               sm_calibration_bin *bins, double *ece);

#endif
