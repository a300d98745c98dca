#include "exact_division.h"

#include "check.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double nearest(const char *digits, int64_t exponent) {
    uint64_t bits = sm_nearest_exactly(digits, exponent);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void test_by_hand(void) {
    CHECK(nearest("0", 0) == 0.0);
    CHECK(nearest("1", 0) == 1.0);
    CHECK(nearest("36155", -2) == 361.55);
    CHECK(nearest("361.55", -2) == 361.55);
    CHECK(nearest("007,", 2) == 700.0);
}

static void test_halves_go_to_even(void) {
    CHECK(nearest("9007199254740993", 0) == 9007199254740992.0);
    CHECK(nearest("9007199254740995", 0) == 9007199254740996.0);
    CHECK(nearest("90071992547409930000000000000000000000001", -25) == 9007199254740994.0);
}

static void test_ends_of_the_range(void) {
    CHECK(nearest("17976931348623157", 292) == 1.7976931348623157e308);
    CHECK(isinf(nearest("17976931348623159", 292)));
    CHECK(isinf(nearest("1", 309)));
    CHECK(isinf(nearest("1", INT64_MAX / 2)));
    CHECK(nearest("5", -324) == 5e-324);
    CHECK(nearest("24", -325) == 0.0);
    CHECK(nearest("25", -325) == 5e-324);
    CHECK(nearest("1", -INT64_MAX / 2) == 0.0);
    CHECK(nearest("22250738585072011", -324) == 2.2250738585072011e-308);
}

/* Of more digits than are read only whether they are zero matters. */
static void test_long_tails(void) {
    char digits[2002];
    memset(digits, '0', sizeof digits);
    memcpy(digits, "9007199254740993", 16);
    digits[2001] = 0;
    CHECK(nearest(digits, -1985) == 9007199254740992.0);
    digits[2000] = '1';
    CHECK(nearest(digits, -1985) == 9007199254740994.0);
}

static void test_random_decimals(void) {
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 2000; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char digits[32], text[48];
        int exponent = (int)(state % 680) - 350;
        snprintf(digits, sizeof digits, "%" PRIu64, state);
        snprintf(text, sizeof text, "%se%d", digits, exponent);
        CHECK(nearest(digits, exponent) == strtod(text, NULL));
    }
}

int main(void) {
    test_by_hand();
    test_halves_go_to_even();
    test_ends_of_the_range();
    test_long_tails();
    test_random_decimals();
    CHECK_SUMMARY();
}
