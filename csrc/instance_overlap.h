/*
 * instance_overlap.h - which objects of a cell each of its detections could match.
 *
 * Definition. A detection could match an object if their IoU, of masks or of boxes, is at least the
 * lowest threshold; with crowds, intersection over the detection's area (boxes.h;
 * pycocotools 2.0.11, rleIou). Only such pairs are kept (matching.h).
 *
 * Masks are decoded where they are first needed, into an arena that is used again. Most pairs of
 * masks cost no more than a look at their extents and areas: the intersection is at most as large
 * as either mask and as the overlap of their extents, and since division rounds monotonically, a
 * bound below the threshold cannot turn into a quotient above it.
 */
#ifndef SM_INSTANCE_OVERLAP_H
#define SM_INSTANCE_OVERLAP_H

#include "instance_cells.h"
#include "shapes.h"

/* Zero it first, release it last. */
typedef struct sm_overlap {
    size_t n_seekers, n_candidates;
    sm_buffer seekers, candidates; /* sm_seeker, sm_candidate */

    sm_buffer truth_masks, truth_boxes; /* sm_mask or double[4] per object of the cell */
    sm_mask_arena arena;
} sm_overlap;

/*
 * Finds the candidates of a cell of this image. `crowd` has a flag per object. SM_INVALID where
 * masks are needed and the image has no valid size, or one that a mask does not fill.
 */
sm_status sm_overlap_find(sm_overlap *overlap, const sm_instance_batch *batch, size_t image,
                          const sm_cell *cell, const uint8_t *crowd, int boxes, double lowest);

void sm_overlap_release(sm_overlap *overlap);

#endif
