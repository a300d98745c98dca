/*
 * The oracle is the C library's strtod in the C locale, on hand-picked and on generated decimals;
 * where the right answer can be written down, it is.
 */
#include "check.h"
#include "number.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 4096 };

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A copy that ends as text buffers do, in heap memory so that the address sanitizer sees its end.
 */
static char *padded(const char *text) {
    size_t length = strlen(text);
    char *copy = calloc(length + SM_PADDING, 1);
    if (copy == NULL) abort();
    memcpy(copy, text, length);
    return copy;
}

/* ---- doubles ---- */

/* Whether all of `text` is a number with these bits. */
static int reads_as(const char *text, double expected) {
    char *copy = padded(text);
    double value = -1;
    const char *end = sm_number_parse(copy, &value);
    int same = end == copy + strlen(text) && bits_of(value) == bits_of(expected);
    if (!same) fprintf(stderr, "%.120s: got %a, expected %a\n", text, value, expected);
    free(copy);
    return same;
}

static int reads_as_strtod(const char *text) {
    return reads_as(text, strtod(text, NULL));
}

/* How many characters the number takes, or -1 where there is none. */
static int number_length(const char *text) {
    char *copy = padded(text);
    double value;
    const char *end = sm_number_parse(copy, &value);
    int length = end == NULL ? -1 : (int)(end - copy);
    free(copy);
    return length;
}

static void test_grammar(void) {
    static const char *const not_numbers[] = {
        "",    "-",   "-a",  "a",    "+1",  ".5",    "-.5",      "1.",        "1.e5",
        "1.a", "0.",  "1e",  "1E",   "1e+", "1e-",   "1ea",      "1.5e",      "1.5e+ ",
        "00",  "01",  "-01", "00.5", "NaN", "nan",   " 1",       "--1",       "-+1",
        "e5",  "-e5", "inf", "/",    ":",   "\"1\"", "Infinity", "-Infinity", "0123",
    };
    for (size_t i = 0; i < sizeof not_numbers / sizeof not_numbers[0]; i++) {
        int is_rejected = number_length(not_numbers[i]) == -1;
        if (!is_rejected) fprintf(stderr, "accepted: %s\n", not_numbers[i]);
        CHECK(is_rejected);
    }
    CHECK(number_length("1,2") == 1);
    CHECK(number_length("0]") == 1);
    CHECK(number_length("-0.5e1}") == 6);
    CHECK(number_length("12345678") == 8);
    CHECK(number_length("12345678.12345678e12345678 ") == 26);
    CHECK(number_length("0x10") == 1);
    CHECK(number_length("1.5.5") == 3);
    CHECK(number_length("1e5e5") == 3);
    CHECK(number_length("1/") == 1);
    CHECK(number_length("1:") == 1);
    CHECK(number_length("1\xb0") == 1);
    CHECK(number_length("1234\xff"
                        "5678") == 4);
}

static void test_plain_values(void) {
    CHECK(reads_as("0", 0.0));
    CHECK(reads_as("-0", -0.0));
    CHECK(reads_as("-0.0e5", -0.0));
    CHECK(reads_as("361", 361.0));
    CHECK(reads_as("0.73", 0.73));
    CHECK(reads_as("412.56", 412.56));
    CHECK(reads_as("-412.56", -412.56));
    CHECK(reads_as("1e0", 1.0));
    CHECK(reads_as("1E+2", 100.0));
    CHECK(reads_as("25e-2", 0.25));
    CHECK(reads_as("0.04512345790863037", 0.04512345790863037));
    CHECK(reads_as("361.1234436035156", 361.1234436035156));
    CHECK(reads_as("3.141592653589793238462643383279", 3.141592653589793));
    CHECK(reads_as("0.00000000000000000000000000000000000001", 1e-38));
    CHECK(reads_as("100000000000000000000000000000000000000", 1e38));
}

