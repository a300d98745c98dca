#include "boundary_counts.h"

#include <string.h>

/* The matching of one annotation with one image after the other. */
typedef struct pass {
    sm_matching *matching;
    uint32_t *since;
    uint64_t *matched;
    size_t row_words; /* of `matched`, for each node */
} pass;

static sm_status begin_counts(sm_boundary_counter *counter, const sm_pixel_series *series,
                              sm_boundary_counts *counts) {
    size_t row_words = series->n_images / SM_WORD_PIXELS + 1;
    if (series->n_nodes > SIZE_MAX / row_words - 1) return SM_NO_MEMORY;
    size_t n_words = (series->n_nodes + 1) * row_words;
    if (sm_buffer_reserve(&counter->since, series->n_nodes + 1, sizeof(uint32_t)) != SM_OK ||
        sm_buffer_reserve(&counter->matched, n_words, sizeof(uint64_t)) != SM_OK)
        return SM_NO_MEMORY;
    memset(counter->matched.data, 0, n_words * sizeof(uint64_t));
    for (size_t i = 0; i < series->n_images; i++)
        counts[i] = (sm_boundary_counts){.predicted = sm_pixel_series_count(series, i)};
    return SM_OK;
}

/* Sets the bits of images since[node]..image - 1. */
static void close_stretch(pass *p, uint32_t node, size_t image) {
    uint64_t *row = p->matched + node * p->row_words;
    for (size_t i = p->since[node]; i < image;) {
        size_t word = i / SM_WORD_PIXELS, end = (word + 1) * SM_WORD_PIXELS;
        if (end > image) end = image;
        uint64_t ones = ~(uint64_t)0 >> (SM_WORD_PIXELS - (end - i));
        row[word] |= ones << i % SM_WORD_PIXELS;
        i = end;
    }
    p->since[node] = SM_NOBODY;
}

static void note(pass *p, sm_rematch rematch, size_t image) {
    if (rematch.lost != SM_NOBODY) close_stretch(p, rematch.lost, image);
    if (rematch.won != SM_NOBODY) p->since[rematch.won] = (uint32_t)image;
}

/* Pixels that go leave their marks to those that come. */
static void follow(pass *p, const sm_pixel_series *series, size_t image) {
    size_t n;
    const sm_pixel_event *events = sm_pixel_series_events(series, image, &n);
    for (size_t i = 0; i < n; i++)
        if (!events[i].is_set) note(p, sm_matching_remove(p->matching, events[i].node), image);
    for (size_t i = 0; i < n; i++)
        if (events[i].is_set) note(p, sm_matching_insert(p->matching, events[i].node), image);
    for (sm_rematch rest; sm_matching_settle(p->matching, &rest);) note(p, rest, image);
}

static void count_annotation(pass *p, const sm_pixel_series *series, sm_boundary_counts *counts) {
    memset(p->since, 0xff, series->n_nodes * sizeof *p->since); /* all SM_NOBODY */
    for (size_t image = 0; image < series->n_images; image++) {
        follow(p, series, image);
        counts[image].found += (int64_t)p->matching->n_pairs;
        counts[image].annotated += (int64_t)p->matching->graph->marks.n;
    }
    for (size_t node = 0; node < series->n_nodes; node++)
        if (p->since[node] != SM_NOBODY) close_stretch(p, (uint32_t)node, series->n_images);
}

static void count_right(const pass *p, const sm_pixel_series *series, sm_boundary_counts *counts) {
    for (size_t node = 0; node < series->n_nodes; node++) {
        const uint64_t *row = p->matched + node * p->row_words;
        for (size_t w = 0; w < p->row_words; w++)
            for (uint64_t word = row[w]; word; word &= word - 1)
                counts[w * SM_WORD_PIXELS + (unsigned)__builtin_ctzll(word)].right++;
    }
}

sm_status sm_boundary_count(sm_boundary_counter *counter, const sm_pixel_series *series,
                            const uint8_t *annotations, size_t n_annotations, double radius,
                            sm_boundary_counts *counts) {
    size_t n_pixels = series->height * series->width;
    if (begin_counts(counter, series, counts) != SM_OK) return SM_NO_MEMORY;
    if (sm_bitmap_make(&counter->annotation, series->height, series->width,
                       &counter->annotation_words) != SM_OK)
        return SM_NO_MEMORY;
    pass p = {&counter->matching, counter->since.data, counter->matched.data,
              series->n_images / SM_WORD_PIXELS + 1};
    for (size_t i = 0; i < n_annotations; i++) {
        sm_bitmap_pack(annotations + i * n_pixels, &counter->annotation);
        sm_status status =
            sm_pixel_graph_build(&counter->graph, series, &counter->annotation, radius, i);
        if (status != SM_OK) return status;
        if (sm_matching_begin(&counter->matching, &counter->graph) != SM_OK) return SM_NO_MEMORY;
        count_annotation(&p, series, counts);
    }
    count_right(&p, series, counts);
    return SM_OK;
}

void sm_boundary_counter_release(sm_boundary_counter *counter) {
    sm_pixel_graph_release(&counter->graph);
    sm_matching_release(&counter->matching);
    sm_buffer_release(&counter->annotation_words);
    sm_buffer_release(&counter->since);
    sm_buffer_release(&counter->matched);
    *counter = (sm_boundary_counter){0};
}
