/*
 * changes.h - where the pairs of labels of two maps change, 64 pixels at a time.
 *
 * Definition. Bit j of the changes at a pixel tells whether the pair of labels j pixels further on
 * differs from the pair just before it. So one pixel before, and 64 from there on, are read.
 *
 * The same in three forms: for any machine, for x86-64, and for those of them that know AVX2.
 */
#ifndef SM_CHANGES_H
#define SM_CHANGES_H

#include "machine.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t sm_difference_of_8(const uint8_t *at) {
    uint64_t here, before;
    memcpy(&here, at, sizeof here);
    memcpy(&before, at - 1, sizeof before);
    return here ^ before;
}

/* Looks at single pixels only where there is a change at all. */
static inline uint64_t sm_changes_portable(const uint8_t *truth, const uint8_t *prediction) {
    uint64_t any = 0, bits = 0;
    for (size_t j = 0; j < 64; j += 8)
        any |= sm_difference_of_8(truth + j) | sm_difference_of_8(prediction + j);
    if (!any) return 0;
    for (size_t j = 0; j < 64; j++) {
        int differs = truth[j] != truth[j - 1] || prediction[j] != prediction[j - 1];
        bits |= (uint64_t)differs << j;
    }
    return bits;
}

#ifdef SM_HAS_X86_64

static inline __m128i sm_same_of_16(const uint8_t *at) {
    __m128i before = _mm_loadu_si128((const __m128i *)(at - 1));
    return _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)at), before);
}

static inline uint64_t sm_changes_of_16(const uint8_t *truth, const uint8_t *prediction) {
    __m128i same = _mm_and_si128(sm_same_of_16(truth), sm_same_of_16(prediction));
    return (uint16_t)~_mm_movemask_epi8(same);
}

static inline uint64_t sm_changes_x86_64(const uint8_t *truth, const uint8_t *prediction) {
    return sm_changes_of_16(truth, prediction) |
           sm_changes_of_16(truth + 16, prediction + 16) << 16 |
           sm_changes_of_16(truth + 32, prediction + 32) << 32 |
           sm_changes_of_16(truth + 48, prediction + 48) << 48;
}

static inline SM_AVX2 __m256i sm_same_of_32(const uint8_t *at) {
    __m256i before = _mm256_loadu_si256((const __m256i *)(at - 1));
    return _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)at), before);
}

static inline SM_AVX2 uint64_t sm_changes_of_32(const uint8_t *truth, const uint8_t *prediction) {
    __m256i same = _mm256_and_si256(sm_same_of_32(truth), sm_same_of_32(prediction));
    return (uint32_t)~_mm256_movemask_epi8(same);
}

static inline SM_AVX2 uint64_t sm_changes_avx2(const uint8_t *truth, const uint8_t *prediction) {
    return sm_changes_of_32(truth, prediction) | sm_changes_of_32(truth + 32, prediction + 32)
                                                     << 32;
}

#endif

/* ---- of one map, whose ids have 1 to 4 bytes ---- */

#ifdef SM_HAS_X86_64

static inline __m128i sm_same_bytes(const uint8_t *at, size_t width) {
    __m128i before = _mm_loadu_si128((const __m128i *)(at - width));
    return _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)at), before);
}

static inline __m128i sm_same_pairs_of_bytes(const uint8_t *at) {
    __m128i before = _mm_loadu_si128((const __m128i *)(at - 2));
    return _mm_cmpeq_epi16(_mm_loadu_si128((const __m128i *)at), before);
}

static inline __m128i sm_same_words(const uint8_t *at) {
    __m128i before = _mm_loadu_si128((const __m128i *)(at - 4));
    return _mm_cmpeq_epi32(_mm_loadu_si128((const __m128i *)at), before);
}

static inline uint64_t sm_differing_bytes(__m128i same) {
    return (uint16_t)~_mm_movemask_epi8(same);
}

/* Every third of 48 bits, put together: each step doubles how many of them stand side by side. */
static inline uint64_t sm_every_third(uint64_t bits) {
    bits &= UINT64_C(0x249249249249);
    bits = (bits | bits >> 2) & UINT64_C(0x0c30c30c30c3);
    bits = (bits | bits >> 4) & UINT64_C(0xf00f00f00f);
    bits = (bits | bits >> 8) & UINT64_C(0xff0000ff);
    return (bits | bits >> 16) & 0xffff;
}

/* Bit j tells whether id j of 16 differs from the one before it. */
static inline uint64_t sm_changes_of_16_ids(const uint8_t *at, size_t width) {
    if (width == 1) return sm_differing_bytes(sm_same_bytes(at, 1));
    if (width == 2)
        return sm_differing_bytes(
            _mm_packs_epi16(sm_same_pairs_of_bytes(at), sm_same_pairs_of_bytes(at + 16)));
    if (width == 4) {
        __m128i low = _mm_packs_epi32(sm_same_words(at), sm_same_words(at + 16));
        __m128i high = _mm_packs_epi32(sm_same_words(at + 32), sm_same_words(at + 48));
        return sm_differing_bytes(_mm_packs_epi16(low, high));
    }
    uint64_t bytes = sm_differing_bytes(sm_same_bytes(at, 3)) |
                     sm_differing_bytes(sm_same_bytes(at + 16, 3)) << 16 |
                     sm_differing_bytes(sm_same_bytes(at + 32, 3)) << 32;
    return bytes ? sm_every_third(bytes | bytes >> 1 | bytes >> 2) : 0;
}

#else

static inline uint64_t sm_changes_of_16_ids(const uint8_t *at, size_t width) {
    uint64_t bits = 0;
    for (size_t j = 0; j < 16; j++, at += width)
        bits |= (uint64_t)(memcmp(at, at - width, width) != 0) << j;
    return bits;
}

#endif

/* Bit j tells whether id j of 64 differs from the one before it. */
static inline uint64_t sm_changes_of_ids(const uint8_t *at, size_t width) {
    uint64_t bits = 0;
    for (size_t j = 0; j < 64; j += 16) bits |= sm_changes_of_16_ids(at + width * j, width) << j;
    return bits;
}

#endif
