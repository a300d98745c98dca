#include "confidence_curves.h"

#include <math.h>

__extension__ typedef unsigned __int128 wide;

static const uint64_t MOST = INT64_MAX;
static const size_t MOST_LEVELS = INT32_MAX;

static double quotient(wide part, wide whole) {
    return whole ? (double)part / (double)whole : NAN;
}

/* Adds the counts of all levels to `total`, which stays below 2^63. */
static sm_status add_up(const uint64_t *counts, size_t n_levels, uint64_t *total) {
    for (size_t level = 0; level < n_levels; level++) {
        if (counts[level] > MOST - *total) return SM_INVALID;
        *total += counts[level];
    }
    return SM_OK;
}

/* Two counts whose sum is below 2^63 too. */
static sm_status add_up_both(const uint64_t *one, const uint64_t *other, size_t n_levels,
                             uint64_t totals[2]) {
    totals[0] = totals[1] = 0;
    if (add_up(one, n_levels, &totals[0]) != SM_OK) return SM_INVALID;
    if (add_up(other, n_levels, &totals[1]) != SM_OK) return SM_INVALID;
    return totals[0] > MOST - totals[1] ? SM_INVALID : SM_OK;
}

sm_status sm_score_ranking(const sm_ranking *ranking, double tpr, sm_ranking_scores *scores) {
    uint64_t totals[2];
    sm_status status =
        add_up_both(ranking->positives, ranking->negatives, ranking->n_levels, totals);
    if (status != SM_OK) return status;
    uint64_t tp = 0, fp = 0, fp_at_tpr = 0;
    int is_reached = tpr <= 0;
    wide twice_pairs = 0; /* pairs that stand in the right order, ties counting half */
    double precision = 0;
    for (size_t level = 0; level < ranking->n_levels; level++) {
        uint64_t positives = ranking->positives[level], negatives = ranking->negatives[level];
        if (!(positives | negatives)) continue;
        twice_pairs += (wide)negatives * (2 * (wide)tp + positives);
        tp += positives;
        fp += negatives;
        precision += (double)positives * ((double)tp / (double)(tp + fp));
        if (!is_reached && (double)tp / (double)totals[0] >= tpr) {
            is_reached = 1;
            fp_at_tpr = fp;
        }
    }
    int has_both = totals[0] && totals[1];
    scores->auroc = quotient(twice_pairs, 2 * (wide)totals[0] * totals[1]);
    scores->fpr = has_both ? quotient(fp_at_tpr, totals[1]) : NAN;
    scores->average_precision = totals[0] ? precision / (double)totals[0] : NAN;
    return SM_OK;
}

/* part / whole to the nearest integer, halves to even. */
static size_t rounded(size_t part, size_t whole) {
    size_t below = part / whole, rest = part % whole;
    return below + (2 * rest > whole || (2 * rest == whole && below % 2));
}

sm_status sm_score_calibration(const sm_calibration *calibration, size_t n_bins,
                               sm_calibration_bin *bins, double *ece) {
    const uint64_t *right = calibration->right, *wrong = calibration->wrong;
    size_t n_levels = calibration->n_levels;
    uint64_t totals[2];
    if (n_bins < 1 || n_bins > n_levels || n_levels > MOST_LEVELS) return SM_INVALID;
    if (add_up_both(right, wrong, n_levels, totals) != SM_OK) return SM_INVALID;
    wide errors = 0; /* as all confidences here, in units of half a level */
    for (size_t b = 0; b < n_bins; b++) {
        sm_calibration_bin *bin = &bins[b];
        *bin = (sm_calibration_bin){.first_level = rounded(b * n_levels, n_bins)};
        wide confidence = 0;
        size_t end = rounded((b + 1) * n_levels, n_bins);
        for (size_t level = bin->first_level; level < end; level++) {
            bin->n += right[level] + wrong[level];
            bin->n_right += right[level];
            confidence += (wide)(right[level] + wrong[level]) * (2 * level + 1);
        }
        wide all_right = (wide)bin->n_right * (2 * n_levels);
        errors += confidence > all_right ? confidence - all_right : all_right - confidence;
        bin->confidence = quotient(confidence, (wide)bin->n * (2 * n_levels));
    }
    *ece = quotient(errors, ((wide)totals[0] + totals[1]) * (2 * n_levels));
    return SM_OK;
}
