#include "bitmap.h"

#include "check.h"

#include <string.h>

enum { MAX_PIXELS = 7 * 200 };

static void check_size(size_t height, size_t width, uint32_t state) {
    uint8_t pixels[MAX_PIXELS], again[MAX_PIXELS];
    sm_buffer buffer = {0};
    sm_bitmap bitmap;
    size_t n = 0;
    for (size_t i = 0; i < height * width; i++) {
        state = state * 1664525u + 1013904223u;
        pixels[i] = state >> 29 ? 0 : (uint8_t)(1 + state % 255);
        n += pixels[i] != 0;
    }
    CHECK(sm_bitmap_make(&bitmap, height, width, &buffer) == SM_OK);
    CHECK(bitmap.row_words == (width + 63) / 64 && sm_bitmap_count(&bitmap) == 0);

    sm_bitmap_pack(pixels, &bitmap);
    CHECK(sm_bitmap_count(&bitmap) == n);
    sm_bitmap_unpack(&bitmap, again);
    for (size_t y = 0; y < height; y++) {
        CHECK((sm_bitmap_row(&bitmap, y)[bitmap.row_words - 1] & ~sm_bitmap_last_mask(width)) == 0);
        for (size_t x = 0; x < width; x++) {
            CHECK(again[y * width + x] == (pixels[y * width + x] != 0));
            CHECK(sm_bitmap_get(&bitmap, y, x) == again[y * width + x]);
        }
    }
    sm_bitmap_set(&bitmap, height - 1, width - 1);
    CHECK(sm_bitmap_count(&bitmap) == n + !again[height * width - 1]);
    sm_buffer_release(&buffer);
}

int main(void) {
    static const size_t widths[] = {1, 7, 8, 63, 64, 65, 127, 128, 129, 200};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        check_size(1, widths[i], 1);
        check_size(7, widths[i], 2);
    }
    sm_buffer buffer = {0};
    sm_bitmap bitmap;
    CHECK(sm_bitmap_make(&bitmap, 0, 5, &buffer) == SM_NO_MEMORY);
    CHECK(sm_bitmap_make(&bitmap, 5, 0, &buffer) == SM_NO_MEMORY);
    CHECK(sm_bitmap_make(&bitmap, SIZE_MAX, SIZE_MAX, &buffer) == SM_NO_MEMORY);
    CHECK_SUMMARY();
}