static void test_limits(void) {
    CHECK(reads_as("1.7976931348623157e308", DBL_MAX));
    CHECK(reads_as("1.7976931348623158e308", DBL_MAX));
    CHECK(reads_as("1.7976931348623159e308", INFINITY));
    CHECK(reads_as("-1e309", -INFINITY));
    CHECK(reads_as("2.2250738585072014e-308", DBL_MIN));
    CHECK(reads_as("2.2250738585072011e-308", double_of(0x000fffffffffffff)));
    CHECK(reads_as("2.2250738585072012e-308", DBL_MIN));
    CHECK(reads_as("4.9406564584124654e-324", double_of(1)));
    CHECK(reads_as("5e-324", double_of(1)));
    CHECK(reads_as("3e-324", double_of(1)));
    CHECK(reads_as("2.4703282292062327e-324", 0.0));
    CHECK(reads_as("2.4703282292062328e-324", double_of(1)));
    CHECK(reads_as("-1e-324", -0.0));
    CHECK(reads_as("1e-400", 0.0));
}

static void test_huge_exponents(void) {
    CHECK(reads_as("1e999999999999", INFINITY));
    CHECK(reads_as("1e-999999999999", 0.0));
    CHECK(reads_as("0e999999999999", 0.0));
    CHECK(reads_as("0.0e-999999999999", 0.0));
    CHECK(reads_as("1e99999999999999999999999999999999999999", INFINITY));
    CHECK(reads_as("-12.5e-99999999999999999999999999999999999999", -0.0));
    CHECK(reads_as("1e0000000000000000000000000000000000000002", 100.0));
}

static void test_ties(void) {
    CHECK(reads_as("9007199254740991", 9007199254740991.0));
    CHECK(reads_as("9007199254740992", 9007199254740992.0));
    CHECK(reads_as("9007199254740993", 9007199254740992.0));
    CHECK(reads_as("9007199254740993.0000000000000000000000000000000001", 9007199254740994.0));
    CHECK(reads_as("9007199254740992.9999999999999999999999999999999999", 9007199254740992.0));
    CHECK(reads_as("9007199254740995", 9007199254740996.0));
    CHECK(reads_as("900719925474099.3e1", 9007199254740992.0));
    CHECK(reads_as("1152921504606847104", 1152921504606846976.0)); /* 2^60 + 128 */
    CHECK(reads_as("1152921504606847360", 1152921504606847488.0)); /* 2^60 + 384 */
    CHECK(reads_as("18446744073709550591", 18446744073709549568.0));
    CHECK(reads_as("18446744073709550592", 18446744073709551616.0));
}

/* Adds `other` to `sum`, digit by digit: plain decimals of one length, the point in one place. */
static void add_decimal(char *sum, const char *other) {
    int carry = 0;
    for (size_t i = strlen(sum); i-- > 0;) {
        if (sum[i] == '.') continue;
        carry += sum[i] - '0' + other[i] - '0';
        sum[i] = (char)('0' + carry % 10);
        carry /= 10;
    }
}

static void halve_decimal(char *text) {
    int remainder = 0;
    for (; *text != '\0'; text++) {
        if (*text == '.') continue;
        remainder = 10 * remainder + (*text - '0');
        *text = (char)('0' + remainder / 2);
        remainder %= 2;
    }
}

/* Subtracts one unit of the last place from a positive decimal. */
static void decrement_decimal(char *text) {
    char *last = text + strlen(text) - 1;
    for (; *last == '0' || *last == '.'; last--) {
        if (*last == '0') *last = '9';
    }
    --*last;
}

static const char *without_leading_zeros(const char *text) {
    while (text[0] == '0' && text[1] != '.') text++;
    return text;
}

