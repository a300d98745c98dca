#include "changes.h"

#include "check.h"

enum { BLOCK = 64, TRIALS = 20000 };

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void draw(uint32_t *state, uint32_t rarity, uint8_t *labels) {
    labels[0] = (uint8_t)next_random(state);
    for (size_t j = 1; j <= BLOCK; j++) {
        int changes = next_random(state) % rarity == 0;
        labels[j] = changes ? (uint8_t)next_random(state) : labels[j - 1];
    }
}

static uint64_t defined_changes(const uint8_t *truth, const uint8_t *prediction) {
    uint64_t bits = 0;
    for (size_t j = 0; j < BLOCK; j++) {
        if (truth[j] != truth[j - 1] || prediction[j] != prediction[j - 1])
            bits |= UINT64_C(1) << j;
    }
    return bits;
}

int main(void) {
    uint32_t state = 1;
    uint8_t truth[1 + BLOCK], prediction[1 + BLOCK];
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        draw(&state, 1 + trial % 300, truth);
        draw(&state, 1 + trial % 170, prediction);
        uint64_t expected = defined_changes(truth + 1, prediction + 1);
        CHECK(sm_changes_portable(truth + 1, prediction + 1) == expected);
#ifdef SM_HAS_X86_64
        CHECK(sm_changes_x86_64(truth + 1, prediction + 1) == expected);
        if (__builtin_cpu_supports("avx2"))
            CHECK(sm_changes_avx2(truth + 1, prediction + 1) == expected);
#endif
    }
    CHECK_SUMMARY();
}
