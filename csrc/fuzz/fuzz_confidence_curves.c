/* Any counts by level: refused, or scores between 0 and 1, or none where there is nothing. */
#include "fuzz.h"

#include "confidence_curves.h"

#include <math.h>
#include <string.h>

enum { MAX_LEVELS = 64, LEVEL_SIZE = 2 * sizeof(uint64_t) };

/* How many bins, then counts of both kinds for each level. */
const sm_fuzz_seed sm_fuzz_seeds[] = {FUZZ_SEED("\x02"
                                                "\x03\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0"
                                                "\x01\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0"),
                                      FUZZ_SEED("\x01"
                                                "\xff\xff\xff\xff\xff\xff\xff\x3f"
                                                "\xff\xff\xff\xff\xff\xff\xff\x3f"),
                                      {NULL, 0}};

static int is_share(double score) {
    return isnan(score) || (score >= 0 && score <= 1);
}

static void check_ranking(const sm_ranking *ranking, double tpr) {
    sm_ranking_scores scores;
    if (sm_score_ranking(ranking, tpr, &scores) != SM_OK) return;
    FUZZ_REQUIRE(is_share(scores.auroc) && is_share(scores.fpr));
    FUZZ_REQUIRE(isnan(scores.average_precision) || scores.average_precision >= 0);
    FUZZ_REQUIRE(isnan(scores.average_precision) || scores.average_precision <= 1 + 1e-12);
}

static void check_calibration(const sm_calibration *calibration, size_t n_bins) {
    sm_calibration_bin bins[MAX_LEVELS];
    double ece;
    if (sm_score_calibration(calibration, n_bins, bins, &ece) != SM_OK) return;
    FUZZ_REQUIRE(is_share(ece));
    for (size_t b = 0; b < n_bins; b++) {
        FUZZ_REQUIRE(bins[b].n_right <= bins[b].n);
        FUZZ_REQUIRE(isnan(bins[b].confidence) == (bins[b].n == 0));
        FUZZ_REQUIRE(is_share(bins[b].confidence));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t one[MAX_LEVELS], other[MAX_LEVELS];
    if (size < 1) return 0;
    size_t n = (size - 1) / LEVEL_SIZE < MAX_LEVELS ? (size - 1) / LEVEL_SIZE : MAX_LEVELS;
    for (size_t level = 0; level < n; level++) {
        memcpy(&one[level], data + 1 + level * LEVEL_SIZE, sizeof one[level]);
        memcpy(&other[level], data + 1 + level * LEVEL_SIZE + sizeof one[level],
               sizeof other[level]);
    }
    check_ranking(&(sm_ranking){one, other, n}, data[0] / 255.);
    check_calibration(&(sm_calibration){one, other, n}, data[0]);
    return 0;
}
