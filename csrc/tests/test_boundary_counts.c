#include "boundary_counts.h"

#include "check.h"
#include "made_images.h"

enum { HEIGHT = 12, MOST_WIDTH = 65, N_IMAGES = 150, N_ANNOTATIONS = 4 };
enum { MOST_PIXELS = HEIGHT * MOST_WIDTH };

typedef struct bench {
    sm_pixel_series series, alone;
    sm_boundary_counter counter;
    sm_bitmap images[N_IMAGES];
    sm_buffer words[N_IMAGES];
    uint8_t annotations[N_ANNOTATIONS * MOST_PIXELS];
    sm_boundary_counts counts[N_IMAGES];
} bench;

/* Images drift, so that some pixels stay, as from threshold to threshold; some are empty or full. */
static void make_images(bench *b, size_t height, size_t width, uint32_t state) {
    for (uint32_t i = 0; i < N_IMAGES; i++) {
        CHECK(sm_bitmap_make(&b->images[i], height, width, &b->words[i]) == SM_OK);
        draw_noise(&b->images[i], i % 50 == 20 ? 0 : i % 50 == 30 ? 100 : 3, &state);
        for (size_t y = 0; i % 50 != 20 && i > 0 && y < height; y++)
            for (size_t w = 0; w < b->images[i].row_words; w++)
                sm_bitmap_row(&b->images[i], y)[w] ^= sm_bitmap_row(&b->images[i - 1], y)[w];
    }
    for (size_t i = 0; i < N_ANNOTATIONS * height * width; i++) {
        uint32_t percent = i < height * width ? 0 : 15; /* the first is empty */
        b->annotations[i] = next_random(&state) % 100 < percent ? (uint8_t)(1 + state % 255) : 0;
    }
}

static sm_status count_alone(bench *b, const sm_bitmap *image, size_t n_annotations, double radius,
                             sm_boundary_counts *counts) {
    CHECK(sm_pixel_series_begin(&b->alone, image->height, image->width) == SM_OK);
    CHECK(sm_pixel_series_add(&b->alone, image) == SM_OK);
    return sm_boundary_count(&b->counter, &b->alone, b->annotations, n_annotations, radius, counts);
}

static int same_counts(sm_boundary_counts a, sm_boundary_counts b) {
    return a.found == b.found && a.annotated == b.annotated && a.right == b.right &&
           a.predicted == b.predicted;
}

/* A largest matching of an annotation, by augmenting paths through pixels as they are. */
typedef struct largest {
    const sm_bitmap *image;
    const uint8_t *annotation;
    double radius;
    size_t mate[MOST_PIXELS]; /* of each annotated pixel, plus 1 */
    uint8_t is_seen[MOST_PIXELS];
} largest;

static int is_within(const largest *l, size_t a, size_t b) {
    double y = (double)(a / l->image->width) - (double)(b / l->image->width);
    double x = (double)(a % l->image->width) - (double)(b % l->image->width);
    return y * y + x * x <= l->radius * l->radius;
}

static int find_mate(largest *l, size_t pixel) {
    for (size_t i = 0; i < l->image->height * l->image->width; i++) {
        if (!l->annotation[i] || l->is_seen[i] || !is_within(l, pixel, i)) continue;
        l->is_seen[i] = 1;
        if (l->mate[i] == 0 || find_mate(l, l->mate[i] - 1)) {
            l->mate[i] = pixel + 1;
            return 1;
        }
    }
    return 0;
}

static int64_t most_pairs(const sm_bitmap *image, const uint8_t *annotation, double radius) {
    static largest l;
    l = (largest){.image = image, .annotation = annotation, .radius = radius};
    int64_t n = 0;
    for (size_t i = 0; i < image->height * image->width; i++) {
        memset(l.is_seen, 0, sizeof l.is_seen);
        if (sm_bitmap_get(image, i / image->width, i % image->width)) n += find_mate(&l, i);
    }
    return n;
}

