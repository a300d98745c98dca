#include "pixel_graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Costs leave room for sums of a few of them. */
enum { COST_BITS = 61, MOST_HASH_BITS = 32, FEWEST_HASH_BITS = 6, INSERTION_MOST = 64 };

/* The quarter of the disk right of its middle and below, as far as it can lie in the image. */
typedef struct disk {
    size_t down, across;  /* pixels from the middle to the last row and column */
    const size_t *sides;  /* [down + 1]: how far each row reaches from the middle */
    const int64_t *costs; /* [(down + 1) * (across + 1)] */
} disk;

typedef struct scale {
    unsigned shift, hash_bits;
    uint64_t salt;
} scale;

static unsigned bit_length(uint64_t value) {
    return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

static uint64_t mixed(uint64_t x) {
    x ^= x >> 31;
    x *= UINT64_C(0x7fb5d329728ea185);
    x ^= x >> 27;
    x *= UINT64_C(0x81dadef4bc2dd44d);
    return x ^ x >> 33;
}

/* A way to one pair more takes at most an arc for each mark and one, in exchange for others. */
static uint64_t worth_of_a_pair(const sm_pixel_graph *graph, double longest) {
    return (graph->marks.n + 1) * (uint64_t)ceil(100 * longest) + 1;
}

static sm_status make_scale(sm_pixel_graph *graph, double longest, uint64_t salt, scale *out) {
    uint64_t unmatched = worth_of_a_pair(graph, longest);
    unsigned taken = bit_length(unmatched), counted = bit_length(graph->marks.n);
    if (taken + counted + FEWEST_HASH_BITS > COST_BITS) return SM_INVALID;
    out->shift = COST_BITS - taken;
    out->hash_bits = out->shift - counted;
    if (out->hash_bits > MOST_HASH_BITS) out->hash_bits = MOST_HASH_BITS;
    out->salt = mixed(salt + 1);
    graph->unmatched = (int64_t)(unmatched << out->shift);
    return SM_OK;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static sm_status make_disk(sm_pixel_graph *graph, const sm_pixel_series *series, double radius,
                           unsigned shift, disk *out) {
    size_t down = smaller((size_t)radius, series->height - 1);
    size_t across = smaller((size_t)radius, series->width - 1);
    size_t n_costs = (down + 1) * (across + 1);
    if (sm_buffer_reserve(&graph->disk, n_costs + down + 1, sizeof(int64_t)) != SM_OK)
        return SM_NO_MEMORY;
    int64_t *cost = graph->disk.data;
    size_t *sides = (size_t *)(cost + n_costs);
    *out = (disk){down, across, sides, cost};
    for (size_t y = 0; y <= down; y++) {
        for (size_t x = 0; x <= across; x++) {
            double squared = (double)(y * y + x * x);
            if (squared <= radius * radius) sides[y] = x;
            *cost++ = (int64_t)((uint64_t)rint(100 * sqrt(squared)) << shift);
        }
    }
    return SM_OK;
}

/* The pixels of the image, row by row. */
static sm_status list_marks(sm_pixel_graph *graph, const sm_bitmap *image) {
    graph->marks.n = sm_bitmap_count(image);
    if (sm_buffer_reserve(&graph->places, graph->marks.n + 1, sizeof(uint32_t)) != SM_OK)
        return SM_NO_MEMORY;
    uint32_t *place = graph->places.data;
    for (size_t y = 0; y < image->height; y++)
        for (size_t w = 0; w < image->row_words; w++)
            for (uint64_t word = sm_bitmap_row(image, y)[w]; word; word &= word - 1)
                *place++ = (uint32_t)(y * image->width + w * SM_WORD_PIXELS +
                                      (unsigned)__builtin_ctzll(word));
    return SM_OK;
}

static int by_cost(const void *a, const void *b) {
    const sm_arc *one = a, *other = b;
    if (one->cost != other->cost) return one->cost < other->cost ? -1 : 1;
    return (one->to > other->to) - (one->to < other->to);
}

static void sort_by_cost(sm_arc *arcs, size_t n) {
    if (n > INSERTION_MOST) {
        qsort(arcs, n, sizeof *arcs, by_cost);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        sm_arc arc = arcs[i];
        size_t at = i;
        for (; at > 0 && arcs[at - 1].cost > arc.cost; at--) arcs[at] = arcs[at - 1];
        arcs[at] = arc;
    }
}

typedef struct builder {
    const sm_pixel_series *series;
    disk disk;
    scale scale;
    sm_arcs *marks;
    size_t n_arcs;
} builder;

/* Pixels from..to of row y of the series that are set in some image, by word w of the row. */
static inline uint64_t word_within(const uint64_t *row, size_t w, size_t from, size_t to) {
    uint64_t word = row[w];
    if (w == from / SM_WORD_PIXELS) word &= ~(uint64_t)0 << from % SM_WORD_PIXELS;
    if (w == to / SM_WORD_PIXELS)
        word &= ~(uint64_t)0 >> (SM_WORD_PIXELS - 1 - to % SM_WORD_PIXELS);
    return word;
}

static sm_status reserve_arcs(builder *b, size_t more) {
    if (b->n_arcs + more > UINT32_MAX) return SM_NO_MEMORY;
    return sm_buffer_reserve(&b->marks->arcs, b->n_arcs + more + 1, sizeof(sm_arc));
}

/* Adds the arcs from the mark at (row, column) to nodes of row y. */
static sm_status add_row(builder *b, size_t row, size_t column, size_t y) {
    const sm_pixel_series *series = b->series;
    size_t down = y > row ? y - row : row - y, side = b->disk.sides[down];
    size_t from = column > side ? column - side : 0;
    size_t to = smaller(column + side, series->width - 1);
    const uint64_t *words = sm_bitmap_row(&series->ever, y);
    const int32_t *nodes = (const int32_t *)series->node_of.data + y * series->width;
    const int64_t *costs = b->disk.costs + down * (b->disk.across + 1);
    uint64_t of_mark = b->scale.salt ^ (uint64_t)(row * series->width + column) << 32;
    for (size_t w = from / SM_WORD_PIXELS; w <= to / SM_WORD_PIXELS; w++) {
        uint64_t word = word_within(words, w, from, to);
        if (word && reserve_arcs(b, SM_WORD_PIXELS) != SM_OK) return SM_NO_MEMORY;
        sm_arc *arc = (sm_arc *)b->marks->arcs.data + b->n_arcs;
        for (; word; word &= word - 1) {
            size_t x = w * SM_WORD_PIXELS + (unsigned)__builtin_ctzll(word);
            uint64_t hash = mixed(of_mark ^ (uint64_t)(y * series->width + x));
            hash >>= 64 - b->scale.hash_bits;
            *arc++ = (sm_arc){costs[x > column ? x - column : column - x] + (int64_t)hash,
                              (uint32_t)nodes[x]};
            b->n_arcs++;
        }
    }
    return SM_OK;
}

static sm_status add_mark(builder *b, uint32_t place) {
    size_t row = place / b->series->width, column = place % b->series->width;
    size_t down = b->disk.down, first = b->n_arcs;
    size_t top = row > down ? row - down : 0;
    size_t bottom = smaller(row + down, b->series->height - 1);
    for (size_t y = top; y <= bottom; y++)
        if (add_row(b, row, column, y) != SM_OK) return SM_NO_MEMORY;
    sort_by_cost((sm_arc *)b->marks->arcs.data + first, b->n_arcs - first);
    return SM_OK;
}

static sm_status add_marks(builder *b, const uint32_t *places) {
    if (sm_buffer_reserve(&b->marks->starts, b->marks->n + 1, sizeof(uint32_t)) != SM_OK ||
        reserve_arcs(b, 0) != SM_OK)
        return SM_NO_MEMORY;
    for (size_t i = 0; i < b->marks->n; i++) {
        ((uint32_t *)b->marks->starts.data)[i] = (uint32_t)b->n_arcs;
        if (add_mark(b, places[i]) != SM_OK) return SM_NO_MEMORY;
    }
    ((uint32_t *)b->marks->starts.data)[b->marks->n] = (uint32_t)b->n_arcs;
    return SM_OK;
}

/* The same arcs from the other side. */
static sm_status turn_round(const sm_arcs *marks, sm_arcs *nodes) {
    const uint32_t *mark_starts = marks->starts.data;
    const sm_arc *arcs = marks->arcs.data;
    size_t n_arcs = mark_starts[marks->n];
    if (sm_buffer_reserve(&nodes->starts, nodes->n + 2, sizeof(uint32_t)) != SM_OK ||
        sm_buffer_reserve(&nodes->arcs, n_arcs + 1, sizeof(sm_arc)) != SM_OK)
        return SM_NO_MEMORY;
    uint32_t *next = (uint32_t *)nodes->starts.data + 1; /* becomes starts once it has run along */
    memset(nodes->starts.data, 0, (nodes->n + 2) * sizeof *next);
    for (size_t i = 0; i < n_arcs; i++)
        if (arcs[i].to + 1 < nodes->n) next[arcs[i].to + 1]++;
    for (size_t i = 1; i < nodes->n; i++) next[i] += next[i - 1];
    sm_arc *turned = nodes->arcs.data;
    for (size_t mark = 0; mark < marks->n; mark++)
        for (size_t i = mark_starts[mark]; i < mark_starts[mark + 1]; i++)
            turned[next[arcs[i].to]++] = (sm_arc){arcs[i].cost, (uint32_t)mark};
    const uint32_t *starts = nodes->starts.data;
    for (size_t i = 0; i < nodes->n; i++)
        sort_by_cost(turned + starts[i], starts[i + 1] - starts[i]);
    return SM_OK;
}

sm_status sm_pixel_graph_build(sm_pixel_graph *graph, const sm_pixel_series *series,
                               const sm_bitmap *image, double radius, uint64_t salt) {
    builder b = {.series = series, .marks = &graph->marks};
    if (!(radius >= 0 && radius <= SM_MAX_RADIUS)) return SM_INVALID;
    if (list_marks(graph, image) != SM_OK) return SM_NO_MEMORY;
    graph->nodes.n = series->n_nodes;
    double longest = fmin(radius, (double)(series->height + series->width));
    if (make_scale(graph, longest, salt, &b.scale) != SM_OK) return SM_INVALID;
    if (make_disk(graph, series, radius, b.scale.shift, &b.disk) != SM_OK) return SM_NO_MEMORY;
    if (add_marks(&b, graph->places.data) != SM_OK) return SM_NO_MEMORY;
    return turn_round(&graph->marks, &graph->nodes);
}

void sm_pixel_graph_release(sm_pixel_graph *graph) {
    sm_buffer *buffers[] = {&graph->nodes.starts, &graph->nodes.arcs, &graph->marks.starts,
                            &graph->marks.arcs,   &graph->places,     &graph->disk};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) sm_buffer_release(buffers[i]);
    *graph = (sm_pixel_graph){0};
}
