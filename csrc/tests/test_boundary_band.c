#include "boundary_band.h"

#include "check.h"

#include <string.h>

static void check_distances(void) {
    CHECK(sm_band_distance(480, 640, 0.02) == 16);
    CHECK(sm_band_distance(3, 4, 0.5) == 2); /* 2.5, to the even neighbour */
    CHECK(sm_band_distance(9, 12, 0.5) == 8);
    CHECK(sm_band_distance(1, 1, 0) == 1);
    CHECK(sm_band_distance(SM_MAX_PIXELS, 1, 1e300) == SM_MAX_PIXELS);
}

/* Runs of a mask in an image of 70 rows, and those of its band at a distance. */
static void check_band(const sm_run *runs, size_t n, uint32_t distance, const sm_run *expected,
                       size_t n_expected) {
    sm_measured_runs mask = {.runs = runs, .n = n, .height = 70};
    sm_band_scratch scratch = {{0}, {0}};
    sm_buffer out = {0};
    size_t found = 99;
    sm_runs_measure(runs, n, mask.height, &mask.extent);
    CHECK(sm_band_of_runs(&mask, distance, &scratch, &out, 1, &found) == SM_OK);
    CHECK(found == n_expected);
    if (found == n_expected && found > 0)
        CHECK(memcmp((sm_run *)out.data + 1, expected, found * sizeof *expected) == 0);
    sm_band_scratch_release(&scratch);
    sm_buffer_release(&out);
}

static void check_bands(void) {
    /* All of three columns: one run, and the middle column's ends join its neighbours. */
    const sm_run whole[] = {{0, 210}};
    const sm_run rim[] = {{0, 71}, {139, 210}};
    check_band(whole, 1, 1, rim, 2);
    check_band(whole, 1, 2, whole, 1); /* three columns are too few for a distance of 2 */
    /* Three rows of columns 1 to 3, with the middle one inside. */
    const sm_run block[] = {{80, 83}, {150, 153}, {220, 223}};
    const sm_run ring[] = {{80, 83}, {150, 151}, {152, 153}, {220, 223}};
    check_band(block, 3, 1, ring, 4);
    check_band(NULL, 0, 1, NULL, 0);
    /* A stretch of 64 bits ends with its word. */
    const sm_run tall[] = {{3, 67}, {73, 137}, {143, 207}};
    const sm_run hollow[] = {{3, 67}, {73, 74}, {136, 137}, {143, 207}};
    check_band(tall, 3, 1, hollow, 4);
}

int main(void) {
    check_distances();
    check_bands();
    CHECK_SUMMARY();
}
