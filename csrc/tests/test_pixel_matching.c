#include "pixel_matching.h"

#include "check.h"
#include "made_images.h"

enum { FEW_MARKS = 8, N_SETS = 1 << FEW_MARKS, MOST_NODES = 4096 };

typedef struct bench {
    sm_pixel_series series;
    sm_pixel_graph graph;
    sm_matching matching;
    sm_bitmap image, annotation;
    sm_buffer image_words, annotation_words;
    uint8_t is_present[MOST_NODES], is_matched[MOST_NODES];
} bench;

static void begin(bench *b, size_t height, size_t width) {
    CHECK(sm_pixel_series_begin(&b->series, height, width) == SM_OK);
    CHECK(sm_bitmap_make(&b->image, height, width, &b->image_words) == SM_OK);
    CHECK(sm_bitmap_make(&b->annotation, height, width, &b->annotation_words) == SM_OK);
    memset(b->is_present, 0, sizeof b->is_present);
    memset(b->is_matched, 0, sizeof b->is_matched);
}

static void begin_matching(bench *b, double radius) {
    CHECK(b->series.n_nodes <= MOST_NODES);
    CHECK(sm_pixel_graph_build(&b->graph, &b->series, &b->annotation, radius, 0) == SM_OK);
    CHECK(sm_matching_begin(&b->matching, &b->graph) == SM_OK);
}

static void release(bench *b) {
    sm_matching_release(&b->matching);
    sm_pixel_graph_release(&b->graph);
    sm_pixel_series_release(&b->series);
    sm_buffer_release(&b->image_words);
    sm_buffer_release(&b->annotation_words);
}

/* What a pair adds: it costs less than two unmatched pixels by so much. */
static int64_t worth_of(const bench *b, const sm_arc *arc) {
    return b->graph.unmatched - arc->cost;
}

/* Pairs are arcs, no pixel is in two of them, and what calls have told is true. */
static void check_pairs(const bench *b) {
    const sm_matching *m = &b->matching;
    size_t n_pairs = 0;
    for (uint32_t node = 0; node < b->graph.nodes.n; node++) {
        uint32_t mark = m->nodes[node].mate;
        CHECK((mark != SM_NOBODY) == b->is_matched[node]);
        if (mark == SM_NOBODY) continue;
        CHECK(b->is_present[node] && m->marks[mark].mate == node);
        n_pairs++;
    }
    for (uint32_t mark = 0; mark < b->graph.marks.n; mark++) {
        uint32_t node = m->marks[mark].mate;
        CHECK(node == SM_NOBODY || m->nodes[node].mate == mark);
    }
    CHECK(n_pairs == m->n_pairs);
}

/* The optimality conditions of the linear programme: where they hold, nothing is cheaper. */
static void check_duals(const bench *b) {
    const sm_matching *m = &b->matching;
    size_t n_tight = 0;
    for (uint32_t node = 0; node < b->graph.nodes.n; node++) {
        if (!b->is_present[node]) continue;
        const sm_vertex *x = m->nodes + node;
        size_t n;
        const sm_arc *arc = sm_arcs_of(&b->graph.nodes, node, &n);
        CHECK(x->dual >= 0 && (x->mate != SM_NOBODY || x->dual == 0));
        for (const sm_arc *end = arc + n; arc < end; arc++) {
            int64_t slack = x->dual + m->marks[arc->to].dual - worth_of(b, arc);
            CHECK(slack >= 0);
            if (arc->to != x->mate) continue;
            CHECK(slack == 0);
            n_tight++;
        }
    }
    for (uint32_t mark = 0; mark < b->graph.marks.n; mark++) {
        const sm_vertex *y = m->marks + mark;
        CHECK(y->dual >= 0 && (y->mate != SM_NOBODY || y->dual == 0));
    }
    CHECK(n_tight == m->n_pairs);
}

static void note(bench *b, sm_rematch rematch) {
    if (rematch.lost != SM_NOBODY) CHECK(b->is_matched[rematch.lost]);
    if (rematch.lost != SM_NOBODY) b->is_matched[rematch.lost] = 0;
    if (rematch.won != SM_NOBODY) CHECK(!b->is_matched[rematch.won]);
    if (rematch.won != SM_NOBODY) b->is_matched[rematch.won] = 1;
}

