/* Any rows as a state to accumulate: refused, or curves between 0 and 1. */
#include "fuzz.h"

#include "lookup.h"
#include "precision_recall.h"

#include <string.h>

enum {
    N_CATEGORIES = 3,
    N_AREAS = 2,
    N_THRESHOLDS = 2,
    N_RECALLS = 5,
    N_LIMITS = 2,
    N_TRUTHS = N_CATEGORIES * N_AREAS,
    N_CURVES = N_THRESHOLDS * N_CATEGORIES * N_AREAS * N_LIMITS,
    ROW_SIZE = 4,
    MAX_ROWS = 256,
};

/* Objects to find per category and area range, then rows of category, score, state, outcomes. */
const sm_fuzz_seed sm_fuzz_seeds[] = {FUZZ_SEED("\x02\x02\x01\x00\x03\x03"
                                                "\x00\x09\x04\x11"
                                                "\x00\x07\x04\x33"
                                                "\x01\x05\x01\x00"
                                                "\x02\x05\x06\x1f"),
                                      FUZZ_SEED("\x01\x01\x01\x01\x01\x01"
                                                "\x00\x09\x04\x01"
                                                "\x01\x09\x04\x44"
                                                "\x02\x09\x07\x88"),
                                      {NULL, 0}};

typedef struct state {
    size_t n;
    double score[MAX_ROWS];
    uint32_t category[MAX_ROWS], bits[MAX_ROWS], outcome[MAX_ROWS], rank[MAX_ROWS];
    uint32_t by_category[MAX_ROWS], starts[N_CATEGORIES + 1], n_truths[N_TRUTHS];
    sm_outcome outcomes[MAX_ROWS * N_AREAS];
} state;

static void build(state *s, const uint8_t *data, size_t size) {
    size_t n_outcomes = 0;
    for (size_t i = 0; i < N_TRUTHS; i++) s->n_truths[i] = data[i] % 8;
    s->n = (size - N_TRUTHS) / ROW_SIZE < MAX_ROWS ? (size - N_TRUTHS) / ROW_SIZE : MAX_ROWS;
    for (size_t i = 0; i < s->n; i++) {
        const uint8_t *row = data + N_TRUTHS + i * ROW_SIZE;
        s->category[i] = row[0] % N_CATEGORIES;
        s->score[i] = (double)row[1] - 100;
        s->bits[i] = row[2] & 3;
        if (!(row[2] & 4)) continue;
        s->bits[i] |= SM_HAS_OUTCOMES;
        for (unsigned area = 0; area < N_AREAS; area++) {
            unsigned bits = row[3] >> (4 * area);
            s->outcomes[n_outcomes++] = (sm_outcome){.matched = bits & 3, .ignored = bits >> 2 & 3};
        }
    }
    uint32_t per_image = (uint32_t)s->n;
    sm_number_detections(s->category, s->bits, &per_image, 1, s->outcome, s->rank);
    sm_group(s->category, s->n, N_CATEGORIES, s->by_category, s->starts);
}

static void check_curve(const double *curve, size_t n, sm_status status) {
    for (size_t i = 0; i < n && status == SM_OK; i++) {
        FUZZ_REQUIRE(curve[i] == -1 || (curve[i] >= 0 && curve[i] <= 1));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const double recalls[N_RECALLS] = {0, 0.25, 0.5, 0.75, 1};
    static const uint32_t limits[N_LIMITS] = {1, 100};
    static state s;
    double precision[N_CURVES * N_RECALLS], recall[N_CURVES], scores[N_CURVES * N_RECALLS];
    if (size < N_TRUTHS) return 0;
    build(&s, data, size);
    for (size_t i = 0; i < N_CURVES * N_RECALLS; i++) precision[i] = scores[i] = -1;
    for (size_t i = 0; i < N_CURVES; i++) recall[i] = -1;

    const sm_curve_grid grid = {N_CATEGORIES, N_AREAS, N_THRESHOLDS, recalls,
                                N_RECALLS,    limits,  N_LIMITS};
    const sm_ranked_rows rows = {s.n,    s.score,       s.bits,   s.outcomes, s.outcome,
                                 s.rank, s.by_category, s.starts, s.n_truths};
    const sm_curves curves = {precision, recall, scores};
    sm_status status = sm_accumulate(&rows, &grid, 0, N_CATEGORIES, &curves);
    FUZZ_REQUIRE(status == SM_OK || status == SM_INVALID);
    check_curve(recall, N_CURVES, status);
    return 0;
}
