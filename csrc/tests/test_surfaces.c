#include "surfaces.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* A copy of its own size, so that a sanitizer sees a byte read beyond it. */
static uint8_t *copied(const uint8_t *bytes, size_t n) {
    uint8_t *copy = malloc(n);
    return memcpy(copy, bytes, n);
}

static void check_plane(void) {
    const uint8_t pixels[4 * 5] = {
        0, 0, 0, 0, 0, /* a margin of one pixel, and amid it */
        0, 1, 1, 1, 0, /* two rows of three */
        0, 1, 0, 1, 0, /**/
        0, 0, 0, 0, 0,
    };
    uint8_t *bytes = copied(pixels, sizeof pixels);
    sm_mask mask = {bytes, {4, 1, 5}, 2};
    uint8_t *corners = malloc(3 * 4), *edges = malloc(2 * 3);
    sm_corner_codes(&mask, corners);
    const uint8_t expected[3 * 4] = {8, 10, 10, 2, 12, 7, 13, 3, 4, 1, 4, 1};
    CHECK(memcmp(corners, expected, sizeof expected) == 0);
    sm_edge_codes(&mask, edges);
    const uint8_t expected_edges[2 * 3] = {1, 1, 1, 1, 0, 1};
    CHECK(memcmp(edges, expected_edges, sizeof expected_edges) == 0);
    free(corners);
    free(edges);
    free(bytes);
}

/* A cube of 3 pixels: only the middle one is no edge; 8 corners of the cube see one pixel each. */
static void check_volume(void) {
    uint8_t *bytes = calloc(125, 1), *corners = malloc(64), *edges = malloc(27);
    for (int z = 1; z < 4; z++)
        for (int y = 1; y < 4; y++) memset(bytes + 25 * z + 5 * y + 1, 1, 3);
    sm_mask mask = {bytes, {5, 5, 5}, 3};
    sm_corner_codes(&mask, corners);
    sm_edge_codes(&mask, edges);
    CHECK(corners[0] == 1 << 7 && corners[3] == 1 << 3 && corners[63] == 1);
    CHECK(corners[1] == (1 << 3 | 1 << 7));
    size_t n_corners = 0, n_edges = 0;
    for (int i = 0; i < 64; i++) n_corners += corners[i] != 0;
    for (int i = 0; i < 27; i++) n_edges += edges[i];
    CHECK(n_corners == 64 - 8);
    CHECK(n_edges == 26 && edges[13] == 0);
    free(bytes);
    free(corners);
    free(edges);
}

static void check_box(void) {
    sm_box box = {{0}, {0}};
    for (size_t n = 1; n < 40; n++) {
        uint8_t *bytes = calloc(3 * n, 1);
        sm_mask mask = {bytes, {3, 1, n}, 2};
        sm_box none = {{0}, {0}};
        sm_box_extend(&none, &mask);
        CHECK(none.end[0] == 0 && none.end[2] == 0);
        bytes[n + n / 2] = bytes[2 * n + n / 3] = 1;
        box = (sm_box){{0}, {0}};
        sm_box_extend(&box, &mask);
        CHECK(box.first[0] == 1 && box.end[0] == 3);
        CHECK(box.first[1] == 0 && box.end[1] == 1);
        CHECK(box.first[2] == n / 3 && box.end[2] == n / 2 + 1);
        free(bytes);
    }
    const uint8_t dot[4] = {1, 0, 0, 0};
    sm_mask mask = {dot, {4, 1, 1}, 2};
    sm_box_extend(&box, &mask);
    CHECK(box.first[0] == 0 && box.end[0] == 4 - 1 && box.first[2] == 0);
}

int main(void) {
    check_plane();
    check_volume();
    check_box();
    CHECK_SUMMARY();
}