static void change(bench *b, uint32_t node) {
    b->is_present[node] = !b->is_present[node];
    note(b, b->is_present[node] ? sm_matching_insert(&b->matching, node)
                                : sm_matching_remove(&b->matching, node));
}

static void settle(bench *b) {
    for (sm_rematch rest; sm_matching_settle(&b->matching, &rest);) note(b, rest);
}

static void toggle(bench *b, uint32_t node) {
    change(b, node);
    settle(b);
}

static int64_t cost_of_pairs(const bench *b) {
    int64_t cost = 0;
    for (uint32_t node = 0; node < b->graph.nodes.n; node++) {
        size_t n;
        const sm_arc *arc = sm_arcs_of(&b->graph.nodes, node, &n);
        for (size_t i = 0; i < n; i++)
            if (arc[i].to == b->matching.nodes[node].mate) cost += arc[i].cost;
    }
    return cost;
}

/* The least that it costs to match each set of marks, -1 where it cannot be done. */
static void find_costs(const bench *b, int64_t *costs) {
    for (size_t set = 0; set < N_SETS; set++) costs[set] = set > 0 ? -1 : 0;
    for (uint32_t node = 0; node < b->graph.nodes.n; node++) {
        if (!b->is_present[node]) continue;
        size_t n;
        const sm_arc *arc = sm_arcs_of(&b->graph.nodes, node, &n);
        for (size_t set = N_SETS - 1; set > 0; set--) {
            for (size_t i = 0; i < n; i++) {
                int64_t before = set >> arc[i].to & 1 ? costs[set ^ ((size_t)1 << arc[i].to)] : -1;
                if (before < 0) continue;
                int64_t cost = before + arc[i].cost;
                if (costs[set] < 0 || cost < costs[set]) costs[set] = cost;
            }
        }
    }
}

/* The most pairs, and of those matchings the cheapest. */
static void check_best(const bench *b) {
    int64_t costs[N_SETS], least = 0;
    size_t most = 0;
    find_costs(b, costs);
    for (size_t set = 1; set < N_SETS; set++) {
        size_t n_pairs = (size_t)__builtin_popcountll(set);
        if (costs[set] < 0 || n_pairs < most || (n_pairs == most && costs[set] >= least)) continue;
        most = n_pairs;
        least = costs[set];
    }
    CHECK(b->matching.n_pairs == most && cost_of_pairs(b) == least);
}

/* Few marks, many nodes that come and go, against all matchings there are. */
static void check_small(bench *b, size_t height, size_t width, double radius, uint32_t state) {
    begin(b, height, width);
    draw_noise(&b->image, 50, &state);
    CHECK(sm_pixel_series_add(&b->series, &b->image) == SM_OK);
    for (size_t i = 0; i < FEW_MARKS; i++)
        sm_bitmap_set(&b->annotation, next_random(&state) % height, next_random(&state) % width);
    begin_matching(b, radius);
    for (size_t i = 0; i < 60 && b->series.n_nodes > 0; i++) {
        toggle(b, next_random(&state) % (uint32_t)b->series.n_nodes);
        check_pairs(b);
        check_duals(b);
        check_best(b);
    }
}

/* Nodes that come and go, and come again, before what they leave is settled. */
static void check_batches(bench *b, double radius, uint32_t state) {
    begin(b, 5, 6);
    draw_noise(&b->image, 70, &state);
    CHECK(sm_pixel_series_add(&b->series, &b->image) == SM_OK);
    for (size_t i = 0; i < FEW_MARKS; i++)
        sm_bitmap_set(&b->annotation, next_random(&state) % 5, next_random(&state) % 6);
    begin_matching(b, radius);
    for (size_t i = 0; i < 60 && b->series.n_nodes > 0; i++) {
        for (uint32_t n = 1 + next_random(&state) % 40; n > 0; n--)
            change(b, next_random(&state) % (uint32_t)b->series.n_nodes);
        check_pairs(b);
        settle(b);
        check_pairs(b);
        check_duals(b);
        check_best(b);
    }
}

