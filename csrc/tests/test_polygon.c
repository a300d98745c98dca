#include "polygon.h"

#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 20000, MAX_VERTICES = 48, MAX_SIDE = 40 };

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static int32_t between(uint32_t *state, int32_t low, int32_t high) {
    return low + (int32_t)(next_random(state) % (uint32_t)(high - low + 1));
}

typedef struct walk {
    uint32_t height, width;
    uint8_t *toggles;
    int has_point;
    int32_t u, v;
} walk;

/* The definition, point by point. */
static void visit(walk *on, int32_t u, int32_t v) {
    if (on->has_point && u != on->u) {
        double column = ((u < on->u ? u : on->u) + .5) / 5 - .5;
        double row = ((v < on->v ? v : on->v) + .5) / 5 - .5;
        row = ceil(fmin(fmax(row, 0), on->height));
        if (column == floor(column) && column >= 0 && column <= on->width - 1.)
            on->toggles[(uint32_t)column * on->height + (uint32_t)row] ^= 1;
    }
    on->has_point = 1;
    on->u = u;
    on->v = v;
}

static void walk_edge(walk *on, const int32_t *from, const int32_t *to) {
    int along = abs(to[0] - from[0]) >= abs(to[1] - from[1]) ? 0 : 1, across = 1 - along;
    int32_t length = abs(to[along] - from[along]);
    const int32_t *start = from[along] <= to[along] ? from : to, *end = start == from ? to : from;
    double slope = length > 0 ? (double)(end[across] - start[across]) / length : 0;
    for (int32_t i = 0; i <= length; i++) {
        int32_t t = start == from ? i : length - i, point[2];
        point[along] = start[along] + t;
        point[across] = (int32_t)(start[across] + slope * t + .5);
        visit(on, point[0], point[1]);
    }
}

static size_t fill_by_walking(const int32_t *xy, size_t n, uint32_t height, uint32_t width,
                              sm_run *runs) {
    uint8_t pixels[MAX_SIDE * MAX_SIDE + 1] = {0};
    walk on = {.height = height, .width = width, .toggles = pixels};
    for (size_t i = 0; i < n; i++) walk_edge(&on, xy + 2 * i, xy + 2 * ((i + 1) % n));
    for (size_t i = 1; i < (size_t)height * width; i++) pixels[i] ^= pixels[i - 1];
    return sm_runs_encode(pixels, (size_t)height * width, runs);
}

/* Fills into exactly the memory that was promised to suffice, for the sanitizers to watch. */
static void check_fill(const int32_t *xy, size_t n, uint32_t height, uint32_t width,
                       sm_polygon_scratch *scratch, const sm_run *expected, size_t n_expected) {
    size_t n_runs, bound = sm_polygon_runs_bound(xy, n, width);
    sm_run *runs = malloc(bound * sizeof *runs + 1);
    CHECK(runs != NULL);
    if (runs == NULL) return;
    CHECK(sm_polygon_fill(xy, n, height, width, scratch, runs, &n_runs) == SM_OK);
    CHECK(n_runs <= bound);
    CHECK(n_runs == n_expected && memcmp(runs, expected, n_runs * sizeof *runs) == 0);
    free(runs);
}

static void check_scale(void) {
    CHECK(sm_polygon_scale(0) == 0 && sm_polygon_scale(2.3) == 12 && sm_polygon_scale(.1) == 1);
    CHECK(sm_polygon_scale(-1) == -4 && sm_polygon_scale(-.29) == 0); /* rounds towards zero */
    CHECK(sm_polygon_scale(SM_MAX_COORDINATE) == 5000000);
}

