#include "contour.h"

#include "check.h"

static void draw(sm_bitmap *bitmap, sm_buffer *buffer, size_t width, const uint8_t *pixels) {
    CHECK(sm_bitmap_make(bitmap, 3, width, buffer) == SM_OK);
    sm_bitmap_pack(pixels, bitmap);
}

/* The right, lower and lower right neighbour decide; on the last row and column only one does. */
static void check_contour(void) {
    const uint8_t pixels[] = {0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1};
    const uint8_t expected[] = {1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0};
    uint8_t found[12];
    sm_buffer buffers[2] = {{0}};
    sm_bitmap image, contour;
    draw(&image, &buffers[0], 4, pixels);
    CHECK(sm_bitmap_make(&contour, 3, 4, &buffers[1]) == SM_OK);
    sm_contour(&image, &contour);
    sm_bitmap_unpack(&contour, found);
    for (size_t i = 0; i < 12; i++) CHECK(found[i] == expected[i]);
    sm_buffer_release(&buffers[0]);
    sm_buffer_release(&buffers[1]);
}

static void check_compare(void) {
    static uint8_t pixels[2][3 * 100];
    pixels[0][10] = pixels[0][90] = 1;
    pixels[1][214] = 1; /* four columns and two rows from the first */
    sm_buffer buffers[2] = {{0}};
    sm_bitmap contours[2];
    sm_contour_match matches[2];
    for (size_t i = 0; i < 2; i++) draw(&contours[i], &buffers[i], 100, pixels[i]);
    CHECK(sm_contour_compare(contours, 4, matches) == SM_OK);
    CHECK(matches[0].n == 2 && matches[0].matched == 0 && matches[1].matched == 0);
    CHECK(sm_contour_compare(contours, 5, matches) == SM_OK);
    CHECK(matches[0].matched == 1 && matches[1].n == 1 && matches[1].matched == 1);
    sm_buffer_release(&buffers[0]);
    sm_buffer_release(&buffers[1]);
}

int main(void) {
    check_contour();
    check_compare();
    CHECK_SUMMARY();
}
