/* Runs a target over mutations of its seeds: `fuzz_NAME [rounds]`. The same every time. */
#include "fuzz.h"

#include <string.h>

enum { ROUNDS = 2000, MAX_SIZE = 4096 };

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Bytes that mean something to JSON, to counts or as the ends of numbers. */
static uint8_t draw_byte(uint32_t *state) {
    static const uint8_t telling[] = "{}[],:\"\\ \n-+.eE0149oOPu\x00\x7f\x80\xff\xc3\x01\x10";
    uint32_t which = next_random(state) % (2 * sizeof telling);
    return which < sizeof telling ? telling[which] : (uint8_t)next_random(state);
}

/* One change at a random place: a byte set, bytes removed, doubled, or cut off behind. */
static size_t mutate(uint8_t *data, size_t size, uint32_t *state) {
    size_t at = next_random(state) % (size + 1), n = 1 + next_random(state) % 16;
    if (n > size - at) n = size - at;
    switch (next_random(state) % 8) {
    case 0:
        memmove(data + at, data + at + n, size - at - n);
        return size - n;
    case 1:
        if (size + n > MAX_SIZE) return size;
        memmove(data + at + n, data + at, size - at);
        return size + n;
    case 2:
        return next_random(state) % 4 ? size : at;
    default:
        if (at < size) data[at] = draw_byte(state);
        return size;
    }
}

static void run_round(const sm_fuzz_seed *seed, uint32_t *state) {
    static uint8_t data[MAX_SIZE];
    size_t size = seed->size;
    memcpy(data, seed->bytes, size);
    for (uint32_t n = next_random(state) % 8; n > 0; n--) size = mutate(data, size, state);
    /* A block of its own, so that a sanitizer sees every byte read beside it. */
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (!exact) abort();
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

int main(int argc, char **argv) {
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : ROUNDS;
    uint32_t state = 1;
    for (long round = 0; round < rounds; round++) {
        for (const sm_fuzz_seed *seed = sm_fuzz_seeds; seed->size > 0; seed++)
            run_round(seed, &state);
    }
    return 0;
}