static void check_large(bench *b, double radius, uint32_t percent, uint32_t state) {
    begin(b, 40, 65);
    draw_noise(&b->image, percent, &state);
    draw_noise(&b->annotation, 20, &state);
    CHECK(sm_pixel_series_add(&b->series, &b->image) == SM_OK);
    begin_matching(b, radius);
    for (size_t i = 0; i < 400; i++) {
        toggle(b, next_random(&state) % (uint32_t)b->series.n_nodes);
        check_duals(b);
    }
    check_pairs(b);
}

/* Who comes in which order, and who has gone again, does not matter. */
static void check_order(bench *b, bench *other) {
    uint32_t state = 9;
    begin(b, 40, 65);
    draw_noise(&b->image, 40, &state);
    draw_noise(&b->annotation, 30, &state);
    CHECK(sm_pixel_series_add(&b->series, &b->image) == SM_OK);
    begin_matching(b, 2.5);
    begin(other, 40, 65);
    memcpy(other->annotation.words, b->annotation.words, sm_bitmap_words(&b->annotation) * 8);
    CHECK(sm_pixel_series_add(&other->series, &b->image) == SM_OK);
    begin_matching(other, 2.5);
    uint32_t n = (uint32_t)b->series.n_nodes;
    for (uint32_t node = 0; node < n; node++) toggle(b, node);
    for (uint32_t node = 0; node < n; node += 2) toggle(b, node);
    for (uint32_t node = n; node-- > 0;)
        if (b->is_present[node]) toggle(other, node);
    CHECK(b->matching.n_pairs > 0 && b->matching.n_pairs == other->matching.n_pairs);
    for (uint32_t node = 0; node < n; node++)
        CHECK(b->matching.nodes[node].mate == other->matching.nodes[node].mate);
}

/* All or nothing to match with. */
static void check_extremes(bench *b) {
    uint32_t state = 1;
    begin(b, 1, 1);
    sm_bitmap_set(&b->image, 0, 0);
    CHECK(sm_pixel_series_add(&b->series, &b->image) == SM_OK);
    begin_matching(b, 0);
    toggle(b, 0);
    CHECK(b->matching.n_pairs == 0);
    toggle(b, 0);
    sm_bitmap_set(&b->annotation, 0, 0);
    begin_matching(b, 0);
    for (int i = 0; i < 5; i++) {
        toggle(b, 0);
        CHECK(b->matching.n_pairs == (size_t)(i % 2 == 0));
    }
    begin(b, 9, 64);
    begin_matching(b, 3);
    begin(b, 9, 64);
    draw_noise(&b->image, 100, &state);
    draw_noise(&b->annotation, 100, &state);
    CHECK(sm_pixel_series_add(&b->series, &b->image) == SM_OK);
    begin_matching(b, 2);
    for (uint32_t node = 0; node < 9 * 64; node++) toggle(b, node);
    check_pairs(b);
    check_duals(b);
    CHECK(b->matching.n_pairs == 9 * 64);
}

int main(void) {
    static bench b, other;
    static const double radii[] = {0, 0.5, 1, 1.5, 3, 5, 1000, SM_MAX_RADIUS};
    for (uint32_t i = 0; i < sizeof radii / sizeof *radii; i++) {
        for (uint32_t trial = 0; trial < 6; trial++) {
            check_small(&b, 5, 5, radii[i], 100 * i + trial);
            check_small(&b, 1, 30, radii[i], 100 * i + trial);
            check_small(&b, 30, 1, radii[i], 100 * i + trial);
            check_batches(&b, radii[i], 100 * i + trial);
        }
    }
    check_large(&b, 1, 50, 1);
    check_large(&b, 2, 10, 2);
    check_large(&b, 4.33706, 90, 3);
    check_large(&b, SM_MAX_RADIUS, 5, 4);
    check_order(&b, &other);
    check_extremes(&b);
    release(&b);
    release(&other);
    CHECK_SUMMARY();
}