/* The point exactly halfway between a double and the next, and a hair to either side of it. */
static void check_halfway(double below) {
    static char text[TEXT_SIZE], other[TEXT_SIZE];
    double above = double_of(bits_of(below) + 1);
    snprintf(text, sizeof text, "%01500.1100f", below); /* exact: no double has more than 1074 */
    snprintf(other, sizeof other, "%01500.1100f", above);
    add_decimal(text, other);
    halve_decimal(text);
    CHECK(reads_as(without_leading_zeros(text), bits_of(below) % 2 == 0 ? below : above));
    text[strlen(text) - 1] = '1';
    CHECK(reads_as(without_leading_zeros(text), above));
    text[strlen(text) - 1] = '0';
    decrement_decimal(text);
    CHECK(reads_as(without_leading_zeros(text), below));
}

static void test_halfway_points(void) {
    static const double below[] = {
        0.0, 0x1p-1074, 0x1.8p-1073, 0x1.ffffffffffffep-1023, DBL_MIN, 1e-300, 1e-65, 0.1,
        0.5, 1.0,       361.55,      0x1.fffffffffffffp0,     1e17,    1e22,   1e23,  1e300};
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
        check_halfway(below[i]);
        if (below[i] > 0) check_halfway(double_of(bits_of(below[i]) - 1));
    }
}

static void test_any_number_of_digits(void) {
    static char text[TEXT_SIZE];
    for (size_t n = 1; n < 1200; n++) {
        memset(text, '7', n);
        text[n] = '\0';
        CHECK(reads_as_strtod(text));
        memcpy(text, "0.", 2);
        CHECK(n < 3 || reads_as_strtod(text));
        memset(text + 2, '0', n / 2);
        CHECK(n < 3 || reads_as_strtod(text));
    }
}

/* ---- generated doubles ---- */