/* Runs as pycocotools 2.0.11 has them. */
static void check_golden(void) {
    static const struct {
        int32_t xy[8];
        size_t n;
        uint32_t height, width;
        sm_run runs[6];
        size_t n_runs;
    } cases[] = {
        {{5, 5, 35, 12, 15, 40},
         3,
         9,
         8,
         {{10, 12}, {19, 24}, {29, 34}, {38, 42}, {47, 49}, {56, 57}},
         6},
        {{0, 0, 30, 30, 30, 0, 0, 30},
         4,
         6,
         6,
         {{0, 5}, {7, 10}, {14, 15}, {20, 21}, {25, 28}, {30, 35}},
         6},
        {{-17, -10, 21, 5, 10, 50}, 3, 7, 5, {{0, 21}, {22, 25}}, 2},
        {{-44, -44, 495, -44, 495, 495, -44, 495}, 4, 4, 3, {{0, 12}}, 1},
        {{0, 15, 10, 15, 10, 250, 0, 250}, 4, 5, 4, {{3, 5}, {8, 10}}, 2},
        {{5, 30, 15, 30, 15, 45, 5, 45}, 4, 5, 4, {{0, 0}}, 0},
    };
    sm_polygon_scratch scratch = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_fill(cases[i].xy, cases[i].n, cases[i].height, cases[i].width, &scratch,
                   cases[i].runs, cases[i].n_runs);
    sm_polygon_scratch_release(&scratch);
}

/*
 * Outlines of every kind, inside, across and beyond the border, agree with the walk: some on a
 * coarse lattice, where edges are level, upright, diagonal, repeated; some with far vertices; up to
 * 48 vertices, so that columns have many crossings.
 */
static void check_against_walk(void) {
    static const int32_t lattices[] = {1, 1, 5, 10, 25};
    sm_polygon_scratch scratch = {0};
    uint32_t state = 3;
    for (int trial = 0; trial < TRIALS; trial++) {
        int32_t xy[2 * MAX_VERTICES];
        size_t n = (size_t)between(&state, 1, trial % 8 ? 8 : MAX_VERTICES);
        uint32_t height = (uint32_t)between(&state, 1, trial % 5 ? MAX_SIDE : 1);
        uint32_t width = (uint32_t)between(&state, 1, trial % 7 ? MAX_SIDE : 1);
        int32_t lattice = lattices[next_random(&state) % 5], reach = between(&state, 1, 400);
        for (size_t i = 0; i < 2 * n; i++) {
            xy[i] = between(&state, -reach / 2, reach) / lattice * lattice;
            if (next_random(&state) % 64 == 0) xy[i] *= between(&state, 1, 50);
        }
        sm_run expected[MAX_SIDE * MAX_SIDE / 2 + 1];
        size_t n_expected = fill_by_walking(xy, n, height, width, expected);
        check_fill(xy, n, height, width, &scratch, expected, n_expected);
    }
    sm_polygon_scratch_release(&scratch);
}

/* The longest and steepest edges there can be. */
static void check_limits(void) {
    enum { FAR = 5000000, HEIGHT = 40, WIDTH = 13 };
    static const int32_t upright[][6] = {
        {0, 1 - FAR, 1, FAR, 62, 1 - FAR},
        {2, FAR, 3, 1 - FAR, -1, FAR},
        {62, 2 - FAR, 7, FAR - 1, 30, -3},
    };
    static const int32_t square[] = {1 - FAR, 1 - FAR, FAR, 1 - FAR, FAR, FAR, 1 - FAR, FAR};
    static const sm_run first_million = {0, FAR / 5};
    sm_polygon_scratch scratch = {0};
    for (size_t i = 0; i < sizeof upright / sizeof *upright; i++) {
        sm_run expected[HEIGHT * WIDTH / 2];
        size_t n_expected = fill_by_walking(upright[i], 3, HEIGHT, WIDTH, expected);
        check_fill(upright[i], 3, HEIGHT, WIDTH, &scratch, expected, n_expected);
    }
    check_fill(square, 4, SM_MAX_PIXELS, 1, &scratch, &first_million, 1);
    check_fill(square, 4, 1, SM_MAX_PIXELS, &scratch, &first_million, 1);
    sm_polygon_scratch_release(&scratch);
}

int main(void) {
    check_scale();
    check_golden();
    check_against_walk();
    check_limits();
    CHECK_SUMMARY();
}
