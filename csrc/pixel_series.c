#include "pixel_series.h"

#include <string.h>

sm_status sm_pixel_series_begin(sm_pixel_series *series, size_t height, size_t width) {
    series->height = height;
    series->width = width;
    series->n_images = series->n_nodes = series->n_events = 0;
    if (sm_bitmap_make(&series->ever, height, width, &series->ever_words) != SM_OK ||
        sm_bitmap_make(&series->latest, height, width, &series->latest_words) != SM_OK ||
        sm_buffer_reserve(&series->node_of, height * width, sizeof(int32_t)) != SM_OK)
        return SM_NO_MEMORY;
    memset(series->node_of.data, 0xff, height * width * sizeof(int32_t)); /* all -1 */
    return SM_OK;
}

static void add_event(sm_pixel_series *series, size_t y, size_t x, int is_set) {
    int32_t *node = (int32_t *)series->node_of.data + y * series->width + x;
    if (*node < 0) *node = (int32_t)series->n_nodes++;
    sm_pixel_event *events = series->events.data;
    events[series->n_events++] = (sm_pixel_event){(uint32_t)*node & 0x7fffffff, is_set & 1};
}

/* Adds the events of word w of row y, and moves the word on. */
static sm_status add_word(sm_pixel_series *series, size_t y, size_t w, uint64_t word) {
    uint64_t *latest = sm_bitmap_row(&series->latest, y) + w, changed = *latest ^ word;
    if (!changed) return SM_OK;
    size_t most = series->n_events + SM_WORD_PIXELS;
    if (most > UINT32_MAX - 1 ||
        sm_buffer_reserve(&series->events, most, sizeof(sm_pixel_event)) != SM_OK)
        return SM_NO_MEMORY;
    for (; changed; changed &= changed - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(changed);
        add_event(series, y, w * SM_WORD_PIXELS + bit, (int)(word >> bit & 1));
    }
    *latest = word;
    sm_bitmap_row(&series->ever, y)[w] |= word;
    return SM_OK;
}

/* Pixels of the image that the events from `first` on lead to. */
static int64_t count_after(const sm_pixel_series *series, size_t first) {
    const sm_pixel_event *events = series->events.data;
    int64_t count = series->n_images > 0 ? sm_pixel_series_count(series, series->n_images - 1) : 0;
    for (size_t i = first; i < series->n_events; i++) count += events[i].is_set ? 1 : -1;
    return count;
}

sm_status sm_pixel_series_add(sm_pixel_series *series, const sm_bitmap *image) {
    size_t n = series->n_images, first = series->n_events;
    if (sm_buffer_reserve(&series->ends, n + 1, sizeof(size_t)) != SM_OK ||
        sm_buffer_reserve(&series->counts, n + 1, sizeof(int64_t)) != SM_OK)
        return SM_NO_MEMORY;
    for (size_t y = 0; y < series->height; y++) {
        const uint64_t *row = sm_bitmap_row(image, y);
        for (size_t w = 0; w < image->row_words; w++)
            if (add_word(series, y, w, row[w]) != SM_OK) return SM_NO_MEMORY;
    }
    ((size_t *)series->ends.data)[n] = series->n_events;
    ((int64_t *)series->counts.data)[n] = count_after(series, first);
    series->n_images++;
    return SM_OK;
}

const sm_pixel_event *sm_pixel_series_events(const sm_pixel_series *series, size_t i, size_t *n) {
    const size_t *ends = series->ends.data;
    size_t start = i > 0 ? ends[i - 1] : 0;
    *n = ends[i] - start;
    const sm_pixel_event *events = series->events.data;
    return *n > 0 ? events + start : events;
}

int64_t sm_pixel_series_count(const sm_pixel_series *series, size_t i) {
    return ((const int64_t *)series->counts.data)[i];
}

void sm_pixel_series_release(sm_pixel_series *series) {
    sm_buffer *buffers[] = {&series->ever_words, &series->latest_words, &series->node_of,
                            &series->events,     &series->ends,         &series->counts};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) sm_buffer_release(buffers[i]);
    *series = (sm_pixel_series){0};
}
