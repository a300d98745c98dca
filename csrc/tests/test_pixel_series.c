#include "pixel_series.h"

#include "check.h"
#include "made_images.h"

enum { N_IMAGES = 70, MOST_PIXELS = 5 * 130 };

typedef struct made_series {
    sm_bitmap images[N_IMAGES];
    sm_buffer words[N_IMAGES];
} made_series;

/* Sparse and dense images, empty ones, and some the same as the one before. */
static void make_images(made_series *made, size_t height, size_t width, uint32_t state) {
    for (uint32_t i = 0; i < N_IMAGES; i++) {
        CHECK(sm_bitmap_make(&made->images[i], height, width, &made->words[i]) == SM_OK);
        draw_noise(&made->images[i], i % 7 == 3 ? 0 : i * 17 % 101, &state);
        if (i % 5 == 4)
            memcpy(made->images[i].words, made->images[i - 1].words,
                   sm_bitmap_words(&made->images[i]) * sizeof(uint64_t));
    }
}

/* Carries the events of an image out, in a map of 1 and 0 by node. */
static void carry_out(const sm_pixel_series *series, size_t i, uint8_t *is_set) {
    size_t n;
    const sm_pixel_event *event = sm_pixel_series_events(series, i, &n);
    for (const sm_pixel_event *end = event + n; n > 0 && event < end; event++) {
        CHECK(event->node < series->n_nodes && is_set[event->node] != event->is_set);
        is_set[event->node] = event->is_set;
    }
}

static int is_image(const sm_pixel_series *series, const sm_bitmap *image, const uint8_t *is_set) {
    const int32_t *node_of = series->node_of.data;
    for (size_t i = 0; i < image->height * image->width; i++) {
        int is_there = node_of[i] >= 0 && is_set[node_of[i]];
        if (is_there != sm_bitmap_get(image, i / image->width, i % image->width)) return 0;
    }
    return 1;
}

/* Nodes are numbered from 0, one for each pixel that was ever set. */
static void check_nodes(const sm_pixel_series *series) {
    uint8_t seen[MOST_PIXELS] = {0};
    const int32_t *node_of = series->node_of.data;
    size_t n = 0;
    for (size_t i = 0; i < series->height * series->width; i++) {
        CHECK((node_of[i] >= 0) ==
              sm_bitmap_get(&series->ever, i / series->width, i % series->width));
        if (node_of[i] < 0) continue;
        CHECK((size_t)node_of[i] < series->n_nodes && !seen[node_of[i]]);
        seen[node_of[i]] = 1;
        n++;
    }
    CHECK(n == series->n_nodes);
}

static void check_size(sm_pixel_series *series, size_t height, size_t width) {
    static made_series made;
    uint8_t is_set[MOST_PIXELS] = {0};
    make_images(&made, height, width, (uint32_t)width);
    CHECK(sm_pixel_series_begin(series, height, width) == SM_OK);
    for (size_t i = 0; i < N_IMAGES; i++) {
        CHECK(sm_pixel_series_add(series, &made.images[i]) == SM_OK);
        CHECK(same_pixels(&series->latest, &made.images[i]));
    }
    CHECK(series->n_images == N_IMAGES);
    check_nodes(series);
    for (size_t i = 0; i < N_IMAGES; i++) {
        carry_out(series, i, is_set);
        CHECK(is_image(series, &made.images[i], is_set));
        CHECK(sm_pixel_series_count(series, i) == (int64_t)sm_bitmap_count(&made.images[i]));
    }
    for (size_t i = 0; i < N_IMAGES; i++) sm_buffer_release(&made.words[i]);
}

static void check_refusals(sm_pixel_series *series) {
    CHECK(sm_pixel_series_begin(series, 0, 3) == SM_NO_MEMORY);
    CHECK(sm_pixel_series_begin(series, SIZE_MAX, 2) == SM_NO_MEMORY);
}

int main(void) {
    static const size_t widths[] = {1, 2, 63, 64, 65, 130};
    sm_pixel_series series = {0};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        check_size(&series, 1, widths[i]);
        check_size(&series, 5, widths[i]);
    }
    check_size(&series, 130, 1);
    check_refusals(&series);
    sm_pixel_series_release(&series);
    CHECK_SUMMARY();
}
