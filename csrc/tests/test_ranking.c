#include "ranking.h"

#include "check.h"

#include <float.h>
#include <math.h>

enum { MOST = 3000 };

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Numbers of all signs and sizes, and many equal ones. */
static double draw(uint32_t *state) {
    static const double special[] = {0.0, -0.0, 1, -1, DBL_MAX, -DBL_MAX, DBL_TRUE_MIN, INFINITY};
    uint32_t which = next_random(state) % 24;
    double fraction = (double)next_random(state) / (1 << 24);
    if (which < 8) return special[which];
    return which < 12 ? floor(fraction * 10) / 10 : (fraction - 0.5) * pow(2, which);
}

/* Descending, and in their first order where equal: `order` came in ascending. */
static int is_ranked(const double *scores, const uint32_t *order, size_t n) {
    for (size_t i = 1; i < n; i++) {
        double before = scores[order[i - 1]], after = scores[order[i]];
        if (before < after || (before == after && order[i - 1] >= order[i])) return 0;
    }
    return 1;
}

static int is_permutation(const uint32_t *order, size_t n) {
    uint8_t seen[MOST] = {0};
    for (size_t i = 0; i < n; i++) {
        if (order[i] >= n || seen[order[i]]++) return 0;
    }
    return 1;
}

int main(void) {
    static double scores[MOST];
    static uint32_t order[MOST];
    sm_buffer scratch = {0};
    uint32_t state = 1;
    for (size_t n = 0; n <= MOST; n = n < 64 ? n + 1 : n * 2 - 17) {
        for (size_t i = 0; i < n; i++) scores[i] = draw(&state);
        for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
        CHECK(sm_rank_descending(scores, order, n, &scratch) == SM_OK);
        CHECK(is_permutation(order, n) && is_ranked(scores, order, n));
    }
    sm_buffer_release(&scratch);
    CHECK_SUMMARY();
}
