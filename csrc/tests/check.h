/*
 * check.h - the whole test framework: CHECK counts and prints failures, CHECK_SUMMARY ends main.
 */
#ifndef SM_CHECK_H
#define SM_CHECK_H

#include <stdio.h>

static int check_failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            check_failures++;                                                                      \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                \
        }                                                                                          \
    } while (0)

#define CHECK_SUMMARY()                                                                            \
    do {                                                                                           \
        if (check_failures > 0) fprintf(stderr, "%d checks failed\n", check_failures);             \
        return check_failures > 0;                                                                 \
    } while (0)

#endif
