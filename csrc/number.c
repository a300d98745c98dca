#include "number.h"

#include "exact_division.h"
#include "powers_of_five.h"

#include <float.h>
#include <string.h>

/*
 * Plain definition. A decimal is digits * 10^exponent: "361.55" is 36155 * 10^-2. Among the
 * doubles, all of the form m * 2^e with m < 2^53, take the nearest, and of two equally near the
 * one with even m.
 *
 * That can be done exactly (exact_division.h), which is always right, and slow. Nearly every
 * number is settled sooner, by these steps.
 *
 * 1. Read eight digits at once (read_digits). Eight characters fit a 64-bit word. Without its '0'
 *    every byte is a digit; neighbours combine to numbers below 100, those to numbers below 10^4,
 *    and those to one number below 10^8: three multiplications instead of eight. Where the digits
 *    end inside the word, shifting out the rest leaves zeros in front, which do not change the
 *    number.
 *
 * 2. Divide short decimals (nearest_by_division). Small integers and small powers of ten are
 *    doubles, and the processor rounds the quotient of two doubles correctly. So 36155.0 / 100.0
 *    is the answer.
 *
 * 3. Multiply instead of divide (nearest_by_table). w * 10^q is w * 5^q * 2^q, and 2^q only moves
 *    the exponent. 5^q comes from a table as a 128-bit integer T, scaled by a power of two and
 *    rounded up: too large by less than one unit. With w shifted to fill 64 bits, w * T has 191
 *    or 192 bits and exceeds the truth by less than w < 2^64. So its upper 128 bits, as an
 *    integer H, are off by less than one: the truth lies strictly between H - 1 and H + 1. The
 *    point where rounding turns, halfway between two doubles, is an integer in these units too.
 *    If H is below it, so is the truth; if H is above, so is the truth. Only if H is exactly
 *    halfway is nothing known.
 *
 * 4. Keep 19 digits (read_prefix), which is what always fits 64 bits; call them w. If more
 *    follow, the decimal lies between w and w + 1 times a power of ten. Rounding is monotonic: if
 *    both ends round to one double, so does the decimal.
 *
 * The exact division decides the rest. The table ends long before doubles overflow or become
 * subnormal, so that alone deals with those.
 *
 * Step 2 is after W. Clinger, "How to read floating point numbers accurately" (1990); steps 3 and
 * 4 after M. Eisel and D. Lemire, "Number parsing at a gigabyte per second" (2021).
 */

typedef struct decimal {
    const char *digits;   /* the digits as written; a point may stand among them */
    int64_t exponent;     /* the power of ten that the last of them counts */
    uint64_t significand; /* the digits as one number, modulo 2^64 */
    ptrdiff_t n_digits;   /* how many; the significand is exact up to MAX_DIGITS */
    int negative;
} decimal;

enum { MAX_DIGITS = 19 };

enum { N_POWERS_OF_TEN = 8 };
static const uint64_t POWERS_OF_TEN[N_POWERS_OF_TEN] = {1,     10,     100,     1000,
                                                        10000, 100000, 1000000, 10000000};

/* Kept out of the way of the common case, which then stays in registers. */
#define COLD __attribute__((cold, noinline))

/* ---- text to decimal ---- */

