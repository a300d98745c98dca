/*
 * number.h - JSON numbers to doubles and integers, exactly.
 *
 * Definition. A JSON number is -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?. Its value as a
 * double is the double nearest to the decimal, ties to even (what Python's float() gives), however
 * many digits it has. No locale, no allocation; the processor must round to nearest, as it does by
 * default.
 *
 * Text must be followed by SM_PADDING readable bytes (memory.h) that are not part of a number;
 * parsing stops at the first byte that cannot continue the number, and the caller checks what that
 * byte is.
 *
 * Complexity. O(length). Where only exact arithmetic can decide (a decimal in the very middle of
 * two doubles, or a power of ten outside the table of powers_of_five.h) it takes far longer, though
 * never more than a bounded amount of work beside the reading.
 */
#ifndef SM_NUMBER_H
#define SM_NUMBER_H

#include "memory.h"

/*
 * Parses a number at p. Returns the first byte after it, or NULL where p does not start a JSON
 * number (leading zeros, "+1", ".5", "1.", "NaN", "Infinity" do not). A decimal too large for a
 * double gives infinity, as Python does; one too small gives zero or a subnormal.
 */
const char *sm_number_parse(const char *p, double *value);

/*
 * Parses a number at p that is an integer in value, whatever its form ("7", "7.0", "70e-1").
 * Returns the first byte after it, or NULL where there is no JSON number, its value is not an
 * integer, or does not fit int64_t.
 */
const char *sm_integer_parse(const char *p, int64_t *value);

#endif
