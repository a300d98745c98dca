/*
 * fuzz.h - what a fuzz target gives: a function that eats any bytes, and bytes worth starting from.
 *
 * With clang a target is linked with -fsanitize=fuzzer and mutated by libFuzzer for as long as one
 * likes. Without, standalone.c mutates the seeds for a few seconds, the same way every time.
 * A target stops (FUZZ_REQUIRE) where what it calls breaks a promise of its header.
 */
#ifndef SM_FUZZ_H
#define SM_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct sm_fuzz_seed {
    const char *bytes;
    size_t size;
} sm_fuzz_seed;

#define FUZZ_SEED(literal) {literal, sizeof(literal) - 1}

/* Ended by a seed without bytes. */
extern const sm_fuzz_seed sm_fuzz_seeds[];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_REQUIRE(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
