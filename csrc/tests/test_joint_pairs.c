#include "joint_pairs.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PIXELS = 3000, MAX_WIDTH = 4 };

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Stretches of up to `longest` pixels whose ids differ in any of their bytes, or in one only. */
static void draw(uint32_t *state, uint32_t longest, size_t width, uint32_t *ids, size_t n) {
    for (size_t i = 0; i < n;) {
        uint32_t id = (next_random(state) % 3) << 8 * (next_random(state) % width);
        for (uint32_t length = 1 + next_random(state) % longest; length > 0 && i < n; length--)
            ids[i++] = id;
    }
}

static uint8_t *stored(const uint32_t *ids, size_t width, size_t n) {
    uint8_t *bytes = malloc(n * width + 1);
    for (size_t i = 0; i < n; i++) {
        uint16_t two = (uint16_t)ids[i];
        uint8_t *at = bytes + i * width;
        for (size_t k = 0; k < width; k++) at[k] = (uint8_t)(ids[i] >> 8 * k);
        if (width == 2) memcpy(at, &two, width);
        if (width == 4) memcpy(at, ids + i, width);
    }
    return bytes;
}

static uint64_t count_of(uint32_t t, uint32_t p, const uint32_t *truth, const uint32_t *prediction,
                         size_t n) {
    uint64_t count = 0;
    for (size_t i = 0; i < n; i++) count += truth[i] == t && prediction[i] == p;
    return count;
}

static int is_in_order(const sm_pair *pairs, size_t n) {
    for (size_t i = 1; i < n; i++) {
        if (pairs[i - 1].truth > pairs[i].truth) return 0;
        if (pairs[i - 1].truth == pairs[i].truth && pairs[i - 1].prediction >= pairs[i].prediction)
            return 0;
    }
    return 1;
}

static void check_pair(uint32_t *state, size_t width_of_truth, size_t width_of_prediction,
                       size_t n) {
    uint32_t truth[MAX_PIXELS], prediction[MAX_PIXELS];
    sm_pairs pairs = {0};
    uint64_t total = 0;
    draw(state, 1 + (uint32_t)n % 150, width_of_truth, truth, n);
    draw(state, 1 + (uint32_t)n % 40, width_of_prediction, prediction, n);
    sm_ids t = {stored(truth, width_of_truth, n), width_of_truth};
    sm_ids p = {stored(prediction, width_of_prediction, n), width_of_prediction};
    CHECK(sm_pairs_count(&pairs, t, p, n) == SM_OK);
    CHECK(sm_pairs_count(&pairs, t, p, n) == SM_OK);
    const sm_pair *sorted = sm_pairs_sort(&pairs);
    CHECK(is_in_order(sorted, pairs.n));
    for (size_t i = 0; i < pairs.n; i++) {
        CHECK(sorted[i].count ==
              2 * count_of(sorted[i].truth, sorted[i].prediction, truth, prediction, n));
        total += sorted[i].count;
    }
    CHECK(total == 2 * n);
    sm_pairs_release(&pairs);
    free((void *)t.bytes);
    free((void *)p.bytes);
}

/* So many pairs that the table grows often. */
static void check_growth(void) {
    enum { N = 1 << 16 };
    static uint32_t truth[N];
    static uint16_t prediction[N];
    sm_pairs pairs = {0};
    for (uint32_t i = 0; i < N; i++) {
        truth[i] = UINT32_MAX - i;
        prediction[i] = (uint16_t)(i * 3);
    }
    sm_ids t = {(const uint8_t *)truth, 4}, p = {(const uint8_t *)prediction, 2};
    CHECK(sm_pairs_count(&pairs, t, p, N) == SM_OK);
    CHECK(pairs.n == N);
    const sm_pair *sorted = sm_pairs_sort(&pairs);
    for (uint32_t i = 0; i < N; i++) {
        const sm_pair *pair = sorted + N - 1 - i;
        CHECK(pair->truth == truth[i] && pair->prediction == prediction[i] && pair->count == 1);
    }
    sm_pairs_release(&pairs);
}

int main(void) {
    uint32_t state = 1;
    for (size_t truth = 1; truth <= MAX_WIDTH; truth++) {
        for (size_t prediction = 1; prediction <= MAX_WIDTH; prediction++) {
            for (size_t n = 0; n < 120; n += 7) check_pair(&state, truth, prediction, n);
            check_pair(&state, truth, prediction, MAX_PIXELS);
        }
    }
    check_growth();
    CHECK_SUMMARY();
}