/* Eight characters, the first in the lowest byte; compilers make one load of it. */
static uint64_t load_word(const char *text) {
    const unsigned char *p = (const unsigned char *)text;
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* The number whose eight digits are the bytes of `word`, the first in the lowest byte. */
static uint64_t join_digits(uint64_t word) {
    word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
    word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffff;
    return (word * 10000 + (word >> 32)) & 0xffffffff;
}

/* Appends the digits at p to *number (modulo 2^64) and returns the first byte after them. */
static inline const char *read_digits(const char *p, uint64_t *number) {
    for (;; p += 8) {
        uint64_t word = load_word(p) ^ 0x3030303030303030;
        /* Bytes above 9 show in their top bits. A carry out of one spoils only bytes after it. */
        uint64_t others = (word | (word + 0x7676767676767676)) & 0x8080808080808080;
        if (others != 0) {
            unsigned n = (unsigned)__builtin_ctzll(others) / 8;
            *number = *number * POWERS_OF_TEN[n] + join_digits(word << (8 * (7 - n)) << 8);
            return p + n;
        }
        *number = *number * 100000000 + join_digits(word);
    }
}

/* Reads [+-]?[0-9]+ and adds it to *exponent, or enough of it to know: it never overflows. */
COLD static const char *read_exponent(const char *p, int64_t *exponent) {
    int negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    if (!sm_is_digit(*p)) return NULL;
    int64_t magnitude = 0;
    for (; sm_is_digit(*p); p++) {
        if (magnitude < INT64_MAX / 100) magnitude = 10 * magnitude + (*p - '0');
    }
    *exponent += negative ? -magnitude : magnitude;
    return p;
}

/* Reads a JSON number. Returns the first byte after it, or NULL where there is none. */
static inline const char *read_decimal(const char *p, decimal *d) {
    *d = (decimal){0};
    /* A branch is predicted; arithmetic on p would hold up every load that follows. */
    if (__builtin_expect(*p == '-', 0)) {
        d->negative = 1;
        p++;
    }
    d->digits = p;
    if (*p == '0') {
        if (sm_is_digit(*++p)) return NULL;
    } else {
        p = read_digits(p, &d->significand);
        d->n_digits = p - d->digits;
        if (d->n_digits == 0) return NULL;
    }
    if (*p == '.') {
        const char *fraction = p + 1;
        p = read_digits(fraction, &d->significand);
        if (p == fraction) return NULL;
        d->exponent = fraction - p;
        d->n_digits += p - fraction;
    }
    if (*p == 'e' || *p == 'E') p = read_exponent(p + 1, &d->exponent);
    return p;
}

/* The first MAX_DIGITS significant digits of a longer decimal, and what they leave open. */
typedef struct prefix {
    uint64_t significand;
    int64_t exponent;
    int has_rest; /* whether any digit that follows is not zero */
} prefix;

static prefix read_prefix(const char *digits, int64_t exponent) {
    prefix result = {0, exponent, 0};
    int n = 0;
    for (const char *p = digits; sm_is_digit(*p) || *p == '.'; p++) {
        if (*p == '.') continue;
        if (n < MAX_DIGITS) {
            result.significand = 10 * result.significand + (uint64_t)(*p - '0');
            n += result.significand != 0;
        } else {
            result.exponent++;
            result.has_rest |= *p != '0';
        }
    }
    return result;
}

/* ---- decimal to double, the fast ways ---- */

/* Finds a double by one division, for short decimals. Returns 0 for others. */
static inline int nearest_by_division(const decimal *d, uint64_t *bits) {
    if (FLT_EVAL_METHOD != 0) return 0; /* extra precision would round twice */
    if (d->n_digits > MAX_DIGITS || d->significand > UINT32_MAX) return 0;
    if (d->exponent > 0 || d->exponent <= -N_POWERS_OF_TEN) return 0;
    double quotient = (double)d->significand / (double)POWERS_OF_TEN[-d->exponent];
    memcpy(bits, &quotient, sizeof quotient);
    return 1;
}

#ifdef __SIZEOF_INT128__
static uint64_t multiply_wide(uint64_t a, uint64_t b, uint64_t *low) {
    unsigned __int128 product = (unsigned __int128)a * b;
    *low = (uint64_t)product;
    return (uint64_t)(product >> 64);
}
#else
static uint64_t multiply_wide(uint64_t a, uint64_t b, uint64_t *low) {
    uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
    uint64_t first = a_low * b_low;
    uint64_t second = a_high * b_low + (first >> 32);
    uint64_t third = a_low * b_high + (uint32_t)second;
    *low = third << 32 | (uint32_t)first;
    return a_high * b_high + (second >> 32) + (third >> 32);
}
#endif

/* Finds the bits of the double nearest to w * 10^q. Returns 0 where the table cannot tell. */
static inline int nearest_by_table(uint64_t w, int64_t q, uint64_t *bits) {
    *bits = 0;
    if (w == 0) return 1;
    if (q < SM_FIRST_POWER || q > SM_LAST_POWER) return 0;
    const sm_power_of_five *power = &SM_POWERS_OF_FIVE[q - SM_FIRST_POWER];
    int shift = __builtin_clzll(w);
    uint64_t low, ignored;
    uint64_t high = multiply_wide(w << shift, power->high, &low);
    uint64_t carried = multiply_wide(w << shift, power->low, &ignored);
    low += carried;
    high += low < carried;

    int top = (int)(high >> 63);
    uint64_t fraction = high << (54 - top);
    if (fraction == (uint64_t)1 << 63 && low == 0) return 0;
    /* 217706 / 2^16 is log2(10), close enough to give floor(q log2(10)) for |q| <= 350. */
    int64_t e = (q * 217706 >> 16) + 63 + top - shift;
    *bits = sm_join_double((high >> (10 + top)) + (fraction >> 63), e);
    return 1;
}

/* The same for a decimal cut short: both ends of what is left open must agree. */
static int nearest_by_bounds(prefix cut, uint64_t *bits) {
    if (!nearest_by_table(cut.significand, cut.exponent, bits)) return 0;
    if (!cut.has_rest) return 1;
    uint64_t above;
    return nearest_by_table(cut.significand + 1, cut.exponent, &above) && above == *bits;
}

/* ---- decimal to double ---- */

/* The bits of the double nearest to any decimal: the first digits alone are tried before all of them. */
COLD static uint64_t nearest_slowly(const char *digits, int64_t exponent) {
    uint64_t bits;
    if (nearest_by_bounds(read_prefix(digits, exponent), &bits)) return bits;
    return sm_nearest_exactly(digits, exponent);
}

/* The bits of the double nearest to a decimal, its sign left aside. */
static inline uint64_t nearest(const decimal *d) {
    uint64_t bits;
    if (nearest_by_division(d, &bits)) return bits;
    int fits = d->n_digits <= MAX_DIGITS;
    if (fits && nearest_by_table(d->significand, d->exponent, &bits)) return bits;
    return nearest_slowly(d->digits, d->exponent);
}

/* ---- interface ---- */

const char *sm_number_parse(const char *p, double *value) {
    decimal d;
    p = read_decimal(p, &d);
    if (p == NULL) return NULL;
    uint64_t bits = nearest(&d) | (uint64_t)d.negative << 63;
    memcpy(value, &bits, sizeof bits);
    return p;
}

/*
 * Finds an integer written with a fraction, an exponent or many digits. Returns 0 where the decimal
 * is not an integer or is above `limit` <= 2^63.
 */
COLD static int read_integer(const decimal *d, uint64_t limit, uint64_t *magnitude) {
    prefix cut = read_prefix(d->digits, d->exponent);
    /* Of 20 digits that matter, either the last counts less than one or the first 10^19 or more. */
    if (cut.has_rest) return 0;
    *magnitude = cut.significand;
    if (*magnitude == 0) return 1;
    for (; cut.exponent < 0; cut.exponent++) {
        if (*magnitude % 10 != 0) return 0;
        *magnitude /= 10;
    }
    for (; cut.exponent > 0; cut.exponent--) {
        if (*magnitude > limit / 10) return 0;
        *magnitude *= 10;
    }
    return *magnitude <= limit;
}

const char *sm_integer_parse(const char *p, int64_t *value) {
    decimal d;
    p = read_decimal(p, &d);
    if (p == NULL) return NULL;
    uint64_t magnitude = d.significand;
    if (d.exponent != 0 || d.n_digits >= MAX_DIGITS) {
        uint64_t limit = (uint64_t)INT64_MAX + (uint64_t)d.negative;
        if (!read_integer(&d, limit, &magnitude)) return NULL;
    }
    *value = d.negative && magnitude != 0 ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    return p;
}
