/*
 * crc32.h - the check value that ends each chunk of a PNG.
 *
 * Definition. The bytes, each lowest bit first, are the coefficients of a polynomial over GF(2);
 * the value is its remainder by the polynomial 0x04c11db7, where the register starts as all ones
 * and is complemented at the end (PNG, annex D; ISO 3309). The fast form takes 8 bytes a step: the
 * remainder of a sum is the sum of remainders, so each byte is looked up on its own, in the table
 * for the number of bytes that follow it.
 *
 * Ownership. The tables (8 KiB, 2048 steps to fill) are the caller's.
 */
#ifndef SM_CRC32_H
#define SM_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* after[k][b]: what byte b leaves in the register when k zero bytes have followed it. */
typedef struct sm_crc32_tables {
    uint32_t after[8][256];
} sm_crc32_tables;

void sm_crc32_fill(sm_crc32_tables *tables);

/* The value of n bytes. O(n). */
uint32_t sm_crc32(const sm_crc32_tables *tables, const uint8_t *bytes, size_t n);

#endif
