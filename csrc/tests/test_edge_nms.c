#include "edge_nms.h"

#include "check.h"
#include "made_images.h"

enum { MOST_PIXELS = 40 * 70 };

static double strengths[MOST_PIXELS], crests[MOST_PIXELS], others[MOST_PIXELS];

/* Crests are strengths smoothed, so within their range. */
static void check_size(size_t height, size_t width, sm_edge_nms_rule rule, sm_buffer *scratch) {
    uint32_t state = (uint32_t)(height * 100 + width);
    size_t n = height * width;
    for (size_t i = 0; i < n; i++) strengths[i] = next_random(&state) % 256 / 255.0;
    CHECK(sm_edge_nms(strengths, height, width, &rule, crests, scratch) == SM_OK);
    for (size_t i = 0; i < n; i++) CHECK(crests[i] >= 0 && crests[i] <= 1);
    for (size_t i = 0; i < n; i++) strengths[i] = 0;
    CHECK(sm_edge_nms(strengths, height, width, &rule, crests, scratch) == SM_OK);
    for (size_t i = 0; i < n; i++) CHECK(crests[i] == 0);
}

/* A ridge along the columns becomes a line, and is the same with what memory held before. */
static void check_ridge(sm_buffer *scratch) {
    const sm_edge_nms_rule rule = {1, 0, 1.01};
    for (size_t i = 0; i < 40 * 70; i++) {
        size_t x = i % 70;
        strengths[i] = x > 25 && x < 35 ? 1 - (x > 30 ? x - 30.0 : 30.0 - x) / 5 : 0;
    }
    CHECK(sm_edge_nms(strengths, 40, 70, &rule, crests, scratch) == SM_OK);
    for (size_t i = 0; i < 40 * 70; i++) CHECK((crests[i] > 0) == (i % 70 == 30));
    sm_buffer fresh = {0};
    CHECK(sm_edge_nms(strengths, 40, 70, &rule, others, &fresh) == SM_OK);
    CHECK(memcmp(crests, others, sizeof crests) == 0);
    sm_buffer_release(&fresh);
}

int main(void) {
    static const size_t sizes[][2] = {{1, 1}, {1, 2}, {2, 1},  {1, 70}, {40, 1},
                                      {2, 2}, {3, 3}, {2, 70}, {9, 9},  {40, 70}};
    static const sm_edge_nms_rule rules[] = {
        {0, 0, 1}, {1, 5, 1.01}, {2, 1, 1.03}, {1000, SIZE_MAX, 1e300}, {3, 100, 1e-300}};
    sm_buffer scratch = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
            check_size(sizes[i][0], sizes[i][1], rules[k], &scratch);
    check_ridge(&scratch);
    CHECK(sm_edge_nms(strengths, 0, 3, rules, crests, &scratch) == SM_NO_MEMORY);
    CHECK(sm_edge_nms(strengths, SIZE_MAX, SIZE_MAX, rules, crests, &scratch) == SM_NO_MEMORY);
    sm_buffer_release(&scratch);
    CHECK_SUMMARY();
}
