/*
 * png.h - the chunks of a PNG file that lies in memory, up to the compressed pixels.
 *
 * A PNG is a signature and chunks: length, type, bytes, CRC-32 (https://www.w3.org/TR/png-3/). IHDR
 * is the first, IEND the last; the IDAT chunks follow one another, and their bytes put together are
 * one zlib stream. What it holds when inflated is for png_rows.h.
 *
 * Limits. height * width <= SM_MAX_PIXELS. What follows IEND is not looked at.
 * Ownership. All memory is the caller's; nothing here allocates.
 */
#ifndef SM_PNG_H
#define SM_PNG_H

#include "status.h"

typedef enum sm_png_color {
    SM_PNG_GRAY = 0,
    SM_PNG_RGB = 2,
    SM_PNG_PALETTE = 3,
    SM_PNG_GRAY_ALPHA = 4,
    SM_PNG_RGB_ALPHA = 6,
} sm_png_color;

typedef struct sm_png {
    uint32_t height, width;
    uint8_t bit_depth; /* of a sample: 1, 2, 4, 8 or 16 */
    uint8_t color;     /* an sm_png_color */
    uint8_t is_interlaced;
    size_t data_start; /* byte offset of the first IDAT chunk */
    size_t data_size;  /* bytes of all IDAT chunks together */
} sm_png;

/* Samples in a pixel of this color type, 1 to 4, or 0 where there is no such type. */
unsigned sm_png_channels(unsigned color);

/*
 * Walks all chunks and checks them: order, lengths, CRC-32, each field of IHDR, a palette where the
 * color type needs one. O(size). fault->offset is that of the chunk, fault->field the name of the
 * field of IHDR where one is to blame. SM_TRUNCATED: the file ends before IEND does. SM_SYNTAX: not
 * a PNG, or not its chunks. SM_INVALID: a field, or a CRC-32. SM_MISSING: a chunk, in fault->field.
 */
sm_status sm_png_parse(const uint8_t *file, size_t size, sm_png *png, sm_fault *fault);

/* Puts the bytes of the IDAT chunks of a parsed file together: all data_size of `data`. */
void sm_png_join_data(const uint8_t *file, const sm_png *png, uint8_t *data);

#endif
