#include "distance_transform.h"

#include "check.h"

#include <math.h>
#include <stdlib.h>

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static double squared(double x) {
    return x * x;
}

/* By the definition: every site is looked at. */
static double nearest(const uint8_t *sites, const sm_grid *grid, size_t point) {
    size_t n_rows = grid->extent[1], n = grid->extent[2];
    const double *spacing = grid->spacing;
    double best = INFINITY;
    for (size_t i = 0; i < sm_grid_points(grid); i++) {
        if (!sites[i]) continue;
        double z = (double)(point / n / n_rows) - (double)(i / n / n_rows);
        double y = (double)(point / n % n_rows) - (double)(i / n % n_rows);
        double x = (double)(point % n) - (double)(i % n);
        double square = squared(z * spacing[0]) + squared(y * spacing[1]) + squared(x * spacing[2]);
        if (square < best) best = square;
    }
    return sqrt(best);
}

static int is_close(double a, double b) {
    return a == b || fabs(a - b) <= 1e-14 * b;
}

/* About one site in `rarity`; allocations of their own size, for the sanitizer. */
static void check_grid(sm_grid grid, uint32_t rarity, uint32_t *state, sm_buffer *scratch) {
    size_t n = sm_grid_points(&grid), n_chosen = 0;
    uint8_t *sites = malloc(n), *chosen = malloc(n);
    double *distances = malloc(n * sizeof *distances), *at = malloc(n * sizeof *at);
    for (size_t i = 0; i < n; i++) sites[i] = next_random(state) % rarity == 0;
    for (size_t i = 0; i < n; i++) chosen[i] = (uint8_t)(next_random(state) % 5);
    CHECK(sm_distance_transform(sites, &grid, distances, scratch) == SM_OK);
    CHECK(sm_distances_at(chosen, sites, &grid, at, scratch) == SM_OK);
    for (size_t i = 0; i < n; i++) {
        CHECK(is_close(distances[i], nearest(sites, &grid, i)));
        if (chosen[i]) CHECK(is_close(at[n_chosen++], nearest(sites, &grid, i)));
    }
    free(sites);
    free(chosen);
    free(distances);
    free(at);
}

static void check_refusals(sm_buffer *scratch) {
    const uint8_t site = 1;
    double distance;
    sm_grid none = {{1, 0, 1}, {1, 1, 1}};
    sm_grid long_one = {{(size_t)SM_MOST_POINTS + 1, 1, 1}, {1, 1, 1}};
    sm_grid vast = {{SM_MOST_POINTS, SM_MOST_POINTS, SM_MOST_POINTS}, {1, 1, 1}};
    sm_grid too_large = {{SM_MOST_POINTS, SM_MOST_POINTS, 8}, {1, 1, 1}};
    CHECK(sm_distance_transform(&site, &none, &distance, scratch) == SM_INVALID);
    CHECK(sm_distance_transform(&site, &long_one, &distance, scratch) == SM_INVALID);
    CHECK(sm_distances_at(&site, &site, &vast, &distance, scratch) == SM_INVALID);
    CHECK(sm_distances_at(&site, &site, &too_large, &distance, scratch) == SM_NO_MEMORY);
}

int main(void) {
    sm_buffer scratch = {0};
    uint32_t state = 3;
    const size_t extents[][3] = {{1, 1, 1}, {9, 1, 1},  {1, 9, 1}, {1, 1, 9},
                                 {7, 1, 8}, {20, 1, 3}, {5, 6, 7}, {8, 4, 3}};
    for (size_t i = 0; i < sizeof extents / sizeof *extents; i++) {
        for (uint32_t rarity = 1; rarity < 300; rarity = 3 * rarity + 1) {
            const size_t *extent = extents[i];
            sm_grid grid = {{extent[0], extent[1], extent[2]}, {1, 1, 1}};
            check_grid(grid, rarity, &state, &scratch);
            grid.spacing[0] = 2.5, grid.spacing[1] = 0.7, grid.spacing[2] = 0.1;
            check_grid(grid, rarity, &state, &scratch);
        }
    }
    check_refusals(&scratch);
    sm_buffer_release(&scratch);
    CHECK_SUMMARY();
}
