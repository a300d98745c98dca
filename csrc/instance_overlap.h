/*
 * instance_overlap.h - which objects of a cell each of its detections could match.
 *
 * Definition. A detection could match an object if their IoU, of what the protocol compares, is at
 * least the lowest threshold; with crowds, intersection over the detection's area (boxes.h;
 * pycocotools 2.0.11, rleIou). Only such pairs are kept (matching.h).
 *
 * Masks are decoded where they are first needed, into an arena that is used again. Most pairs of
 * masks cost no more than a look at their extents and areas: the intersection is at most as large
 * as either mask and as the overlap of their extents, and since division rounds monotonically, a
 * bound below the threshold cannot turn into a quotient above it. Bands are drawn only for pairs of
 * masks that reach the threshold, once for each mask.
 */
#ifndef SM_INSTANCE_OVERLAP_H
#define SM_INSTANCE_OVERLAP_H

#include "boundary_band.h"
#include "instance_cells.h"
#include "shapes.h"

/* A decoded mask and, once it was needed, its band: runs[first .. first + n) of the bands. */
typedef struct sm_banded_mask {
    sm_mask mask;
    int has_band;
    size_t first, n;
    uint32_t band_area;
} sm_banded_mask;

/* Zero it first, release it last. */
typedef struct sm_overlap {
    size_t n_seekers, n_candidates;
    sm_buffer seekers, candidates; /* sm_seeker, sm_candidate */

    sm_buffer truth_masks, truth_boxes; /* sm_banded_mask or double[4] per object of the cell */
    sm_mask_arena arena;

    size_t bands_used;
    sm_buffer bands; /* sm_run: the bands of the cell's masks, one after the other */
    sm_band_scratch band_scratch;
} sm_overlap;

/*
 * Finds the candidates of a cell of this image. `crowd` has a flag per object. SM_INVALID where
 * masks are needed and the image has no valid size, or one that a mask does not fill.
 */
sm_status sm_overlap_find(sm_overlap *overlap, const sm_instance_batch *batch,
                          const sm_instance_protocol *protocol, size_t image, const sm_cell *cell,
                          const uint8_t *crowd, double lowest);

void sm_overlap_release(sm_overlap *overlap);

#endif
