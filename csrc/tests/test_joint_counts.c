#include "joint_counts.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { N_PIXELS = 300000 };

static uint64_t counts[SM_LABELS][SM_LABELS], expected[SM_LABELS][SM_LABELS];
static sm_machine machine = SM_ANY_MACHINE;

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Stretches of up to `longest` pixels of any label; single pixels are noise. */
static void draw(uint32_t *state, uint32_t longest, uint8_t *labels, size_t n) {
    for (size_t i = 0; i < n;) {
        uint8_t label = (uint8_t)next_random(state);
        for (uint32_t length = 1 + next_random(state) % longest; length > 0 && i < n; length--)
            labels[i++] = label;
    }
}

static void check_pair(const uint8_t *truth, const uint8_t *prediction, size_t n,
                       sm_buffer *scratch) {
    for (size_t i = 0; i < n; i++) expected[truth[i]][prediction[i]]++;
    CHECK(sm_joint_counts(truth, prediction, n, counts, machine, scratch) == SM_OK);
    CHECK(memcmp(counts, expected, sizeof counts) == 0);
}

/* Exact allocations, so that a sanitizer sees a byte read beyond them. */
static void check_small(sm_buffer *scratch) {
    uint32_t state = 1;
    for (size_t n = 0; n < 300; n++) {
        uint8_t *truth = malloc(n + 1), *prediction = malloc(n + 1);
        draw(&state, 1 + n % 90, truth + 1, n);
        draw(&state, 1 + n % 70, prediction + 1, n);
        check_pair(truth + 1, prediction + 1, n, scratch);
        free(truth);
        free(prediction);
    }
}

static void check_large(uint32_t longest_of_truth, uint32_t longest_of_prediction,
                        sm_buffer *scratch) {
    static uint8_t truth[N_PIXELS], prediction[N_PIXELS];
    uint32_t state = 2;
    draw(&state, longest_of_truth, truth, N_PIXELS);
    draw(&state, longest_of_prediction, prediction, N_PIXELS);
    check_pair(truth, prediction, N_PIXELS, scratch);
    check_pair(truth, prediction, N_PIXELS - 77, scratch);
}

static void check_all(void) {
    sm_buffer scratch = {0};
    CHECK(sm_joint_counts(NULL, NULL, 0, counts, machine, &scratch) == SM_OK);
    check_small(&scratch);
    CHECK(scratch.data == NULL);
    check_large(1000, 700, &scratch);
    CHECK(scratch.data == NULL);
    check_large(1, 1, &scratch);
    check_large(60, 1, &scratch);
    check_large(4, 3, &scratch);
    CHECK(scratch.data != NULL);
    sm_buffer_release(&scratch);
}

int main(void) {
    check_all();
    machine = sm_this_machine();
    check_all();
    CHECK_SUMMARY();
}
