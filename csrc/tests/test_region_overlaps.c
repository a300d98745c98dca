#include "region_overlaps.h"

#include "check.h"

#include <math.h>

enum { MOST = 8 };

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Pixels that regions and segments have in common, as a table. */
typedef struct table {
    uint32_t pixels[MOST][MOST];
    uint32_t n_regions, n_segments;
} table;

typedef struct memory {
    sm_overlap overlaps[MOST * MOST];
    size_t ends[MOST], places[MOST];
    uint32_t segment_sizes[MOST], region_sizes[MOST];
    double best[MOST], logs[MOST], region_best[MOST];
} memory;

static sm_overlaps listed(const table *counts, memory *own) {
    size_t n = 0;
    *own = (memory){0};
    for (uint32_t g = 0; g < counts->n_segments; g++) {
        for (uint32_t r = 0; r < counts->n_regions; r++) {
            uint32_t pixels = counts->pixels[r][g];
            if (pixels) own->overlaps[n++] = (sm_overlap){r, pixels, 0};
            own->segment_sizes[g] += pixels;
            own->region_sizes[r] += pixels;
        }
        own->ends[g] = n;
    }
    sm_overlaps overlaps = {own->overlaps,      own->ends,         own->segment_sizes, own->best,
                            counts->n_segments, own->region_sizes, counts->n_regions,  own->places,
                            own->logs,          own->region_best};
    sm_overlaps_prepare(&overlaps);
    return overlaps;
}

static int is_near(double a, double b) {
    return fabs(a - b) <= 1e-9 * (1 + fabs(b));
}

static double times_log(double n) {
    return n > 0 ? n * log2(n) : 0;
}

static void check_measured(const table *counts, sm_agreement found) {
    sm_agreement expected = {0};
    uint64_t regions[MOST] = {0};
    double best_of_region[MOST] = {0};
    for (uint32_t g = 0; g < counts->n_segments; g++) {
        double best = 0, segment = 0;
        for (uint32_t r = 0; r < counts->n_regions; r++) segment += counts->pixels[r][g];
        for (uint32_t r = 0; r < counts->n_regions; r++) {
            uint64_t both = counts->pixels[r][g], region = 0;
            for (uint32_t k = 0; k < counts->n_segments; k++) region += counts->pixels[r][k];
            double iou = (double)both / (segment + (double)(region - both));
            regions[r] = region;
            if (iou > best) best = iou;
            if (iou > best_of_region[r]) best_of_region[r] = iou;
            expected.overlap_squares += both * both;
            expected.overlap_logs += times_log((double)both);
        }
        expected.covered += segment * best;
    }
    for (uint32_t r = 0; r < counts->n_regions; r++) {
        expected.covered_regions += (double)regions[r] * best_of_region[r];
        expected.region_squares += regions[r] * regions[r];
        expected.region_logs += times_log((double)regions[r]);
    }
    CHECK(is_near(found.covered, expected.covered));
    CHECK(is_near(found.covered_regions, expected.covered_regions));
    CHECK(found.overlap_squares == expected.overlap_squares);
    CHECK(found.region_squares == expected.region_squares);
    CHECK(is_near(found.overlap_logs, expected.overlap_logs));
    CHECK(is_near(found.region_logs, expected.region_logs));
}

/* Joins two regions in the table; `into` says what becomes of each. */
static void merge(uint32_t *state, table *counts, uint32_t *into) {
    uint32_t last = counts->n_regions - 1, kept = next_random(state) % last;
    uint32_t gone = kept + 1 + next_random(state) % (last - kept);
    for (uint32_t r = 0; r <= last; r++) into[r] = r == gone ? kept : r - (r > gone);
    for (uint32_t g = 0; g < counts->n_segments; g++) {
        counts->pixels[kept][g] += counts->pixels[gone][g];
        for (uint32_t r = gone; r < last; r++) counts->pixels[r][g] = counts->pixels[r + 1][g];
    }
    counts->n_regions = last;
}

int main(void) {
    uint32_t state = 1, into[MOST];
    for (int repeat = 0; repeat < 500; repeat++) {
        memory own, again;
        table counts = {.n_regions = 1 + next_random(&state) % MOST,
                        .n_segments = 1 + next_random(&state) % MOST};
        for (uint32_t r = 0; r < counts.n_regions; r++) {
            for (uint32_t g = 0; g < counts.n_segments; g++)
                counts.pixels[r][g] = next_random(&state) % 3 ? next_random(&state) % 9 : 0;
            counts.pixels[r][r % counts.n_segments]++; /* none is empty */
        }
        for (uint32_t g = 0; g < counts.n_segments; g++) counts.pixels[0][g]++;
        sm_overlaps overlaps = listed(&counts, &own);
        check_measured(&counts, sm_overlaps_measure(&overlaps));
        while (counts.n_regions > 1) {
            merge(&state, &counts, into);
            sm_overlaps_merge(&overlaps, into, counts.n_regions);
            sm_overlaps fresh = listed(&counts, &again);
            sm_agreement found = sm_overlaps_measure(&overlaps);
            check_measured(&counts, found);
            CHECK(found.overlap_logs == sm_overlaps_measure(&fresh).overlap_logs);
        }
    }
    CHECK_SUMMARY();
}
