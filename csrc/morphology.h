/*
 * morphology.h - erosion and dilation of bitmaps.
 *
 * Definition. Erosion by a square of `distance` keeps the pixels all of whose neighbours at most
 * `distance` columns and rows away are set; beyond the border nothing is. It is what eroding by 3 x
 * 3 ones `distance` times gives. Dilation by a shape sets the pixels that lie in the shape put over
 * some set pixel; a shape is symmetric and told by how far it reaches to either side, row by row.
 *
 * Complexity. Windows are made of windows: a stretch of 2n pixels is a stretch of n and one n
 * further, so erosion takes O(words * log distance). Dilation takes O(words * radius) of the rows
 * that have a pixel.
 */
#ifndef SM_MORPHOLOGY_H
#define SM_MORPHOLOGY_H

#include "bitmap.h"

/* Erodes by a square, in place. */
void sm_erode_square(const sm_bitmap *bitmap, size_t distance);

/*
 * Clears what a stretch does not fill: row by row, a pixel stays set if the `length` pixels from it
 * on, to the right or downwards, are set; length > 0. In place.
 */
void sm_keep_stretches_right(const sm_bitmap *bitmap, size_t length);
void sm_keep_stretches_down(const sm_bitmap *bitmap, size_t length);

/* Moves all pixels to the right or downwards; those pushed over the border are lost. In place. */
void sm_move_right(const sm_bitmap *bitmap, size_t columns);
void sm_move_down(const sm_bitmap *bitmap, size_t rows);

/* A shape to dilate by: reach[v] pixels to either side, v rows above and below; never rising. */
typedef struct sm_reach {
    size_t radius; /* reach[0 .. radius] */
    const size_t *reach;
} sm_reach;

/* Fills reach[0 .. radius] for the pixels at most `radius` away: by Euclid, or by either axis. */
void sm_reach_of_disk(size_t radius, size_t *reach);
void sm_reach_of_square(size_t radius, size_t *reach);

/*
 * Dilates `bitmap` into `dilated`, another of the same size, whose former content is lost. `row` is
 * scratch of 2 * row_words words.
 */
void sm_dilate(const sm_bitmap *bitmap, const sm_reach *shape, const sm_bitmap *dilated,
               uint64_t *row);

#endif
