#include "bitmap.h"

#include "runs.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

sm_status sm_bitmap_make(sm_bitmap *bitmap, size_t height, size_t width, sm_buffer *buffer) {
    if (!sm_size_is_valid(height, width)) return SM_NO_MEMORY;
    size_t row_words = (width - 1) / SM_WORD_PIXELS + 1;
    if (sm_buffer_reserve(buffer, height * row_words, sizeof *bitmap->words) != SM_OK)
        return SM_NO_MEMORY;
    *bitmap = (sm_bitmap){height, width, row_words, buffer->data};
    memset(bitmap->words, 0, height * row_words * sizeof *bitmap->words);
    return SM_OK;
}

size_t sm_bitmap_words(const sm_bitmap *bitmap) {
    return bitmap->height * bitmap->row_words;
}

/*
 * One bit for each of 8 bytes, the first lowest. The additions carry into the top bit of a byte
 * that is not 0; the product then gathers the top bits in its top byte.
 */
static inline uint64_t bits_of_8(const uint8_t *pixels) {
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t bytes = 0;
    for (unsigned i = 0; i < 8; i++) bytes |= (uint64_t)pixels[i] << 8 * i;
    uint64_t tops = (((bytes & low) + low) | bytes) & ~low;
    return (tops >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

/*
 * Likewise for 16. x86-64 has an instruction that gathers top bits, so that packing, which took
 * most of the time of what is done to an image of bits, takes a fifth of what it did.
 */
static inline uint64_t bits_of_16(const uint8_t *pixels) {
#if defined(__SSE2__)
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)pixels);
    __m128i zeros = _mm_cmpeq_epi8(bytes, _mm_setzero_si128());
    return (uint64_t)(_mm_movemask_epi8(zeros) ^ 0xffff);
#else
    return bits_of_8(pixels) | bits_of_8(pixels + 8) << 8;
#endif
}

static inline uint64_t bits_of(const uint8_t *pixels, size_t n) {
    uint64_t word = 0;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) word |= bits_of_16(pixels + i) << i;
    for (; i + 8 <= n; i += 8) word |= bits_of_8(pixels + i) << i;
    for (; i < n; i++) word |= (uint64_t)(pixels[i] != 0) << i;
    return word;
}

static inline size_t pixels_of_word(const sm_bitmap *bitmap, size_t w) {
    size_t left = bitmap->width - w * SM_WORD_PIXELS;
    return left < SM_WORD_PIXELS ? left : SM_WORD_PIXELS;
}

void sm_bitmap_pack(const uint8_t *pixels, sm_bitmap *bitmap) {
    size_t whole = bitmap->width / SM_WORD_PIXELS, rest = bitmap->width % SM_WORD_PIXELS;
    for (size_t y = 0; y < bitmap->height; y++, pixels += bitmap->width) {
        uint64_t *row = sm_bitmap_row(bitmap, y);
        for (size_t w = 0; w < whole; w++)
            row[w] = bits_of(pixels + w * SM_WORD_PIXELS, SM_WORD_PIXELS);
        if (rest > 0) row[whole] = bits_of(pixels + whole * SM_WORD_PIXELS, rest);
    }
}

void sm_bitmap_unpack(const sm_bitmap *bitmap, uint8_t *pixels) {
    for (size_t y = 0; y < bitmap->height; y++) {
        const uint64_t *row = sm_bitmap_row(bitmap, y);
        for (size_t w = 0; w < bitmap->row_words; w++) {
            size_t n = pixels_of_word(bitmap, w);
            for (size_t i = 0; i < n; i++) *pixels++ = (uint8_t)(row[w] >> i & 1);
        }
    }
}

size_t sm_bitmap_count(const sm_bitmap *bitmap) {
    size_t n = 0, n_words = sm_bitmap_words(bitmap);
    for (size_t i = 0; i < n_words; i++) n += (size_t)__builtin_popcountll(bitmap->words[i]);
    return n;
}
