#include "matching.h"

#include "check.h"

#include <string.h>

enum { N_TRUTHS = 3 };

static const double thresholds[] = {0.5, 0.75};

/* Matches seekers whose candidates are given one after the other, two each. */
static void match(const sm_candidate *candidates, size_t n_seekers, const uint8_t *crowd,
                  const uint8_t *unnamed, const uint8_t *ignored, sm_outcome *outcome) {
    sm_seeker seekers[4];
    uint64_t taken[N_TRUTHS];
    for (size_t i = 0; i < n_seekers; i++) seekers[i] = (sm_seeker){(uint32_t)i, 2, 2 * i};
    const sm_matching matching = {thresholds, 2,        seekers, n_seekers,
                                  candidates, N_TRUTHS, crowd,   unnamed};
    memset(taken, 0xff, sizeof taken);
    sm_match(&matching, ignored, taken, outcome, 1);
}

static int is(sm_outcome outcome, uint64_t matched, uint64_t ignored) {
    return outcome.matched == matched && outcome.ignored == ignored;
}

int main(void) {
    const uint8_t none[N_TRUTHS] = {0, 0, 0}, first[N_TRUTHS] = {1, 0, 0};
    sm_outcome outcome[4];

    /* The best object is taken per threshold; who comes later finds it taken. */
    const sm_candidate same[] = {{0, 0.8}, {1, 0.6}, {0, 0.9}, {1, 0.5}, {0, 1}, {1, 1}};
    match(same, 3, none, none, none, outcome);
    CHECK(is(outcome[0], 3, 0) && is(outcome[1], 1, 0) && is(outcome[2], 2, 0));

    /* Of two equally good ones the later: the first is left for the next. */
    const sm_candidate equal[] = {{0, 0.6}, {1, 0.6}, {1, 0.6}, {2, 0.5}, {0, 0.6}, {1, 0.6}};
    match(equal, 3, none, none, none, outcome);
    CHECK(is(outcome[0], 1, 0) && is(outcome[1], 1, 0) && is(outcome[2], 1, 0));

    /* An ignored object is taken only where no other is, however good it is. */
    const sm_candidate aside[] = {{0, 0.9}, {1, 0.6}, {0, 0.9}, {1, 0.6}};
    match(aside, 2, none, none, first, outcome);
    CHECK(is(outcome[0], 1, 2) && is(outcome[1], 0, 1));

    /* A crowd is taken again and again. */
    match(aside, 2, first, none, first, outcome);
    CHECK(is(outcome[0], 1, 2) && is(outcome[1], 0, 3));

    /* An object without a name is taken, but never counts as matched. */
    match(same, 3, none, first, none, outcome);
    CHECK(is(outcome[0], 0, 0) && is(outcome[1], 1, 0) && is(outcome[2], 2, 0));
    CHECK_SUMMARY();
}
