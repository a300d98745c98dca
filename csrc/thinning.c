/*
 * The plain form asks the definition of each pixel in turn. Here each of the eight neighbours is a
 * word whose bits belong to 64 pixels, so that G1 to G3 are some forty operations on words.
 *
 * A pass must not see its own deletions. Those of a row are therefore held back until the row below
 * has been looked at. A row is looked at again in a pass only if it or a neighbour has lost a pixel
 * since that pass last saw it: nothing else could make another pixel of it deletable.
 */
#include "thinning.h"

#include <string.h>

enum { FIRST, SECOND, N_PASSES };

typedef struct thinner {
    sm_bitmap *bitmap;
    const uint64_t *outside;     /* a row of zeros, above and below */
    uint64_t *deletions[2];      /* of even and of odd rows, not yet carried out */
    uint8_t *to_visit[N_PASSES]; /* for each row; a row more above and below */
} thinner;

typedef struct neighbours {
    uint64_t e, ne, n, nw, w, sw, s, se;
} neighbours;

static inline uint64_t exactly_one(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    return (a ^ b ^ c ^ d) & ~((a & b) | (c & d));
}

static inline uint64_t at_least_two(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    return (a & b) | (c & d) | ((a | b) & (c | d));
}

static inline uint64_t may_go(const neighbours *x, int pass) {
    uint64_t g1 = exactly_one(~x->e & (x->ne | x->n), ~x->n & (x->nw | x->w),
                              ~x->w & (x->sw | x->s), ~x->s & (x->se | x->e));
    uint64_t a1 = x->e | x->ne, a2 = x->n | x->nw, a3 = x->w | x->sw, a4 = x->s | x->se;
    uint64_t b1 = x->ne | x->n, b2 = x->nw | x->w, b3 = x->sw | x->s, b4 = x->se | x->e;
    uint64_t g2 = at_least_two(a1, a2, a3, a4) & at_least_two(b1, b2, b3, b4) &
                  ~(a1 & a2 & a3 & a4 & b1 & b2 & b3 & b4);
    uint64_t not_g3 =
        pass == FIRST ? (x->ne | x->n | ~x->se) & x->e : (x->sw | x->s | ~x->nw) & x->w;
    return g1 & g2 & ~not_g3;
}

/* For each pixel of word w of a row, the pixel to its east, or west. */
static inline uint64_t east(const uint64_t *row, size_t w, size_t n_words) {
    return row[w] >> 1 | (w + 1 < n_words ? row[w + 1] << 63 : 0);
}

static inline uint64_t west(const uint64_t *row, size_t w) {
    return row[w] << 1 | (w > 0 ? row[w - 1] >> 63 : 0);
}

/* Finds what may go from row y, and tells whether there is any. */
static int find_deletions(const thinner *t, size_t y, int pass, uint64_t *deletions) {
    size_t n_words = t->bitmap->row_words;
    const uint64_t *row = sm_bitmap_row(t->bitmap, y);
    const uint64_t *above = y > 0 ? row - n_words : t->outside;
    const uint64_t *below = y + 1 < t->bitmap->height ? row + n_words : t->outside;
    uint64_t any = 0;
    for (size_t w = 0; w < n_words; w++) {
        deletions[w] = 0;
        if (!row[w]) continue;
        neighbours x = {.e = east(row, w, n_words),
                        .ne = east(above, w, n_words),
                        .n = above[w],
                        .nw = west(above, w),
                        .w = west(row, w),
                        .sw = west(below, w),
                        .s = below[w],
                        .se = east(below, w, n_words)};
        deletions[w] = row[w] & may_go(&x, pass);
        any |= deletions[w];
    }
    return any != 0;
}

static void carry_out(thinner *t, size_t y) {
    uint64_t *row = sm_bitmap_row(t->bitmap, y);
    for (size_t w = 0; w < t->bitmap->row_words; w++) row[w] &= ~t->deletions[y % 2][w];
    for (int pass = 0; pass < N_PASSES; pass++) memset(t->to_visit[pass] + y, 1, 3);
}

/* Tells whether anything was deleted. */
static int thin_once(thinner *t, int pass) {
    size_t height = t->bitmap->height;
    int any = 0, held_back = 0;
    for (size_t y = 0; y < height; y++) {
        uint8_t *to_visit = t->to_visit[pass] + y + 1;
        int found = *to_visit && find_deletions(t, y, pass, t->deletions[y % 2]);
        *to_visit = 0;
        if (held_back) carry_out(t, y - 1);
        held_back = found;
        any |= found;
    }
    if (held_back) carry_out(t, height - 1);
    return any;
}

sm_status sm_thin(sm_bitmap *bitmap, sm_buffer *scratch) {
    size_t n_words = bitmap->row_words, n_flags = N_PASSES * (bitmap->height + 2);
    size_t n_bytes = 3 * n_words * sizeof(uint64_t) + n_flags;
    if (sm_buffer_reserve(scratch, n_bytes, 1) != SM_OK) return SM_NO_MEMORY;
    uint64_t *rows = scratch->data;
    uint8_t *flags = (uint8_t *)(rows + 3 * n_words);
    memset(rows, 0, n_words * sizeof *rows);
    memset(flags, 1, n_flags);
    thinner t = {bitmap, rows, {rows + n_words, rows + 2 * n_words}, {flags, flags + n_flags / 2}};
    int any;
    do {
        any = thin_once(&t, FIRST);
        any |= thin_once(&t, SECOND);
    } while (any);
    return SM_OK;
}
