#include "pixel_graph.h"

#include "check.h"
#include "made_images.h"

#include <math.h>

static size_t distance_squared(const sm_bitmap *image, size_t a, size_t b) {
    size_t ay = a / image->width, ax = a % image->width;
    size_t by = b / image->width, bx = b % image->width;
    size_t y = ay > by ? ay - by : by - ay, x = ax > bx ? ax - bx : bx - ax;
    return y * y + x * x;
}

/* The arc from i to `to`, or NULL. */
static const sm_arc *find_arc(const sm_arcs *side, size_t i, size_t to) {
    size_t n;
    const sm_arc *arcs = sm_arcs_of(side, i, &n), *found = NULL;
    for (size_t k = 0; k < n; k++) {
        if (arcs[k].to != to) continue;
        CHECK(found == NULL);
        found = arcs + k;
    }
    return found;
}

static void check_order(const sm_arcs *side) {
    for (size_t i = 0; i < side->n; i++) {
        size_t n;
        const sm_arc *arcs = sm_arcs_of(side, i, &n);
        for (size_t k = 1; k < n; k++) CHECK(arcs[k - 1].cost <= arcs[k].cost);
    }
}

/* The power of two that costs are scaled by, from an arc that is not free. */
static int64_t unit_of(const sm_arc *arc, int64_t hundredths) {
    int64_t unit = 1;
    while (unit <= arc->cost / hundredths / 2) unit *= 2;
    return unit;
}

/* Between the pixels of a mark and of a node. */
static void check_pair(const sm_pixel_graph *graph, size_t mark, size_t node, size_t squared,
                       double radius, int64_t *unit) {
    const sm_arc *arc = find_arc(&graph->marks, mark, node);
    const sm_arc *back = find_arc(&graph->nodes, node, mark);
    CHECK((arc != NULL) == ((double)squared <= radius * radius));
    CHECK((arc != NULL) == (back != NULL));
    if (arc == NULL || back == NULL) return;
    CHECK(arc->cost == back->cost && arc->cost < graph->unmatched);
    int64_t hundredths = (int64_t)rint(100 * sqrt((double)squared));
    if (hundredths == 0) return;
    if (*unit == 0) *unit = unit_of(arc, hundredths);
    CHECK(arc->cost / *unit == hundredths);
    CHECK(arc->cost % *unit <= (*unit - 1) / (int64_t)graph->marks.n);
}

static void check_graph(const sm_pixel_graph *graph, const sm_pixel_series *series,
                        const sm_bitmap *image, double radius) {
    const int32_t *node_of = series->node_of.data;
    size_t mark = 0;
    int64_t unit = 0;
    CHECK(graph->marks.n == sm_bitmap_count(image) && graph->nodes.n == series->n_nodes);
    for (size_t i = 0; i < image->height * image->width; i++) {
        if (!sm_bitmap_get(image, i / image->width, i % image->width)) continue;
        CHECK(((const uint32_t *)graph->places.data)[mark] == i);
        for (size_t k = 0; k < image->height * image->width; k++)
            if (node_of[k] >= 0)
                check_pair(graph, mark, (size_t)node_of[k], distance_squared(image, i, k), radius,
                           &unit);
        mark++;
    }
    check_order(&graph->nodes);
    check_order(&graph->marks);
}

typedef struct bench {
    sm_pixel_series series;
    sm_pixel_graph graph;
    sm_bitmap image, annotation;
    sm_buffer image_words, annotation_words;
} bench;

static void begin(bench *b, size_t height, size_t width, uint32_t percent, uint32_t state) {
    CHECK(sm_pixel_series_begin(&b->series, height, width) == SM_OK);
    CHECK(sm_bitmap_make(&b->image, height, width, &b->image_words) == SM_OK);
    CHECK(sm_bitmap_make(&b->annotation, height, width, &b->annotation_words) == SM_OK);
    for (int i = 0; i < 2; i++) {
        draw_noise(&b->image, percent, &state);
        CHECK(sm_pixel_series_add(&b->series, &b->image) == SM_OK);
    }
    draw_noise(&b->annotation, percent, &state);
}

