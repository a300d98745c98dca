#include "threshold_series.h"

#include "thinning.h"

#include <string.h>

/* How many of the thresholds a strength reaches: mostly none. */
static inline uint32_t level_of(double strength, const double *thresholds, size_t n) {
    const double *at = thresholds;
    if (n == 0 || strength < *thresholds) return 0;
    while (n > 1) {
        size_t half = n / 2;
        at += strength >= at[half - 1] ? half : 0;
        n -= half;
    }
    return (uint32_t)(at - thresholds) + (strength >= *at);
}

/* Sorts the pixels by level: those of level k are order[starts[k]..starts[k + 1]]. */
static sm_status sort_by_level(const double *strengths, size_t n_pixels, const double *thresholds,
                               size_t n_thresholds, sm_threshold_scratch *scratch) {
    if (sm_buffer_reserve(&scratch->levels, n_pixels, sizeof(uint32_t)) != SM_OK ||
        sm_buffer_reserve(&scratch->order, n_pixels, sizeof(uint32_t)) != SM_OK ||
        sm_buffer_reserve(&scratch->starts, n_thresholds + 3, sizeof(size_t)) != SM_OK)
        return SM_NO_MEMORY;
    uint32_t *levels = scratch->levels.data, *order = scratch->order.data;
    size_t *next = (size_t *)scratch->starts.data + 1; /* becomes starts once it has run along */
    memset(scratch->starts.data, 0, (n_thresholds + 3) * sizeof *next);
    for (size_t i = 0; i < n_pixels; i++) {
        levels[i] = level_of(strengths[i], thresholds, n_thresholds);
        next[levels[i] + 1]++;
    }
    for (size_t k = 1; k <= n_thresholds; k++) next[k] += next[k - 1];
    for (size_t i = 0; i < n_pixels; i++) order[next[levels[i]]++] = (uint32_t)i;
    return SM_OK;
}

static sm_status add_thinned(sm_pixel_series *series, const sm_bitmap *reached, sm_bitmap *thinned,
                             sm_buffer *scratch) {
    memcpy(thinned->words, reached->words, sm_bitmap_words(reached) * sizeof *reached->words);
    if (sm_thin(thinned, scratch) != SM_OK) return SM_NO_MEMORY;
    return sm_pixel_series_add(series, thinned);
}

sm_status sm_threshold_series(sm_pixel_series *series, const double *strengths,
                              const double *thresholds, size_t n_thresholds, int thin,
                              sm_threshold_scratch *scratch) {
    size_t height = series->height, width = series->width;
    sm_bitmap reached, thinned;
    if (sort_by_level(strengths, height * width, thresholds, n_thresholds, scratch) != SM_OK ||
        sm_bitmap_make(&reached, height, width, &scratch->reached_words) != SM_OK ||
        sm_bitmap_make(&thinned, height, width, &scratch->thinned_words) != SM_OK)
        return SM_NO_MEMORY;
    const uint32_t *order = scratch->order.data;
    const size_t *starts = scratch->starts.data;
    for (size_t level = n_thresholds; level > 0; level--) {
        for (size_t i = starts[level]; i < starts[level + 1]; i++)
            sm_bitmap_set(&reached, order[i] / width, order[i] % width);
        int is_new = starts[level] < starts[level + 1];
        sm_status status = thin && is_new
                               ? add_thinned(series, &reached, &thinned, &scratch->thinning)
                               : sm_pixel_series_add(series, thin ? &thinned : &reached);
        if (status != SM_OK) return status;
    }
    return SM_OK;
}

void sm_threshold_scratch_release(sm_threshold_scratch *scratch) {
    sm_buffer *buffers[] = {&scratch->levels,        &scratch->order,         &scratch->starts,
                            &scratch->reached_words, &scratch->thinned_words, &scratch->thinning};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) sm_buffer_release(buffers[i]);
}
