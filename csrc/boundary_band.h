/*
 * boundary_band.h - the pixels of a mask that lie close to its boundary.
 *
 * Definition (Cheng et al., Boundary IoU, CVPR 2021, as boundary-iou-api 37d2558 computes it,
 * boundary_utils.py). The band of a mask at a distance d are its pixels that erosion by a square of
 * d takes away (morphology.h), where beyond the image nothing is mask. d is a ratio of the image's
 * diagonal, rounded half to even, at least 1. A mask that is nowhere wider than 2 d is its own
 * band.
 *
 * A mask of runs is drawn within its extent only: beyond it nothing is mask either. Its columns
 * become rows of a bitmap, which squares do not mind. O(words of the extent * log d + runs).
 */
#ifndef SM_BOUNDARY_BAND_H
#define SM_BOUNDARY_BAND_H

#include "bitmap.h"
#include "runs.h"

/*
 * The distance for a ratio >= 0; no more than the larger side of the image, beyond which nothing
 * changes.
 */
uint32_t sm_band_distance(uint32_t height, uint32_t width, double ratio);

/* Clears all but the band of a bitmap, in place, through `eroded`, another of the same size. */
void sm_band_of_bitmap(const sm_bitmap *bitmap, size_t distance, const sm_bitmap *eroded);

/* Pixels in both of two bitmaps of one size, and in either. */
typedef struct sm_band_overlap {
    size_t both, either;
} sm_band_overlap;

sm_band_overlap sm_band_compare(const sm_bitmap *a, const sm_bitmap *b);

/* A measured mask of runs (runs.h). */
typedef struct sm_measured_runs {
    const sm_run *runs;
    size_t n;
    uint32_t height; /* of the image */
    sm_extent extent;
} sm_measured_runs;

/* Zero it first, release it last. */
typedef struct sm_band_scratch {
    sm_buffer drawn, eroded;
} sm_band_scratch;

/*
 * Writes the runs of the band of a mask to `out`, a buffer of sm_run, from number `first` on; those
 * before stay. The mask's own runs may not lie in `out`. Fails with SM_NO_MEMORY.
 */
sm_status sm_band_of_runs(const sm_measured_runs *mask, uint32_t distance, sm_band_scratch *scratch,
                          sm_buffer *out, size_t first, size_t *n);

void sm_band_scratch_release(sm_band_scratch *scratch);

#endif
