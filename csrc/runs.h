/*
 * runs.h - masks as runs of foreground pixels.
 *
 * Definition. Pixels of an image of `height` rows and `width` columns are numbered column by
 * column: pixel (row y, column x) has index x * height + y. A mask is the ordered list of its
 * maximal runs [start, end) of foreground indices: start < end, and each run starts after the one
 * before has ended with at least one background pixel between. This form is canonical: equal masks,
 * equal runs. An empty mask has no runs. COCO's "counts" are the lengths of the alternating
 * background and foreground stretches, background first; they and the runs say the same thing.
 *
 * Limits. height * width <= SM_MAX_PIXELS, so every index fits 31 bits.
 * Ownership. All memory is the caller's; nothing here allocates.
 * Source. Must agree with pycocotools 2.0.11 (maskApi.c) on every canonical mask.
 */
#ifndef SM_RUNS_H
#define SM_RUNS_H

#include "status.h"

#define SM_MAX_PIXELS ((uint32_t)0x7fffffff)

typedef struct sm_run {
    uint32_t start, end;
} sm_run;

/*
 * Tight bounding rectangle in whole pixels, right and bottom exclusive; all zero for an empty mask.
 */
typedef struct sm_extent {
    uint32_t left, top, right, bottom;
} sm_extent;

/* Whether 0 < height * width <= SM_MAX_PIXELS, without overflow. */
int sm_size_is_valid(uint64_t height, uint64_t width);

/*
 * Rows to columns: columns[x * height + y] = rows[y * width + x], so that images stored row by row
 * can be encoded. O(height * width), 8 x 8 a step.
 */
void sm_pixels_transpose(const uint8_t *rows, size_t height, size_t width, uint8_t *columns);

/*
 * Runs of a binary image given column by column (non-zero is foreground). `runs` must hold
 * (n_pixels + 1) / 2. Returns how many were written. O(n_pixels), 8 pixels a step on long runs.
 */
size_t sm_runs_encode(const uint8_t *pixels, size_t n_pixels, sm_run *runs);

/* Writes ones and zeros column by column: all n_pixels of `pixels`. */
void sm_runs_decode(const sm_run *runs, size_t n, uint8_t *pixels, size_t n_pixels);

/* Number of foreground pixels. */
uint32_t sm_runs_area(const sm_run *runs, size_t n);

/* Area and tight extent in one pass. */
uint32_t sm_runs_measure(const sm_run *runs, size_t n, uint32_t height, sm_extent *extent);

/* Pixels in both masks (of one size). O(n + m), starting where the later mask starts. */
uint32_t sm_runs_overlap(const sm_run *a, size_t n, const sm_run *b, size_t m);

/*
 * Pixels in both masks (`out` must hold n + m), or in either (likewise). Inputs and output must not
 * alias. Return the number of runs written.
 */
size_t sm_runs_intersect(const sm_run *a, size_t n, const sm_run *b, size_t m, sm_run *out);
size_t sm_runs_unite(const sm_run *a, size_t n, const sm_run *b, size_t m, sm_run *out);

/*
 * Runs from counts. `runs` must hold n / 2 + 1. Zero counts are allowed and merge their neighbours.
 * SM_INVALID, with offset = index of the count: they add up to more than n_pixels, or (offset = n)
 * to less.
 */
sm_status sm_runs_from_counts(const uint32_t *counts, size_t n, uint32_t n_pixels, sm_run *runs,
                              size_t *n_runs, sm_fault *fault);

/* Counts from runs. `counts` must hold 2 * n + 1. Returns how many were written (at least one). */
size_t sm_runs_to_counts(const sm_run *runs, size_t n, uint32_t n_pixels, uint32_t *counts);

#endif
