#include "precision_recall.h"

#include "lookup.h"

#include "check.h"

#include <math.h>
#include <string.h>

enum { N_RECALLS = 3, N = 5 };

static const double recalls[N_RECALLS] = {0, 0.5, 1};
static const double scores[N] = {0.9, 0.8, 0.8, 0.6, 0.5};

/* One category, area range and threshold: detections of two images, as their outcomes say. */
typedef struct example {
    uint32_t state[N], n_truths, max_dets;
    sm_outcome outcomes[N];
} example;

static sm_status accumulate(const example *e, sm_curves *curves) {
    static const uint32_t category[N] = {0}, per_image[] = {3, 2};
    uint32_t outcome[N], rank[N], by_category[N], starts[2];
    sm_number_detections(category, e->state, per_image, 2, outcome, rank);
    CHECK(memcmp(rank, (uint32_t[]){0, 1, 2, 0, 1}, sizeof rank) == 0);
    sm_group(category, N, 1, by_category, starts);
    const sm_ranked_rows rows = {N,    scores,      e->state, e->outcomes, outcome,
                                 rank, by_category, starts,   &e->n_truths};
    const sm_curve_grid grid = {1, 1, 1, recalls, N_RECALLS, &e->max_dets, 1};
    for (size_t r = 0; r < N_RECALLS; r++) curves->precision[r] = curves->scores[r] = -1;
    curves->recall[0] = -1;
    return sm_accumulate(&rows, &grid, 0, 1, curves);
}

static void check_example(const example *e, const double *precision, double recall,
                          const double *score) {
    double got_precision[N_RECALLS], got_recall[1], got_scores[N_RECALLS];
    sm_curves curves = {got_precision, got_recall, got_scores};
    CHECK(accumulate(e, &curves) == SM_OK);
    CHECK(got_recall[0] == recall);
    for (size_t r = 0; r < N_RECALLS; r++) {
        CHECK(fabs(got_precision[r] - precision[r]) < 1e-12);
        CHECK(got_scores[r] == score[r]);
    }
}

int main(void) {
    const uint32_t found = SM_HAS_OUTCOMES, outside = SM_HAS_OUTCOMES | 1;
    const sm_outcome matched = {1, 0}, ignored = {0, 1};

    /* Matched, missed, matched, missed, missed; the better precision behind counts before. */
    const example plain = {{0, found, found, 0, 0}, 2, 100, {matched, matched}};
    check_example(&plain, (double[]){2. / 3, 2. / 3, 2. / 3}, 1, (double[]){0.9, 0.8, 0.8});

    /* Ignored detections do not count, nor do those outside of the range that matched nothing. */
    const example aside = {{found, found, 1, 0, 0}, 2, 100, {ignored, matched}};
    check_example(&aside, (double[]){1, 1, 0}, 0.5, (double[]){0.9, 0.8, 0});

    /* Outside of the range, but matched: counts. */
    const example beyond = {{outside, 1, 1, 1, 1}, 1, 100, {matched}};
    check_example(&beyond, (double[]){1, 1, 1}, 1, (double[]){0.9, 0.9, 0.9});

    /* The limit takes the first of each image. */
    const example limited = {{0, found, found, found, 0}, 2, 1, {matched, matched, matched}};
    check_example(&limited, (double[]){0.5, 0.5, 0}, 0.5, (double[]){0.9, 0.6, 0});

    const example nothing_found = {{0, 0, 0, 0, 0}, 2, 100, {{0, 0}}};
    check_example(&nothing_found, (double[]){0, 0, 0}, 0, (double[]){0.9, 0, 0});

    const example nothing_there = {{0, 0, 0, 0, 0}, 0, 100, {{0, 0}}};
    check_example(&nothing_there, (double[]){-1, -1, -1}, -1, (double[]){-1, -1, -1});

    double precision[N_RECALLS], recall[1], score[N_RECALLS];
    sm_curves curves = {precision, recall, score};
    const example corrupt = {{found, found, 0, 0, 0}, 1, 100, {matched, matched}};
    CHECK(accumulate(&corrupt, &curves) == SM_INVALID);
    CHECK_SUMMARY();
}
