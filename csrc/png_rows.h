/*
 * png_rows.h - the pixels of a PNG from what its IDAT chunks hold when inflated.
 *
 * Each row is a filter type and the row's bytes less what the filter predicts of them, modulo 256
 * (https://www.w3.org/TR/png-3/#9Filters). With a the byte one pixel to the left, b the one above,
 * c the one above and to the left, and zero outside of the image, the prediction is 0 (None), a
 * (Sub), b (Up), floor((a + b) / 2) (Average), or that of a, b, c which is nearest to a + b - c,
 * the first of them if several are (Paeth).
 *
 * Label maps are flat, so most residuals are zero. Where a stretch of them is, it is the pixel to
 * the left again and again, or the row above, under conditions that are tested a stretch at a time.
 */
#ifndef SM_PNG_ROWS_H
#define SM_PNG_ROWS_H

#include "machine.h"
#include "memory.h"

/* How the rows of an image, or of one pass of an interlaced one, are laid out. */
typedef struct sm_png_layout {
    size_t height, width; /* in pixels, both > 0, height * width <= SM_MAX_PIXELS */
    unsigned bit_depth;   /* of a sample: 1, 2, 4 (where channels is 1), 8 or 16 */
    unsigned channels;    /* samples in a pixel, 1 to 4 */
    unsigned scale;       /* what samples of fewer than 8 bits are multiplied by */
} sm_png_layout;

/* Bytes of all rows with their filter types. */
size_t sm_png_rows_size(const sm_png_layout *layout);

/*
 * Reverses the filters and writes the samples row by row: uint16_t of this machine's byte order at
 * 16 bits, else uint8_t. `rows` holds sm_png_rows_size bytes, `pixels` room for height * width *
 * channels samples elsewhere; `machine` is this one or any. SM_INVALID: a filter type is not one;
 * fault->record is the row. SM_NO_MEMORY. O(bytes), a stretch a step where the image is flat.
 */
sm_status sm_png_rows_decode(const sm_png_layout *layout, sm_machine machine, const uint8_t *rows,
                             uint8_t *pixels, sm_fault *fault);

#endif
