#include "morphology.h"

#include "check.h"

enum { RADIUS = 9 };

/* Pixels that no simple rule gives, about a third or all but a third of them. */
static void scribble(const sm_bitmap *bitmap, unsigned seed, int mostly) {
    for (size_t y = 0; y < bitmap->height; y++) {
        for (size_t x = 0; x < bitmap->width; x++) {
            seed = seed * 1103515245u + 12345u;
            unsigned chance = seed >> 16 & 0xff;
            if (mostly ? chance > 6 : chance < 6) sm_bitmap_set(bitmap, y, x);
        }
    }
}

static int is_set(const sm_bitmap *bitmap, long y, long x) {
    int within = y >= 0 && x >= 0 && y < (long)bitmap->height && x < (long)bitmap->width;
    return within && sm_bitmap_get(bitmap, (size_t)y, (size_t)x);
}

/* How many pixels of the shape put over (y, x) are set. */
static size_t count_about(const sm_bitmap *bitmap, const sm_reach *shape, size_t y, size_t x) {
    size_t n = 0;
    for (long dy = -(long)shape->radius; dy <= (long)shape->radius; dy++) {
        long reach = (long)shape->reach[dy < 0 ? -dy : dy];
        for (long dx = -reach; dx <= reach; dx++)
            n += (size_t)is_set(bitmap, (long)y + dy, (long)x + dx);
    }
    return n;
}

static int is_clean(const sm_bitmap *bitmap) {
    for (size_t y = 0; y < bitmap->height; y++) {
        uint64_t last = sm_bitmap_row(bitmap, y)[bitmap->row_words - 1];
        if (last & ~sm_bitmap_last_mask(bitmap->width)) return 0;
    }
    return 1;
}

static void check_size(size_t height, size_t width, size_t radius) {
    sm_buffer buffers[3] = {{0}};
    sm_bitmap image, eroded, dilated;
    size_t reach[RADIUS + 1];
    uint64_t row[64];
    const sm_reach shape = {radius, reach};
    CHECK(sm_bitmap_make(&dilated, height, width, &buffers[2]) == SM_OK);
    for (int mostly = 0; mostly < 2; mostly++) {
        CHECK(sm_bitmap_make(&image, height, width, &buffers[0]) == SM_OK);
        CHECK(sm_bitmap_make(&eroded, height, width, &buffers[1]) == SM_OK);
        scribble(&image, (unsigned)(height * 31 + width), mostly);
        scribble(&eroded, (unsigned)(height * 31 + width), mostly);
        sm_erode_square(&eroded, radius);
        sm_reach_of_square(radius, reach);
        size_t side = 2 * radius + 1, wrong = 0;
        for (size_t i = 0; i < height * width; i++) {
            int inside = count_about(&image, &shape, i / width, i % width) == side * side;
            wrong += (size_t)(sm_bitmap_get(&eroded, i / width, i % width) != inside);
        }
        sm_reach_of_disk(radius, reach);
        sm_dilate(&image, &shape, &dilated, row);
        for (size_t i = 0; i < height * width; i++) {
            int near = count_about(&image, &shape, i / width, i % width) > 0;
            wrong += (size_t)(sm_bitmap_get(&dilated, i / width, i % width) != near);
        }
        CHECK(wrong == 0);
        CHECK(is_clean(&eroded) && is_clean(&dilated));
    }
    for (size_t i = 0; i < 3; i++) sm_buffer_release(&buffers[i]);
}

static void check_disk(void) {
    size_t reach[6];
    sm_reach_of_disk(5, reach);
    const size_t expected[] = {5, 4, 4, 4, 3, 0};
    for (size_t v = 0; v <= 5; v++) CHECK(reach[v] == expected[v]);
}

int main(void) {
    const size_t sizes[][2] = {{1, 1}, {1, 200}, {200, 1}, {20, 63}, {20, 64}, {21, 65}, {30, 130}};
    const size_t radii[] = {0, 1, 2, RADIUS};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t r = 0; r < sizeof radii / sizeof *radii; r++)
            check_size(sizes[i][0], sizes[i][1], radii[r]);
    }
    check_disk();
    CHECK_SUMMARY();
}