/* Marsaglia's xorshift64. */
static uint64_t random_bits(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

static size_t write_digits(char *text, size_t n, uint64_t *state) {
    for (size_t i = 0; i < n; i++) text[i] = (char)('0' + random_bits(state) % 10);
    return n;
}

/* Any shape: up to 25 digits before and after the point, exponents short and long. */
static void write_decimal(char *text, uint64_t *state) {
    char *p = text;
    uint64_t shape = random_bits(state);
    if (shape & 1) *p++ = '-';
    if (shape & 2) {
        *p++ = '0';
    } else {
        *p++ = (char)('1' + random_bits(state) % 9);
        p += write_digits(p, shape >> 8 & (shape & 4 ? 31 : 3), state);
    }
    if (shape & 8) {
        *p++ = '.';
        p += write_digits(p, 1 + (shape >> 16) % 25, state);
    }
    int exponent = (int)(shape >> 24 & 1023) - 512;
    if ((shape & 48) == 16) p += sprintf(p, "e%d", exponent);
    if ((shape & 48) == 32) p += sprintf(p, "E%+d", exponent / 16);
    *p = '\0';
}

static void test_generated_decimals(void) {
    uint64_t state = 20260401;
    char text[128];
    for (int i = 0; i < 200000; i++) {
        write_decimal(text, &state);
        CHECK(reads_as_strtod(text));
    }
}

/* Random bits are doubles of all sizes; 17 digits name each, 16 nearly, 15 and 20 fall between. */
static void test_generated_doubles(void) {
    uint64_t state = 20260402;
    char text[128];
    for (int i = 0; i < 50000; i++) {
        double value = double_of(random_bits(&state));
        if (!isfinite(value)) continue;
        for (int precision = 14; precision < 20; precision++) {
            snprintf(text, sizeof text, "%.*e", precision, value);
            CHECK(reads_as_strtod(text));
        }
    }
}

/* What results files are full of. */
static void test_generated_scores(void) {
    uint64_t state = 20260403;
    char text[128];
    for (int i = 0; i < 100000; i++) {
        float score = (float)(random_bits(&state) >> 40) / 0x1p24f;
        snprintf(text, sizeof text, "%.17g", (double)score);
        CHECK(reads_as(text, (double)score));
        snprintf(text, sizeof text, "%.16g", 640 * (double)score);
        CHECK(reads_as_strtod(text));
        snprintf(text, sizeof text, "%.2f", 640 * (double)score);
        CHECK(reads_as_strtod(text));
    }
}

/* ---- integers ---- */

static int is_integer(const char *text, int64_t expected) {
    char *copy = padded(text);
    int64_t value = -1;
    const char *end = sm_integer_parse(copy, &value);
    int same = end == copy + strlen(text) && value == expected;
    if (!same) fprintf(stderr, "%s: got %lld\n", text, (long long)value);
    free(copy);
    return same;
}

static int is_not_integer(const char *text) {
    char *copy = padded(text);
    int64_t value;
    int is_rejected = sm_integer_parse(copy, &value) == NULL;
    if (!is_rejected) fprintf(stderr, "%s: got %lld\n", text, (long long)value);
    free(copy);
    return is_rejected;
}

static void test_integers(void) {
    CHECK(is_integer("0", 0));
    CHECK(is_integer("-0", 0));
    CHECK(is_integer("-0.0", 0));
    CHECK(is_integer("7", 7));
    CHECK(is_integer("-397133", -397133));
    CHECK(is_integer("7.0", 7));
    CHECK(is_integer("70e-1", 7));
    CHECK(is_integer("1e3", 1000));
    CHECK(is_integer("1.5e1", 15));
    CHECK(is_integer("0e999999999999", 0));
    CHECK(is_integer("0.000e-999999999999", 0));
    CHECK(is_integer("999999999999999999", 999999999999999999));
    CHECK(is_integer("1000000000000000000", 1000000000000000000));
    CHECK(is_integer("9223372036854775807", INT64_MAX));
    CHECK(is_integer("-9223372036854775807", -INT64_MAX));
    CHECK(is_integer("-9223372036854775808", INT64_MIN));
    CHECK(is_integer("922337203685477580.7e1", INT64_MAX));
    CHECK(is_integer("9223372036854775807.000", INT64_MAX));
    CHECK(is_integer("-92233720368547758080000e-4", INT64_MIN));
    CHECK(is_integer("1000000000000000000000e-3", 1000000000000000000));
    CHECK(is_integer("0.000000000000000000000000000012e30", 12));
    CHECK(is_integer("0.00000000000000000000000000000000", 0));
}

static void test_not_integers(void) {
    static const char *const texts[] = {"9223372036854775808",
                                        "-9223372036854775809",
                                        "9223372036854775807.5",
                                        "9999999999999999999",
                                        "18446744073709551617",
                                        "92233720368547758070",
                                        "1e19",
                                        "1e999999999999",
                                        "0.5",
                                        "1e-1",
                                        "1e-999999999999",
                                        "12345e-1",
                                        "1.00000000000000000001",
                                        "1000000000000000000001e-3",
                                        "100000000000000000000000001",
                                        "",
                                        "-",
                                        "a",
                                        "01",
                                        "1.",
                                        "1e",
                                        "\"7\"",
                                        "NaN",
                                        "1000000000000000000001e-21"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        CHECK(is_not_integer(texts[i]));
    }
}

static void test_generated_integers(void) {
    uint64_t state = 20260404;
    char text[64];
    for (int i = 0; i < 100000; i++) {
        int64_t value = (int64_t)(random_bits(&state) >> 1 >> random_bits(&state) % 63) | 1;
        snprintf(text, sizeof text, "-%lld", (long long)value);
        CHECK(is_integer(text, -value));
        CHECK(is_integer(text + 1, value));
        strcat(text, "000e-3");
        CHECK(is_integer(text, -value));
        text[strlen(text) - 4] = '1';
        CHECK(is_not_integer(text));
    }
}

int main(void) {
    test_grammar();
    test_plain_values();
    test_limits();
    test_huge_exponents();
    test_ties();
    test_halfway_points();
    test_any_number_of_digits();
    test_generated_decimals();
    test_generated_doubles();
    test_generated_scores();
    test_integers();
    test_not_integers();
    test_generated_integers();
    CHECK_SUMMARY();
}
