#!/usr/bin/env python3
"""Writes csrc/powers_of_five.h: the powers of five that csrc/number.c multiplies by, 128 bits each."""

from pathlib import Path

FIRST, LAST = -65, 64
WORD = 1 << 64

HEADER = f"""\
/*
 * powers_of_five.h - 5^q to 128 bits, for number.c. Written by tools/make_powers_of_five.py.
 *
 * Entry q - SM_FIRST_POWER is the least integer not below 5^q * 2^k, where k gives it 128 bits: too
 * large by less than one, and exact for 0 <= q <= 55.
 */
#ifndef SM_POWERS_OF_FIVE_H
#define SM_POWERS_OF_FIVE_H

#include <stdint.h>

enum {{ SM_FIRST_POWER = {FIRST}, SM_LAST_POWER = {LAST} }};

typedef struct sm_power_of_five {{
    uint64_t high, low;
}} sm_power_of_five;

static const sm_power_of_five SM_POWERS_OF_FIVE[SM_LAST_POWER - SM_FIRST_POWER + 1] = {{
"""


def scaled_power(q: int) -> int:
    """The least integer not below 5**q times the power of two that gives it 128 bits."""
    power: int = 5 ** abs(q)
    if q < 0:
        return -(-(1 << (127 + power.bit_length())) // power)
    return -(-(power << 128) >> power.bit_length())


def table_row(q: int) -> str:
    """One line of the table."""
    high, low = divmod(scaled_power(q), WORD)
    return f"    {{0x{high:016x}, 0x{low:016x}}}, /* 5^{q} */\n"


if __name__ == "__main__":
    rows = "".join(map(table_row, range(FIRST, LAST + 1)))
    Path(__file__).parents[1].joinpath("powers_of_five.h").write_text(f"{HEADER}{rows}}};\n\n#endif\n")