static void check_size(bench *b, size_t height, size_t width) {
    static const double radii[] = {0, 1e-9, 0.5, 1, 1.5, 2.2360679, 4.33706, 40, SM_MAX_RADIUS};
    for (uint32_t percent = 0; percent <= 40; percent += 20) {
        begin(b, height, width, percent, (uint32_t)(width + percent));
        for (size_t i = 0; i < sizeof radii / sizeof *radii; i++) {
            CHECK(sm_pixel_graph_build(&b->graph, &b->series, &b->annotation, radii[i], 5) ==
                  SM_OK);
            check_graph(&b->graph, &b->series, &b->annotation, radii[i]);
        }
    }
}

/* What else is in the series changes no cost; another salt does. */
static void check_ties(bench *b) {
    sm_pixel_series alone = {0};
    sm_pixel_graph graph = {0};
    begin(b, 20, 70, 30, 1);
    CHECK(sm_pixel_series_begin(&alone, 20, 70) == SM_OK);
    CHECK(sm_pixel_series_add(&alone, &b->image) == SM_OK);
    CHECK(sm_pixel_graph_build(&b->graph, &b->series, &b->annotation, 3, 0) == SM_OK);
    const int32_t *node_of = b->series.node_of.data, *alone_of = alone.node_of.data;
    for (uint64_t salt = 0; salt < 2; salt++) {
        size_t n_same = 0, n_other = 0;
        CHECK(sm_pixel_graph_build(&graph, &alone, &b->annotation, 3, salt) == SM_OK);
        for (size_t i = 0; i < 20 * 70; i++) {
            for (size_t mark = 0; alone_of[i] >= 0 && mark < graph.marks.n; mark++) {
                const sm_arc *arc = find_arc(&graph.nodes, (size_t)alone_of[i], mark);
                const sm_arc *other = find_arc(&b->graph.nodes, (size_t)node_of[i], mark);
                CHECK((arc == NULL) == (other == NULL));
                if (arc == NULL || other == NULL) continue;
                if (arc->cost == other->cost)
                    n_same++;
                else
                    n_other++;
            }
        }
        CHECK(salt == 0 ? n_same > 0 && n_other == 0 : n_other > n_same);
    }
    sm_pixel_series_release(&alone);
    sm_pixel_graph_release(&graph);
}

static void check_refusals(bench *b) {
    static const double radii[] = {-1, -1e-300, SM_MAX_RADIUS * 1.0000001, INFINITY, NAN};
    begin(b, 4, 4, 50, 1);
    for (size_t i = 0; i < sizeof radii / sizeof *radii; i++)
        CHECK(sm_pixel_graph_build(&b->graph, &b->series, &b->annotation, radii[i], 0) ==
              SM_INVALID);
}

/* So many marks at so large a radius that costs and hashes need more bits than there are. */
static void check_overflow(bench *b) {
    begin(b, 2048, 2048, 0, 1);
    for (size_t y = 0; y < 2048; y++) memset(sm_bitmap_row(&b->annotation, y), 0xff, 2048 / 8);
    CHECK(sm_pixel_graph_build(&b->graph, &b->series, &b->annotation, SM_MAX_RADIUS, 0) ==
          SM_INVALID);
    CHECK(sm_pixel_graph_build(&b->graph, &b->series, &b->annotation, 1, 0) == SM_OK);
}

/* The memory does not grow with what lies beyond the image. */
static void check_long_image(bench *b) {
    begin(b, 1, 200000, 0, 1);
    sm_bitmap_set(&b->annotation, 0, 0);
    sm_bitmap_set(&b->image, 0, 100000);
    CHECK(sm_pixel_series_add(&b->series, &b->image) == SM_OK);
    CHECK(sm_pixel_graph_build(&b->graph, &b->series, &b->annotation, SM_MAX_RADIUS, 0) == SM_OK);
    int64_t unit = 0;
    check_pair(&b->graph, 0, 0, (size_t)100000 * 100000, SM_MAX_RADIUS, &unit);
    CHECK(b->graph.disk.capacity <= 16 * 200000);
}

int main(void) {
    static const size_t sizes[][2] = {{1, 1},  {1, 70}, {70, 1}, {6, 63},
                                      {6, 64}, {6, 65}, {12, 12}};
    bench b = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check_size(&b, sizes[i][0], sizes[i][1]);
    check_ties(&b);
    check_refusals(&b);
    check_overflow(&b);
    check_long_image(&b);
    sm_pixel_graph_release(&b.graph);
    sm_pixel_series_release(&b.series);
    sm_buffer_release(&b.image_words);
    sm_buffer_release(&b.annotation_words);
    CHECK_SUMMARY();
}