/* The pixels of an image that are matched with some annotation, from the matchings one by one. */
static int64_t count_right(bench *b, const sm_bitmap *image, double radius) {
    static sm_pixel_graph graph;
    static sm_matching matching;
    uint8_t is_right[MOST_PIXELS] = {0};
    sm_bitmap annotation;
    sm_buffer words = {0};
    size_t n_pixels = image->height * image->width;
    int64_t n = 0;
    CHECK(sm_pixel_series_begin(&b->alone, image->height, image->width) == SM_OK);
    CHECK(sm_pixel_series_add(&b->alone, image) == SM_OK);
    for (size_t i = 0; i < N_ANNOTATIONS; i++) {
        CHECK(sm_bitmap_make(&annotation, image->height, image->width, &words) == SM_OK);
        sm_bitmap_pack(b->annotations + i * n_pixels, &annotation);
        CHECK(sm_pixel_graph_build(&graph, &b->alone, &annotation, radius, i) == SM_OK);
        CHECK(sm_matching_begin(&matching, &graph) == SM_OK);
        for (uint32_t node = 0; node < b->alone.n_nodes; node++)
            sm_matching_insert(&matching, node);
        for (uint32_t node = 0; node < b->alone.n_nodes; node++)
            is_right[node] |= matching.nodes[node].mate != SM_NOBODY;
    }
    for (size_t node = 0; node < b->alone.n_nodes; node++) n += is_right[node];
    sm_pixel_graph_release(&graph);
    sm_matching_release(&matching);
    sm_buffer_release(&words);
    return n;
}

/* All images in one series, this way round or the other, against each alone. */
static void check_series(bench *b, size_t height, size_t width, double radius, int backwards) {
    CHECK(sm_pixel_series_begin(&b->series, height, width) == SM_OK);
    for (size_t i = 0; i < N_IMAGES; i++)
        CHECK(sm_pixel_series_add(&b->series, &b->images[backwards ? N_IMAGES - 1 - i : i]) ==
              SM_OK);
    CHECK(sm_boundary_count(&b->counter, &b->series, b->annotations, N_ANNOTATIONS, radius,
                            b->counts) == SM_OK);
    for (size_t i = 0; i < N_IMAGES; i++) {
        sm_boundary_counts alone;
        const sm_bitmap *image = &b->images[backwards ? N_IMAGES - 1 - i : i];
        CHECK(count_alone(b, image, N_ANNOTATIONS, radius, &alone) == SM_OK);
        CHECK(same_counts(alone, b->counts[i]));
    }
}

static void check_definition(bench *b, size_t height, size_t width, double radius) {
    size_t n_pixels = height * width;
    for (size_t i = 0; i < N_IMAGES; i += 13) {
        sm_boundary_counts expected = {0}, counts;
        for (size_t k = 0; k < N_ANNOTATIONS; k++) {
            const uint8_t *annotation = b->annotations + k * n_pixels;
            expected.found += most_pairs(&b->images[i], annotation, radius);
            for (size_t at = 0; at < n_pixels; at++) expected.annotated += annotation[at] != 0;
        }
        expected.predicted = (int64_t)sm_bitmap_count(&b->images[i]);
        expected.right = count_right(b, &b->images[i], radius);
        CHECK(count_alone(b, &b->images[i], N_ANNOTATIONS, radius, &counts) == SM_OK);
        CHECK(same_counts(counts, expected));
    }
}

static void check_size(bench *b, size_t height, size_t width, double radius) {
    make_images(b, height, width, (uint32_t)(height * width));
    check_series(b, height, width, radius, 0);
    check_series(b, height, width, radius, 1);
    check_definition(b, height, width, radius);
}

/* No image, no annotation, and radii that are none. */
static void check_extremes(bench *b) {
    make_images(b, 3, 5, 1);
    CHECK(sm_pixel_series_begin(&b->series, 3, 5) == SM_OK);
    CHECK(sm_boundary_count(&b->counter, &b->series, b->annotations, 2, 1, b->counts) == SM_OK);
    CHECK(count_alone(b, &b->images[1], 0, 1, b->counts) == SM_OK);
    CHECK(b->counts->found == 0 && b->counts->annotated == 0 && b->counts->right == 0);
    CHECK(b->counts->predicted == (int64_t)sm_bitmap_count(&b->images[1]));
    CHECK(count_alone(b, &b->images[1], 1, -1, b->counts) == SM_INVALID);
    CHECK(count_alone(b, &b->images[1], 1, 2 * SM_MAX_RADIUS, b->counts) == SM_INVALID);
}

int main(void) {
    static bench b;
    check_size(&b, 1, 1, 0);
    check_size(&b, 1, 1, 3);
    check_size(&b, HEIGHT, MOST_WIDTH, 2);
    check_size(&b, HEIGHT, 64, 0.5);
    check_size(&b, HEIGHT, 63, 1);
    check_size(&b, 1, MOST_WIDTH, 4.33706);
    check_size(&b, HEIGHT, 1, 1.5);
    check_size(&b, HEIGHT, 20, SM_MAX_RADIUS);
    check_extremes(&b);
    for (size_t i = 0; i < N_IMAGES; i++) sm_buffer_release(&b.words[i]);
    sm_pixel_series_release(&b.series);
    sm_pixel_series_release(&b.alone);
    sm_boundary_counter_release(&b.counter);
    CHECK_SUMMARY();
}
