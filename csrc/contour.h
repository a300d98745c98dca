/*
 * contour.h - the contour of an object as DAVIS draws it, and how much of one lies near another.
 *
 * Definition (Perazzi et al., DAVIS, CVPR 2016, as davis2017-evaluation 9f2e0e2 computes it,
 * metrics.py). A pixel is on the contour if its right, lower or lower right neighbour is not of its
 * kind, inside or outside. On the last column only the lower, on the last row only the right one is
 * looked at; the last pixel of all is never on it. A contour pixel is matched if the other contour
 * has a pixel at most `radius` away, by Euclid.
 */
#ifndef SM_CONTOUR_H
#define SM_CONTOUR_H

#include "bitmap.h"

/* Draws the contour of `bitmap` into `contour`, another of the same size. O(words). */
void sm_contour(const sm_bitmap *bitmap, const sm_bitmap *contour);

typedef struct sm_contour_match {
    size_t n, matched; /* pixels */
} sm_contour_match;

/*
 * Counts what of two contours of one size lies near the other. Fails with SM_NO_MEMORY. O(words *
 * radius), of rows that have a pixel.
 */
sm_status sm_contour_compare(const sm_bitmap contours[2], size_t radius,
                             sm_contour_match matches[2]);

#endif
