#include "merge_tree.h"

#include "check.h"

enum { MAX_SIDE = 12, MAX_PIXELS = MAX_SIDE * MAX_SIDE, MAX_GRID = 2 * MAX_SIDE + 1, N_LEVELS = 4 };

static const double THRESHOLDS[N_LEVELS] = {0.1, 0.2, 0.5, 0.9};

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

typedef struct grid {
    double values[MAX_GRID * MAX_GRID];
    size_t rows, columns;
    uint8_t seen[MAX_GRID * MAX_GRID];
} grid;

static void draw(uint32_t *state, uint32_t density, grid *map) {
    static const double HEIGHTS[] = {0, 0.1, 0.15, 0.5, 0.7, 1};
    for (size_t i = 0; i < map->rows * map->columns; i++) {
        int is_pixel = i / map->columns % 2 == 1 && i % map->columns % 2 == 1;
        int is_low = next_random(state) % 10 >= density;
        map->values[i] = is_pixel || is_low ? 0 : HEIGHTS[next_random(state) % 6];
    }
}

/* Marks everything that hangs together with element (row, column), 8-connected. */
static void flood(grid *map, double t, size_t row, size_t column) {
    if (row >= map->rows || column >= map->columns) return; /* below 0 is beyond the end too */
    size_t i = row * map->columns + column;
    if (map->seen[i] || map->values[i] > t) return;
    map->seen[i] = 1;
    for (size_t near = 0; near < 9; near++)
        flood(map, t, row + near / 3 - 1, column + near % 3 - 1);
}

/* labels as they should be: numbered in order of first pixels. Returns how many. */
static uint32_t label(grid *map, double t, uint32_t *labels) {
    size_t width = map->columns / 2, n_pixels = map->rows / 2 * width;
    uint32_t n = 0;
    for (size_t i = 0; i < n_pixels; i++) labels[i] = UINT32_MAX;
    for (size_t i = 0; i < n_pixels; i++) {
        if (labels[i] != UINT32_MAX) continue;
        for (size_t k = 0; k < sizeof map->seen; k++) map->seen[k] = 0;
        flood(map, t, 2 * (i / width) + 1, 2 * (i % width) + 1);
        for (size_t k = i; k < n_pixels; k++) {
            if (map->seen[(2 * (k / width) + 1) * map->columns + 2 * (k % width) + 1])
                labels[k] = n;
        }
        n++;
    }
    return n;
}

static void check_tree(grid *map) {
    uint32_t labels[MAX_PIXELS], expected[MAX_PIXELS], into[MAX_PIXELS];
    sm_merge_tree tree = {0};
    sm_contours contours = {map->values, map->rows / 2, map->columns / 2};
    size_t n_pixels = contours.height * contours.width;
    CHECK(sm_merge_tree_build(&tree, contours, THRESHOLDS, N_LEVELS, labels) == SM_OK);
    uint32_t n = tree.n_regions;
    for (size_t level = 0; level < N_LEVELS; level++) {
        CHECK(n == label(map, THRESHOLDS[level], expected));
        for (size_t i = 0; i < n_pixels; i++) CHECK(labels[i] == expected[i]);
        n = sm_merge_tree_advance(&tree, into);
        for (size_t i = 0; i < n_pixels; i++) labels[i] = into[labels[i]];
    }
    sm_merge_tree_release(&tree);
}

static void check_limits(void) {
    sm_merge_tree tree = {0};
    double one[9] = {0};
    uint32_t label_of_one = 7;
    sm_contours huge = {one, UINT32_MAX, 2}, single = {one, 1, 1}, none = {one, 0, 0};
    CHECK(sm_merge_tree_build(&tree, huge, THRESHOLDS, 1, &label_of_one) == SM_INVALID);
    CHECK(sm_merge_tree_build(&tree, single, THRESHOLDS, 0, &label_of_one) == SM_INVALID);
    CHECK(sm_merge_tree_build(&tree, none, THRESHOLDS, 1, &label_of_one) == SM_OK);
    CHECK(tree.n_regions == 0);
    sm_merge_tree_release(&tree);
    CHECK(sm_merge_tree_build(&tree, single, THRESHOLDS, 1, &label_of_one) == SM_OK);
    CHECK(tree.n_regions == 1 && label_of_one == 0);
    sm_merge_tree_release(&tree);
}

int main(void) {
    uint32_t state = 1;
    for (size_t height = 1; height <= MAX_SIDE; height += 2) {
        for (size_t width = 1; width <= MAX_SIDE; width += 3) {
            for (uint32_t density = 0; density <= 10; density += 2) {
                static grid map;
                map.rows = 2 * height + 1;
                map.columns = 2 * width + 1;
                draw(&state, density, &map);
                check_tree(&map);
            }
        }
    }
    check_limits();
    CHECK_SUMMARY();
}
