/*
 * surfaces.h - the elements that the surface of a mask is made of.
 *
 * A corner is a point where 4 pixels of a plane, or 8 of a volume, meet; it is an element where not
 * all of these are of one kind. Its code tells which are of the mask: bit sum(d_a << a) that of the
 * pixel d_a steps up axis a, d_a 0 or 1, axes counted from the slowest. An edge pixel is one of the
 * mask that has a neighbour along an axis outside of it; its code is 1. All else has the code 0.
 *
 * Both ask for pixels around the mask, so a mask comes with a margin of one pixel outside of it on
 * all sides. Of n pixels along an axis, margin included, come n - 1 corners or n - 2 edge pixels.
 *
 * Ownership: all memory is the caller's. Complexity: O(pixels), in loops over bytes of a row that
 * compilers turn into vector instructions.
 */
#ifndef SM_SURFACES_H
#define SM_SURFACES_H

#include <stddef.h>
#include <stdint.h>

/* Bytes in C order, slowest axis first: 1 in the mask, 0 outside of it. */
typedef struct sm_mask {
    const uint8_t *bytes;
    size_t extent[3]; /* a plane has a middle axis of one pixel, which has no margin */
    int n_axes;       /* 2 or 3 */
} sm_mask;

/* Pixels from `first` up to but without `end` on each axis; `end` is 0 where there are none. */
typedef struct sm_box {
    size_t first[3], end[3];
} sm_box;

/* Makes the box the least that holds both what it held and the mask, which needs no margin here. */
void sm_box_extend(sm_box *box, const sm_mask *mask);

/* Writes a code for each corner. */
void sm_corner_codes(const sm_mask *mask, uint8_t *codes);

/* Writes a code for each pixel that is not of the margin. */
void sm_edge_codes(const sm_mask *mask, uint8_t *codes);

#endif
