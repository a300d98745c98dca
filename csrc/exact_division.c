#include "exact_division.h"

#include <string.h>

static const uint64_t INFINITY_BITS = (uint64_t)2047 << 52;

/*
 * A halfway point between doubles has at most 768 significant digits. So of digits after the 800th
 * it only matters whether all are zero, and a single 1 can stand for those that are not.
 */
enum { EXACT_DIGITS = 800 };

/* The largest integers are 801 digits (2661 bits), and 5^1124 under such a one near 10^-323. */
enum { BIG_WORDS = 88 };

/* A non-negative integer. */
typedef struct big {
    int n;                     /* words in use; the last is not zero */
    uint32_t words[BIG_WORDS]; /* lowest first */
} big;

static void big_multiply_add(big *a, uint32_t factor, uint32_t carry) {
    for (int i = 0; i < a->n; i++) {
        uint64_t sum = (uint64_t)a->words[i] * factor + carry;
        a->words[i] = (uint32_t)sum;
        carry = (uint32_t)(sum >> 32);
    }
    if (carry != 0) a->words[a->n++] = carry;
}

static void big_multiply_power_of_five(big *a, int64_t power) {
    for (; power >= 13; power -= 13) big_multiply_add(a, 1220703125, 0);
    for (; power > 0; power--) big_multiply_add(a, 5, 0);
}

static void big_shift_left(big *a, int bits) {
    int n = bits / 32;
    memmove(a->words + n, a->words, (size_t)a->n * sizeof a->words[0]);
    memset(a->words, 0, (size_t)n * sizeof a->words[0]);
    a->n += n;
    big_multiply_add(a, (uint32_t)1 << bits % 32, 0);
}

static int big_bit_length(const big *a) {
    return 32 * a->n - __builtin_clz(a->words[a->n - 1]);
}

static int big_compare(const big *a, const big *b) {
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    for (int i = a->n; i-- > 0;) {
        if (a->words[i] != b->words[i]) return a->words[i] < b->words[i] ? -1 : 1;
    }
    return 0;
}

/* a -= b, for a >= b. */
static void big_subtract(big *a, const big *b) {
    uint32_t borrow = 0;
    for (int i = 0; i < a->n; i++) {
        uint64_t difference = (uint64_t)a->words[i] - (i < b->n ? b->words[i] : 0) - borrow;
        a->words[i] = (uint32_t)difference;
        borrow = (uint32_t)(difference >> 63);
    }
    while (a->n > 0 && a->words[a->n - 1] == 0) a->n--;
}

/*
 * Reads digits, the last of which counts 10^*exponent, into a big integer. Returns how many it has,
 * and in *exponent the power of ten that counts its last.
 */
static int read_big(const char *digits, big *number, int64_t *exponent) {
    int n = 0, has_rest = 0;
    *number = (big){0};
    for (const char *p = digits; sm_is_digit(*p) || *p == '.'; p++) {
        if (*p == '.') continue;
        if (n < EXACT_DIGITS) {
            big_multiply_add(number, 10, (uint32_t)(*p - '0'));
            n += number->n > 0;
        } else {
            ++*exponent;
            has_rest |= *p != '0';
        }
    }
    if (!has_rest) return n;
    big_multiply_add(number, 10, 1);
    --*exponent;
    return n + 1;
}

/* The bits of the double nearest to numerator / denominator * 2^e. Overwrites the numbers. */
static uint64_t nearest_quotient(big *numerator, big *denominator, int64_t e) {
    int shift = big_bit_length(denominator) - big_bit_length(numerator);
    if (shift > 0) big_shift_left(numerator, shift);
    if (shift < 0) big_shift_left(denominator, -shift);
    e -= shift;
    if (big_compare(numerator, denominator) < 0) {
        big_shift_left(numerator, 1);
        e--;
    }
    if (e > 1023) return INFINITY_BITS; /* the quotient is in [1, 2) now */

    /* Subnormals, below 2^-1022, have one bit less for each halving. */
    int64_t n_bits = 53;
    if (e < -1022) {
        n_bits += e + 1022;
        e = -1022;
    }
    uint64_t m = 0;
    for (; n_bits > 0; n_bits--) {
        int bit = big_compare(numerator, denominator) >= 0;
        if (bit) big_subtract(numerator, denominator);
        big_shift_left(numerator, 1);
        m = 2 * m + (uint64_t)bit;
    }
    int half = n_bits < 0 ? -1 : big_compare(numerator, denominator);
    return sm_join_double(m + (half > 0 || (half == 0 && m % 2 == 1)), e);
}

uint64_t sm_nearest_exactly(const char *digits, int64_t exponent) {
    big numerator, denominator = {1, {1}};
    int n = read_big(digits, &numerator, &exponent);
    if (n == 0) return 0;
    int64_t magnitude = n + exponent; /* the decimal is in [10^(magnitude - 1), 10^magnitude) */
    if (magnitude > 309) return INFINITY_BITS;
    if (magnitude < -323) return 0;
    if (exponent > 0) big_multiply_power_of_five(&numerator, exponent);
    if (exponent < 0) big_multiply_power_of_five(&denominator, -exponent);
    return nearest_quotient(&numerator, &denominator, exponent);
}
