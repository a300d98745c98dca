#include "boundary_band.h"

#include "morphology.h"

#include <math.h>
#include <string.h>

uint32_t sm_band_distance(uint32_t height, uint32_t width, double ratio) {
    uint64_t square = (uint64_t)height * height + (uint64_t)width * width;
    double distance = rint(ratio * sqrt((double)square));
    uint32_t most = height > width ? height : width;
    return distance < 1 ? 1 : distance < most ? (uint32_t)distance : most;
}

void sm_band_of_bitmap(const sm_bitmap *bitmap, size_t distance, const sm_bitmap *eroded) {
    size_t n = sm_bitmap_words(bitmap);
    memcpy(eroded->words, bitmap->words, n * sizeof *bitmap->words);
    sm_erode_square(eroded, distance);
    for (size_t i = 0; i < n; i++) bitmap->words[i] &= ~eroded->words[i];
}

/* Bands are thin, so most words are empty. */
sm_band_overlap sm_band_compare(const sm_bitmap *a, const sm_bitmap *b) {
    sm_band_overlap overlap = {0, 0};
    size_t n = sm_bitmap_words(a);
    for (size_t i = 0; i < n; i++) {
        uint64_t either = a->words[i] | b->words[i];
        if (either == 0) continue;
        overlap.either += (size_t)__builtin_popcountll(either);
        overlap.both += (size_t)__builtin_popcountll(a->words[i] & b->words[i]);
    }
    return overlap;
}

/* ---- runs to columns of bits and back ---- */

static void set_bits(uint64_t *row, uint32_t start, uint32_t end) {
    uint32_t first = start / SM_WORD_PIXELS, last = (end - 1) / SM_WORD_PIXELS;
    uint64_t from_start = ~(uint64_t)0 << start % SM_WORD_PIXELS;
    uint64_t to_end = sm_bitmap_last_mask(end);
    if (first == last) {
        row[first] |= from_start & to_end;
        return;
    }
    row[first] |= from_start;
    for (uint32_t i = first + 1; i < last; i++) row[i] = ~(uint64_t)0;
    row[last] |= to_end;
}

/* Draws the runs into an empty bitmap, of which row x is column extent.left + x of the image. */
static void draw(const sm_measured_runs *mask, const sm_bitmap *columns) {
    uint32_t height = mask->height, top = mask->extent.top;
    uint32_t x = 0, first = mask->extent.left * height; /* pixel of column x */
    for (size_t i = 0; i < mask->n; i++) {
        uint32_t start = mask->runs[i].start, end = mask->runs[i].end;
        while (start < end) {
            for (; start - first >= height; first += height) x++;
            uint32_t stop = end - first < height ? end - first : height;
            set_bits(sm_bitmap_row(columns, x), start - first - top, stop - top);
            start = first + stop;
        }
    }
}

static size_t count_run_starts(const sm_bitmap *columns) {
    size_t n = 0;
    for (size_t x = 0; x < columns->height; x++) {
        const uint64_t *row = sm_bitmap_row(columns, x);
        uint64_t before = 0;
        for (size_t i = 0; i < columns->row_words; before = row[i++] >> 63) {
            uint64_t starts = row[i] & ~(row[i] << 1 | before);
            if (starts != 0) n += (size_t)__builtin_popcountll(starts);
        }
    }
    return n;
}

/* Where a column's stretches start and end, in turn; a stretch that goes on from the last is one. */
static uint32_t *add_column(const uint64_t *row, const sm_bitmap *columns, uint32_t first,
                            uint32_t *begin, uint32_t *out) {
    uint64_t before = 0;
    for (size_t i = 0; i < columns->row_words; before = row[i++] >> 63) {
        uint64_t changes = row[i] ^ (row[i] << 1 | before);
        for (; changes != 0; changes &= changes - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(changes);
            uint32_t pixel = first + (uint32_t)i * SM_WORD_PIXELS + bit;
            if (out > begin && out[-1] == pixel)
                out--;
            else
                *out++ = pixel;
        }
    }
    if (before != 0) *out++ = first + (uint32_t)columns->width;
    return out;
}

static size_t encode(const sm_measured_runs *mask, const sm_bitmap *columns, sm_run *runs) {
    uint32_t *begin = (uint32_t *)(void *)runs, *out = begin;
    uint32_t first = mask->extent.left * mask->height + mask->extent.top;
    for (size_t x = 0; x < columns->height; x++, first += mask->height)
        out = add_column(sm_bitmap_row(columns, x), columns, first, begin, out);
    return (size_t)(out - begin) / 2;
}

/* ---- the band ---- */

static sm_status copy_whole(const sm_measured_runs *mask, sm_buffer *out, size_t first, size_t *n) {
    if (sm_buffer_reserve(out, first + mask->n, sizeof(sm_run)) != SM_OK) return SM_NO_MEMORY;
    if (mask->n > 0) memcpy((sm_run *)out->data + first, mask->runs, mask->n * sizeof(sm_run));
    *n = mask->n;
    return SM_OK;
}

sm_status sm_band_of_runs(const sm_measured_runs *mask, uint32_t distance, sm_band_scratch *scratch,
                          sm_buffer *out, size_t first, size_t *n) {
    uint32_t width = mask->extent.right - mask->extent.left;
    uint32_t height = mask->extent.bottom - mask->extent.top;
    if (distance >= (width + 1) / 2 || distance >= (height + 1) / 2)
        return copy_whole(mask, out, first, n);
    sm_bitmap columns, eroded;
    sm_status status = sm_bitmap_make(&columns, width, height, &scratch->drawn);
    if (status == SM_OK) status = sm_bitmap_make(&eroded, width, height, &scratch->eroded);
    if (status != SM_OK) return status;
    draw(mask, &columns);
    sm_band_of_bitmap(&columns, distance, &eroded);
    status = sm_buffer_reserve(out, first + count_run_starts(&columns), sizeof(sm_run));
    if (status == SM_OK) *n = encode(mask, &columns, (sm_run *)out->data + first);
    return status;
}

void sm_band_scratch_release(sm_band_scratch *scratch) {
    sm_buffer_release(&scratch->drawn);
    sm_buffer_release(&scratch->eroded);
}
