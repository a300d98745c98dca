/*
 * machine.h - which instructions there are: those of every x86-64, or of those that know AVX2 too.
 *
 * A kernel that gains by AVX2 is compiled for both and told which to run; that it is told, and does
 * not look, lets tests run both. Elsewhere there is one form, for any machine.
 */
#ifndef SM_MACHINE_H
#define SM_MACHINE_H

#if defined(__x86_64__) && defined(__GNUC__)
#define SM_HAS_X86_64 1
#include <immintrin.h>

/* Marks a function that only a machine with AVX2 may run. */
#define SM_AVX2 __attribute__((target("avx2,bmi,popcnt")))
#endif

typedef enum sm_machine { SM_ANY_MACHINE, SM_WITH_AVX2 } sm_machine;

/* The one this runs on. It costs a few nanoseconds. */
static inline sm_machine sm_this_machine(void) {
#ifdef SM_HAS_X86_64
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("popcnt"))
        return SM_WITH_AVX2;
#endif
    return SM_ANY_MACHINE;
}

#endif
