/*
 * exact_division.h - the double nearest to a decimal (see number.h), by exact arithmetic.
 *
 * The decimal is written as a fraction of two big integers, which is divided one bit at a time until
 * 53 bits are there; then what remains is compared with one half. Always right, and slow: number.c
 * asks only where its faster ways cannot tell.
 *
 * Complexity. O(length), and a bounded amount of work beside. No allocation: the integers are on the
 * stack, less than a kilobyte.
 */
#ifndef SM_EXACT_DIVISION_H
#define SM_EXACT_DIVISION_H

#include <stdint.h>

static inline int sm_is_digit(char c) {
    return '0' <= c && c <= '9';
}

/*
 * The bits of m * 2^(e - 52), for m in [2^52, 2^53], or below where e = -1022. The leading bit of m
 * adds one to the exponent field; so does a carry out of rounding.
 */
static inline uint64_t sm_join_double(uint64_t m, int64_t e) {
    return ((uint64_t)(e + 1022) << 52) + m;
}

/*
 * The bits of the double nearest to the digits, among which a point may stand; the last of them
 * counts 10^exponent. They end at the first byte that is neither. Too large a decimal gives
 * infinity, too small a one zero or a subnormal.
 */
uint64_t sm_nearest_exactly(const char *digits, int64_t exponent);

#endif
