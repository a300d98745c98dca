#include "surfaces.h"

#include <string.h>

static size_t first_in(const uint8_t *row, size_t n) {
    size_t x = 0;
    for (uint64_t block; x + sizeof block <= n; x += sizeof block) {
        memcpy(&block, row + x, sizeof block);
        if (block) break;
    }
    while (x < n && !row[x]) x++;
    return x;
}

static size_t end_in(const uint8_t *row, size_t n) {
    size_t x = n;
    for (uint64_t block; x >= sizeof block; x -= sizeof block) {
        memcpy(&block, row + x - sizeof block, sizeof block);
        if (block) break;
    }
    while (x > 0 && !row[x - 1]) x--;
    return x;
}

static void extend(sm_box *box, int axis, size_t first, size_t end) {
    int is_empty = box->end[axis] == 0;
    if (is_empty || first < box->first[axis]) box->first[axis] = first;
    if (end > box->end[axis]) box->end[axis] = end;
}

void sm_box_extend(sm_box *box, const sm_mask *mask) {
    size_t n = mask->extent[2];
    const uint8_t *row = mask->bytes;
    for (size_t z = 0; z < mask->extent[0]; z++) {
        for (size_t y = 0; y < mask->extent[1]; y++, row += n) {
            size_t first = first_in(row, n);
            if (first == n) continue;
            extend(box, 0, z, z + 1);
            extend(box, 1, y, y + 1);
            extend(box, 2, first, end_in(row, n));
        }
    }
}

/* Pixels from one to the next along the slowest and the middle axis. */
static size_t slowest_stride(const sm_mask *mask) {
    return mask->extent[1] * mask->extent[2];
}

static size_t middle_stride(const sm_mask *mask) {
    return mask->n_axes == 3 ? mask->extent[2] : 0;
}

/* Codes of a row of corners, the first of which has `pixels` as its first pixel. */
static void code_corners(const sm_mask *mask, const uint8_t *pixels, size_t n, uint8_t *codes) {
    size_t slowest = slowest_stride(mask), middle = middle_stride(mask);
    const size_t lines[4] = {0, slowest, middle, slowest + middle};
    int n_lines = mask->n_axes == 3 ? 4 : 2, all = (1 << 2 * n_lines) - 1;
    memset(codes, 0, n);
    for (int i = 0; i < n_lines; i++) {
        const uint8_t *line = pixels + lines[i];
        for (size_t x = 0; x < n; x++)
            codes[x] |= (uint8_t)(line[x] << i | line[x + 1] << (i + n_lines));
    }
    for (size_t x = 0; x < n; x++) codes[x] = codes[x] == all ? 0 : codes[x];
}

void sm_corner_codes(const sm_mask *mask, uint8_t *codes) {
    size_t n_middle = mask->n_axes == 3 ? mask->extent[1] - 1 : 1, n = mask->extent[2] - 1;
    for (size_t z = 0; z + 1 < mask->extent[0]; z++) {
        const uint8_t *pixels = mask->bytes + z * slowest_stride(mask);
        for (size_t y = 0; y < n_middle; y++, codes += n)
            code_corners(mask, pixels + y * middle_stride(mask), n, codes);
    }
}

/* Codes of a row of pixels. */
static void code_edges(const sm_mask *mask, const uint8_t *pixels, size_t n, uint8_t *codes) {
    size_t slowest = slowest_stride(mask), middle = middle_stride(mask);
    const uint8_t *above = pixels - slowest, *below = pixels + slowest;
    const uint8_t *before = pixels - middle, *behind = pixels + middle;
    for (size_t x = 0; x < n; x++) {
        uint8_t inside = pixels[x - 1] & pixels[x + 1] & above[x] & below[x];
        codes[x] = pixels[x] & (uint8_t)~(inside & before[x] & behind[x]);
    }
}

void sm_edge_codes(const sm_mask *mask, uint8_t *codes) {
    size_t n_middle = mask->n_axes == 3 ? mask->extent[1] - 2 : 1, n = mask->extent[2] - 2;
    size_t first = slowest_stride(mask) + middle_stride(mask) + 1;
    for (size_t z = 0; z + 2 < mask->extent[0]; z++) {
        const uint8_t *pixels = mask->bytes + z * slowest_stride(mask) + first;
        for (size_t y = 0; y < n_middle; y++, codes += n)
            code_edges(mask, pixels + y * middle_stride(mask), n, codes);
    }
}
