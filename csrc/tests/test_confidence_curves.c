#include "confidence_curves.h"

#include "check.h"

#include <math.h>

enum { N = 4 };

static sm_ranking_scores ranked(const uint64_t *positives, const uint64_t *negatives, double tpr) {
    sm_ranking ranking = {positives, negatives, N};
    sm_ranking_scores scores = {0, 0, 0};
    CHECK(sm_score_ranking(&ranking, tpr, &scores) == SM_OK);
    return scores;
}

static void check_rankings(void) {
    /* Of 4 x 4 pairs 10 stand in order and 4 are ties. */
    const uint64_t positives[N] = {1, 2, 0, 1}, negatives[N] = {0, 1, 1, 2};
    sm_ranking_scores scores = ranked(positives, negatives, 0.75);
    CHECK(scores.auroc == 0.75);
    CHECK(scores.fpr == 0.25);
    CHECK(fabs(scores.average_precision - (1 + 2 * 0.75 + 0.5) / 4) < 1e-15);
    CHECK(ranked(positives, negatives, 0.76).fpr == 1);
    CHECK(ranked(positives, negatives, 0).fpr == 0);

    const uint64_t none[N] = {0}, huge[N] = {INT64_MAX / 2, 0, 0, 0}, last[N] = {0, 0, 0, 1};
    CHECK(isnan(ranked(positives, none, 0.95).auroc) && isnan(ranked(none, negatives, 0.95).auroc));
    CHECK(isnan(ranked(positives, none, 0.95).fpr) && isnan(ranked(none, negatives, 0.95).fpr));
    CHECK(ranked(positives, none, 0.95).average_precision == 1);
    CHECK(isnan(ranked(none, negatives, 0.95).average_precision));

    CHECK(ranked(huge, huge, 0.95).auroc == 0.5);
    CHECK(ranked(huge, last, 0.95).auroc == 1);
    const uint64_t most[N] = {INT64_MAX, 0, 0, 0};
    sm_ranking ranking = {most, last, N};
    CHECK(sm_score_ranking(&ranking, 0.95, &scores) == SM_INVALID);
    const uint64_t beyond[N] = {UINT64_MAX, 1, 0, 0};
    ranking.positives = beyond;
    CHECK(sm_score_ranking(&ranking, 0.95, &scores) == SM_INVALID);
}

static void check_calibrations(void) {
    const uint64_t right[N] = {1, 0, 0, 3}, wrong[N] = {3, 0, 0, 1};
    sm_calibration calibration = {right, wrong, N};
    sm_calibration_bin bins[N + 1];
    double ece;
    CHECK(sm_score_calibration(&calibration, 2, bins, &ece) == SM_OK);
    CHECK(bins[0].first_level == 0 && bins[1].first_level == 2);
    CHECK(bins[0].n == 4 && bins[0].n_right == 1 && bins[0].confidence == 0.125);
    CHECK(bins[1].n == 4 && bins[1].n_right == 3 && bins[1].confidence == 0.875);
    CHECK(ece == 0.125);

    /* 4/3 and 8/3 are rounded to 1 and 3; the bin between has nothing. */
    CHECK(sm_score_calibration(&calibration, 3, bins, &ece) == SM_OK);
    CHECK(bins[1].first_level == 1 && bins[2].first_level == 3);
    CHECK(bins[1].n == 0 && isnan(bins[1].confidence) && ece == 0.125);

    CHECK(sm_score_calibration(&calibration, 0, bins, &ece) == SM_INVALID);
    CHECK(sm_score_calibration(&calibration, N + 1, bins, &ece) == SM_INVALID);
    const uint64_t none[N] = {0}, most[N] = {INT64_MAX, 0, 0, 0};
    calibration = (sm_calibration){none, none, N};
    CHECK(sm_score_calibration(&calibration, 2, bins, &ece) == SM_OK && isnan(ece));
    calibration = (sm_calibration){most, wrong, N};
    CHECK(sm_score_calibration(&calibration, 2, bins, &ece) == SM_INVALID);
    calibration = (sm_calibration){most, none, N};
    CHECK(sm_score_calibration(&calibration, 2, bins, &ece) == SM_OK && ece == 0.875);
}

int main(void) {
    check_rankings();
    check_calibrations();
    CHECK_SUMMARY();
}
