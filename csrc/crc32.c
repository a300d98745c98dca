#include "crc32.h"

/* 0x04c11db7, lowest bit first. */
static const uint32_t POLYNOMIAL = 0xedb88320;

void sm_crc32_fill(sm_crc32_tables *tables) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? POLYNOMIAL : 0);
        tables->after[0][byte] = value;
    }
    for (int k = 1; k < 8; k++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t value = tables->after[k - 1][byte];
            tables->after[k][byte] = value >> 8 ^ tables->after[0][value & 0xff];
        }
    }
}

static uint32_t load_4_bytes(const uint8_t *p) {
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint32_t sm_crc32(const sm_crc32_tables *tables, const uint8_t *bytes, size_t n) {
    const uint32_t(*after)[256] = tables->after;
    uint32_t value = 0xffffffff;
    for (; n >= 8; n -= 8, bytes += 8) {
        uint32_t low = value ^ load_4_bytes(bytes), high = load_4_bytes(bytes + 4);
        value = after[7][low & 0xff] ^ after[6][low >> 8 & 0xff] ^ after[5][low >> 16 & 0xff] ^
                after[4][low >> 24] ^ after[3][high & 0xff] ^ after[2][high >> 8 & 0xff] ^
                after[1][high >> 16 & 0xff] ^ after[0][high >> 24];
    }
    for (; n > 0; n--, bytes++) value = value >> 8 ^ after[0][(value ^ *bytes) & 0xff];
    return ~value;
}
