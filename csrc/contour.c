#include "contour.h"

#include "morphology.h"

/* Word i of the row as seen from one column to the left. */
static uint64_t to_the_right(const uint64_t *row, size_t n, size_t i) {
    return row[i] >> 1 | (i + 1 < n ? row[i + 1] << (SM_WORD_PIXELS - 1) : 0);
}

void sm_contour(const sm_bitmap *bitmap, const sm_bitmap *contour) {
    size_t n = bitmap->row_words;
    uint64_t inner = sm_bitmap_last_mask(bitmap->width) >> 1; /* without the last column */
    for (size_t y = 0; y < bitmap->height; y++) {
        int has_below = y + 1 < bitmap->height;
        const uint64_t *row = sm_bitmap_row(bitmap, y);
        const uint64_t *below = has_below ? row + n : row;
        uint64_t *out = sm_bitmap_row(contour, y);
        for (size_t i = 0; i < n; i++) {
            uint64_t sideways = row[i] ^ to_the_right(row, n, i);
            uint64_t down = row[i] ^ below[i];
            if (has_below) sideways |= row[i] ^ to_the_right(below, n, i);
            out[i] = (i + 1 < n ? sideways : sideways & inner) | down;
        }
    }
}

static size_t count_both(const sm_bitmap *a, const sm_bitmap *b) {
    size_t n = 0, n_words = sm_bitmap_words(a);
    for (size_t i = 0; i < n_words; i++) {
        uint64_t both = a->words[i] & b->words[i];
        if (both != 0) n += (size_t)__builtin_popcountll(both);
    }
    return n;
}

sm_status sm_contour_compare(const sm_bitmap contours[2], size_t radius,
                             sm_contour_match matches[2]) {
    sm_buffer pixels = {0}, reach = {0}, row = {0};
    sm_bitmap near;
    sm_status status = sm_bitmap_make(&near, contours[0].height, contours[0].width, &pixels);
    if (status == SM_OK) status = sm_buffer_reserve(&reach, radius + 1, sizeof(size_t));
    if (status == SM_OK) status = sm_buffer_reserve(&row, 2 * near.row_words, sizeof(uint64_t));
    if (status == SM_OK) sm_reach_of_disk(radius, reach.data);
    for (size_t i = 0; i < 2 && status == SM_OK; i++) {
        const sm_reach shape = {radius, reach.data};
        sm_dilate(&contours[1 - i], &shape, &near, row.data);
        matches[i] =
            (sm_contour_match){sm_bitmap_count(&contours[i]), count_both(&contours[i], &near)};
    }
    sm_buffer_release(&pixels);
    sm_buffer_release(&reach);
    sm_buffer_release(&row);
    return status;
}
