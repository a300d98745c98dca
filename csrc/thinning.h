/*
 * thinning.h - boundaries reduced to lines of one pixel.
 *
 * Definition. The neighbours of a pixel are x1 ... x8 = E, NE, N, NW, W, SW, S, SE, with x9 = x1;
 * outside of the image all is 0. A pixel may go if
 *   G1: for exactly one i in 1 ... 4, x(2i-1) is 0 and x(2i) or x(2i+1) is 1;
 *   G2: 2 <= min(n1, n2) <= 3, where n1 and n2 count the k in 1 ... 4 such that x(2k-1) or x(2k),
 *       and x(2k) or x(2k+1), is 1;
 *   G3: in a first pass, x1 is 0 or none of x2, x3, not x8 holds;
 *       in a second pass, x5 is 0 or none of x6, x7, not x4 holds.
 * Both passes are repeated, each deleting at once all pixels that may go, until neither finds any.
 *
 * Source. Guo and Hall, Parallel thinning with two-subiteration algorithms, CACM 32(3), 1989,
 * algorithm A1; the same as bwmorph(..., 'thin', Inf) and skimage.morphology.thin.
 *
 * Complexity: O(words) for a pass over what changed; passes grow with the thickest stroke.
 */
#ifndef SM_THINNING_H
#define SM_THINNING_H

#include "bitmap.h"

/* Thins in place. SM_NO_MEMORY leaves the image as it was; `scratch` is reused between calls. */
sm_status sm_thin(sm_bitmap *bitmap, sm_buffer *scratch);

#endif
