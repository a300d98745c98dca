/*
 * changes.h - where the pairs of labels of two maps change, 64 pixels at a time.
 *
 * Definition. Bit j of the changes at a pixel tells whether the pair of labels j pixels further on
 * differs from the pair just before it. So one pixel before, and 64 from there on, are read.
 *
 * The same in three forms: for any machine, for x86-64, and for those of them that know AVX2, which
 * a caller must ask (__builtin_cpu_supports) before it calls that form.
 */
#ifndef SM_CHANGES_H
#define SM_CHANGES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define SM_HAS_X86_64 1
#include <immintrin.h>
#endif

/* Bit j tells whether byte j from here on differs from the one `width` earlier. */
static inline uint64_t sm_differing_bytes(const uint8_t *at, size_t width) {
    uint64_t bits = 0;
#ifdef SM_HAS_X86_64
    for (size_t j = 0; j < 64; j += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(at + j));
        __m128i before = _mm_loadu_si128((const __m128i *)(at + j - width));
        bits |= (uint64_t)(uint16_t)~_mm_movemask_epi8(_mm_cmpeq_epi8(here, before)) << j;
    }
#else
    for (size_t j = 0; j < 64; j++) bits |= (uint64_t)(at[j] != at[j - width]) << j;
#endif
    return bits;
}

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

#define SM_AVX2 __attribute__((target("avx2,bmi,popcnt")))

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

#endif
