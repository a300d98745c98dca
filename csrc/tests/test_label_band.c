#include "label_band.h"

#include "check.h"

enum { HEIGHT = 23, WIDTH = 90 };

static int is_inside(const uint32_t *labels, long y, long x, long distance) {
    for (long v = y - distance; v <= y + distance; v++) {
        for (long u = x - distance; u <= x + distance; u++) {
            if (v < 0 || u < 0 || v >= HEIGHT || u >= WIDTH) return 0;
            if (labels[v * WIDTH + u] != labels[y * WIDTH + x]) return 0;
        }
    }
    return 1;
}

static void check(const uint32_t *labels, long distance) {
    sm_buffer buffers[2] = {{0}};
    sm_bitmap band, scratch;
    CHECK(sm_bitmap_make(&band, HEIGHT, WIDTH, &buffers[0]) == SM_OK);
    CHECK(sm_bitmap_make(&scratch, HEIGHT, WIDTH, &buffers[1]) == SM_OK);
    sm_label_band(labels, (size_t)distance, &band, &scratch);
    size_t wrong = 0;
    for (long y = 0; y < HEIGHT; y++) {
        for (long x = 0; x < WIDTH; x++) {
            int in_band = sm_bitmap_get(&band, (size_t)y, (size_t)x);
            wrong += (size_t)(in_band == is_inside(labels, y, x, distance));
        }
    }
    CHECK(wrong == 0);
    sm_buffer_release(&buffers[0]);
    sm_buffer_release(&buffers[1]);
}

int main(void) {
    static uint32_t labels[HEIGHT * WIDTH];
    for (long distance = 1; distance < 30; distance = 2 * distance + 1) check(labels, distance);
    for (uint32_t i = 0; i < HEIGHT * WIDTH; i++)
        labels[i] = (i % WIDTH) / 31 + (i / WIDTH > 13 ? 70000 : 0) + (i == 777);
    for (long distance = 1; distance < 9; distance++) check(labels, distance);
    CHECK_SUMMARY();
}
