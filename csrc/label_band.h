/*
 * label_band.h - the pixels of a label map that lie close to where its labels change.
 *
 * Definition. A pixel is inside if all pixels at most `distance` columns and rows away have its
 * label; beyond the border there is no label. What is not inside is in the band of its label: the
 * bands of all labels' masks (boundary_band.h) at once.
 *
 * A pixel is inside if the rows about it do not change for `distance` pixels to either side of its
 * column, and the column does not change either. So it takes two bitmaps, of where a label goes on
 * to the right and downwards, and the stretches of morphology.h. O(pixels + words * log distance).
 */
#ifndef SM_LABEL_BAND_H
#define SM_LABEL_BAND_H

#include "bitmap.h"

/*
 * Draws the band of labels[height * width], row by row, into `band`; `scratch` is another bitmap of
 * the same size. distance > 0.
 */
void sm_label_band(const uint32_t *labels, size_t distance, const sm_bitmap *band,
                   const sm_bitmap *scratch);

#endif
