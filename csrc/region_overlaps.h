/*
 * region_overlaps.h - how well the regions of a segmentation agree with annotated segments.
 *
 * Definition. An overlap is the pixels that region r and segment g have in common, n(r, g); |r| and
 * |g| are their sizes, and their IoU is n(r, g) / (|r| + |g| - n(r, g)). Several annotators' segments
 * stand side by side. Measured are
 *     covered         sum over g of |g| max over r of IoU
 *     covered regions sum over r of |r| max over g of IoU
 *     region squares  sum over r of |r|^2           region logs   sum over r of |r| log2 |r|
 *     overlap squares sum over r, g of n(r, g)^2    overlap logs  sum over r, g of n log2 n
 * from which covering, the Rand index and the variation of information follow. When regions merge,
 * their overlaps add up; pixels are never looked at again.
 *
 * Units: pixels. Limits: regions, segments and pixels fewer than 2^32, and pixels squared times
 * annotators fewer than 2^64. Every sum runs in an order that depends on the segmentation alone,
 * not on those it was merged from. Ownership: all memory is the caller's. Complexity: linear in the
 * overlaps that there are.
 * Source: Arbelaez et al., Contour Detection and Hierarchical Image Segmentation (2011), section 3.
 */
#ifndef SM_REGION_OVERLAPS_H
#define SM_REGION_OVERLAPS_H

#include <stddef.h>
#include <stdint.h>

typedef struct sm_overlap {
    uint32_t region;
    uint32_t pixels; /* at least 1 */
    double log;      /* pixels * log2(pixels) */
} sm_overlap;

typedef struct sm_overlaps {
    sm_overlap *overlaps;          /* segment by segment, of distinct regions each */
    size_t *ends;                  /* [n_segments]: where the overlaps of each segment end */
    const uint32_t *segment_sizes; /* [n_segments] */
    double *best;                  /* [n_segments]: greatest IoU measured so far, at first 0 */
    size_t n_segments;
    uint32_t *region_sizes; /* [n_regions] */
    uint32_t n_regions;
    size_t *places;      /* scratch, one for each region */
    double *region_logs; /* likewise */
    double *region_best; /* likewise */
} sm_overlaps;

typedef struct sm_agreement {
    double covered, covered_regions;
    double region_logs, overlap_logs;
    uint64_t region_squares, overlap_squares;
} sm_agreement;

/* Fills in the logs of overlaps whose region and pixels are given. */
void sm_overlaps_prepare(sm_overlaps *overlaps);

/* Region i becomes a part of region into[i] <= i, of n. */
void sm_overlaps_merge(sm_overlaps *overlaps, const uint32_t *into, uint32_t n);

sm_agreement sm_overlaps_measure(sm_overlaps *overlaps);

#endif
