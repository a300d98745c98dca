#include "thinning.h"

#include "check.h"
#include "made_images.h"

enum { MOST_BYTES = 40 * 200 };

/* x1 ... x8 of the definition, and x9; outside of the image all is 0. */
static void look_around(const uint8_t *image, size_t height, size_t width, size_t y, size_t x,
                        int *x_of) {
    static const int down[] = {0, -1, -1, -1, 0, 1, 1, 1}, right[] = {1, 1, 0, -1, -1, -1, 0, 1};
    for (size_t i = 0; i < 8; i++) {
        long row = (long)y + down[i], column = (long)x + right[i];
        int is_inside = row >= 0 && row < (long)height && column >= 0 && column < (long)width;
        x_of[i + 1] = is_inside && image[(size_t)row * width + (size_t)column];
    }
    x_of[9] = x_of[1];
}

static int may_go(const int *x, int pass) {
    int crossings = 0, n1 = 0, n2 = 0;
    for (int i = 1; i <= 4; i++) crossings += !x[2 * i - 1] && (x[2 * i] || x[2 * i + 1]);
    for (int k = 1; k <= 4; k++) {
        n1 += x[2 * k - 1] || x[2 * k];
        n2 += x[2 * k] || x[2 * k + 1];
    }
    int fewest = n1 < n2 ? n1 : n2;
    int g3 = pass == 0 ? !((x[2] || x[3] || !x[8]) && x[1]) : !((x[6] || x[7] || !x[4]) && x[5]);
    return crossings == 1 && fewest >= 2 && fewest <= 3 && g3;
}

static int pass_once(uint8_t *image, size_t height, size_t width, int pass) {
    uint8_t goes[MOST_BYTES];
    int any = 0, x_of[10];
    for (size_t i = 0; i < height * width; i++) {
        look_around(image, height, width, i / width, i % width, x_of);
        goes[i] = image[i] && may_go(x_of, pass);
        any |= goes[i];
    }
    for (size_t i = 0; i < height * width; i++) image[i] = image[i] && !goes[i];
    return any;
}

/* Thins, and compares with the definition; what is thin stays as it is. */
static void check_thinned(sm_bitmap *bitmap, sm_buffer *scratch) {
    static uint8_t expected[MOST_BYTES], found[MOST_BYTES];
    size_t height = bitmap->height, width = bitmap->width;
    sm_bitmap_unpack(bitmap, expected);
    while (pass_once(expected, height, width, 0) | pass_once(expected, height, width, 1)) continue;
    for (int twice = 0; twice < 2; twice++) {
        CHECK(sm_thin(bitmap, scratch) == SM_OK);
        sm_bitmap_unpack(bitmap, found);
        CHECK(memcmp(found, expected, height * width) == 0);
        for (size_t y = 0; y < height; y++)
            CHECK(!(sm_bitmap_row(bitmap, y)[bitmap->row_words - 1] & ~sm_bitmap_last_mask(width)));
    }
}

static void check_size(size_t height, size_t width, sm_buffer *scratch) {
    uint32_t state = (uint32_t)(height * 1000 + width);
    sm_buffer words = {0};
    sm_bitmap bitmap;
    CHECK(sm_bitmap_make(&bitmap, height, width, &words) == SM_OK);
    check_thinned(&bitmap, scratch);
    for (uint32_t percent = 10; percent <= 100; percent += 15) {
        draw_noise(&bitmap, percent, &state);
        check_thinned(&bitmap, scratch);
    }
    for (size_t trial = 0; trial < 4; trial++) {
        draw_noise(&bitmap, 0, &state);
        for (size_t box = 0; box < 6; box++)
            draw_box(&bitmap, next_random(&state) % height, next_random(&state) % width,
                     1 + next_random(&state) % 20, 1 + next_random(&state) % 50);
        check_thinned(&bitmap, scratch);
    }
    sm_buffer_release(&words);
}

/* All images of 4 x 4 pixels. */
static void check_small_ones(sm_buffer *scratch) {
    sm_buffer words = {0};
    sm_bitmap bitmap;
    for (unsigned code = 0; code < 1u << 16; code++) {
        CHECK(sm_bitmap_make(&bitmap, 4, 4, &words) == SM_OK);
        for (unsigned i = 0; i < 16; i++)
            if (code >> i & 1) sm_bitmap_set(&bitmap, i / 4, i % 4);
        check_thinned(&bitmap, scratch);
    }
    sm_buffer_release(&words);
}

int main(void) {
    static const size_t sizes[][2] = {{1, 1},  {1, 2},  {2, 1},   {2, 2},   {1, 200}, {200, 1},
                                      {2, 65}, {9, 63}, {30, 64}, {31, 65}, {40, 200}};
    sm_buffer scratch = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check_size(sizes[i][0], sizes[i][1], &scratch);
    check_small_ones(&scratch);
    sm_buffer_release(&scratch);
    CHECK_SUMMARY();
}
