/*
 * The plain form is one line: for every pixel i, counts[truth[i]][prediction[i]]++.
 *
 * Label maps are stretches of one label, so most blocks of 64 pixels hold one pair only. The runs
 * of pixels with one pair are found by comparing each block with itself one pixel earlier: a bit
 * for each change. A block without a change costs that comparison and nothing else; otherwise each
 * change ends a run, whose length is added to its cell.
 *
 * Where changes are many, runs cost more than single pixels. Such a block is counted pixel by
 * pixel, and so are some blocks after it, which are likely to be as busy. Neighbours still share a
 * cell often, and an increment must wait for the one before it to be stored; so a map that turns
 * out noisy is counted into four tables in turn. Clearing and adding up these costs what they save
 * on some eighty thousand pixels, so more than that must be to come.
 */
#include "joint_counts.h"

#include "changes.h"

#include <string.h>

enum {
    BLOCK = 64,
    MANY_CHANGES = 32,      /* in a block; runs cost more than pixels beyond */
    NEARLY_ALL = 52,        /* changes in a block; neighbours hardly ever share a cell beyond */
    BLOCKS_UNTESTED = 8,    /* after a busy one */
    FEW_BUSY = 64,          /* stretches of busy blocks that do not make a map noisy */
    WORTH_TABLES = 1 << 17, /* pixels to come */
    N_TABLES = 4,
    STRIDE = SM_LABELS + 16, /* rows a power of two apart would compete for the same cache lines */
    TABLE_SIZE = SM_LABELS * STRIDE,
};

/* Cells of 32 bits do not overflow within so many pixels. */
static const size_t MOST_PIXELS = (size_t)1 << 31;

/* Two maps, the table, and the run [start, here) of pixels like that at start, not yet counted. */
typedef struct counter {
    const uint8_t *truth, *prediction;
    size_t n_pixels;
    uint64_t (*counts)[SM_LABELS];
    uint64_t *cell; /* of the pair that the run holds */
    size_t start;
    size_t n_busy;
    uint32_t *tables; /* N_TABLES of them once the maps are known to be noisy, else NULL */
    sm_buffer *scratch;
} counter;

/* Counts the run before pixel i and starts one there. */
static inline void start_run(counter *c, size_t i) {
    *c->cell += i - c->start;
    c->start = i;
    c->cell = &c->counts[c->truth[i]][c->prediction[i]];
}

static inline void count_singly(counter *c, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) c->counts[c->truth[i]][c->prediction[i]]++;
}

static inline void count_in_tables(counter *c, size_t from, size_t to) {
    const uint8_t *truth = c->truth, *prediction = c->prediction;
    uint32_t *table0 = c->tables, *table1 = table0 + TABLE_SIZE;
    uint32_t *table2 = table1 + TABLE_SIZE, *table3 = table2 + TABLE_SIZE;
    for (size_t i = from; i < to; i += N_TABLES) {
        table0[truth[i] * STRIDE + prediction[i]]++;
        table1[truth[i + 1] * STRIDE + prediction[i + 1]]++;
        table2[truth[i + 2] * STRIDE + prediction[i + 2]]++;
        table3[truth[i + 3] * STRIDE + prediction[i + 3]]++;
    }
}

static sm_status make_tables(counter *c) {
    size_t n = (size_t)N_TABLES * TABLE_SIZE;
    if (sm_buffer_reserve(c->scratch, n, sizeof *c->tables) != SM_OK) return SM_NO_MEMORY;
    c->tables = c->scratch->data;
    memset(c->tables, 0, n * sizeof *c->tables);
    return SM_OK;
}

static void add_tables(counter *c) {
    for (size_t t = 0; t < SM_LABELS; t++) {
        const uint32_t *row = c->tables + t * STRIDE;
        for (size_t p = 0; p < SM_LABELS; p++) {
            c->counts[t][p] += (uint64_t)row[p] + row[p + TABLE_SIZE] + row[p + 2 * TABLE_SIZE] +
                               row[p + 3 * TABLE_SIZE];
        }
    }
}

static int wants_tables(counter *c, size_t from) {
    return c->tables || (++c->n_busy > FEW_BUSY && c->n_pixels - from >= WORTH_TABLES);
}

/* Counts the run before `from`, and the pixels up to `to` one by one, of which many differ. */
static sm_status count_busy(counter *c, size_t from, size_t to, int n_changes) {
    *c->cell += from - c->start;
    c->start = to;
    c->cell = &c->counts[c->truth[to - 1]][c->prediction[to - 1]];
    if (n_changes > NEARLY_ALL || !wants_tables(c, from)) {
        count_singly(c, from, to);
        return SM_OK;
    }
    if (!c->tables && make_tables(c) != SM_OK) return SM_NO_MEMORY;
    count_in_tables(c, from, to);
    return SM_OK;
}

static inline size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

typedef uint64_t changes_form(const uint8_t *truth, const uint8_t *prediction);

/* Of 1 to MOST_PIXELS pixels. Inlined, so that each form of changes is. */
static inline __attribute__((always_inline)) sm_status count_with(changes_form *changes,
                                                                  counter *c) {
    size_t n_pixels = c->n_pixels;
    c->cell = &c->counts[c->truth[0]][c->prediction[0]];
    size_t i = 1;
    while (n_pixels - i >= BLOCK) {
        uint64_t left = changes(c->truth + i, c->prediction + i);
        size_t step = BLOCK;
        if (left && __builtin_popcountll(left) > MANY_CHANGES) {
            step *= smaller(1 + BLOCKS_UNTESTED, (n_pixels - i) / BLOCK);
            sm_status status = count_busy(c, i, i + step, __builtin_popcountll(left));
            if (status != SM_OK) return status;
            left = 0;
        }
        for (; left; left &= left - 1) start_run(c, i + (size_t)__builtin_ctzll(left));
        i += step;
    }
    *c->cell += i - c->start;
    count_singly(c, i, n_pixels);
    if (c->tables) add_tables(c);
    return SM_OK;
}

#ifdef SM_HAS_X86_64

static SM_AVX2 sm_status count_avx2(counter *c) {
    return count_with(sm_changes_avx2, c);
}

static sm_status count(counter *c, sm_machine machine) {
    return machine == SM_WITH_AVX2 ? count_avx2(c) : count_with(sm_changes_x86_64, c);
}

#else

static sm_status count(counter *c, sm_machine machine) {
    (void)machine;
    return count_with(sm_changes_portable, c);
}

#endif

sm_status sm_joint_counts(const uint8_t *truth, const uint8_t *prediction, size_t n_pixels,
                          uint64_t counts[SM_LABELS][SM_LABELS], sm_machine machine,
                          sm_buffer *scratch) {
    sm_status status = SM_OK;
    for (size_t done = 0; status == SM_OK && done < n_pixels; done += MOST_PIXELS) {
        size_t n = smaller(n_pixels - done, MOST_PIXELS);
        counter c = {truth + done, prediction + done, n, counts, .scratch = scratch};
        status = count(&c, machine);
    }
    return status;
}
