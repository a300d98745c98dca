/* Any outline in any image: its runs are canonical, inside of the image, and no more than promised.
 */
#include "fuzz.h"

#include "polygon.h"

#include <string.h>

/* Height and width in two bytes each, then coordinates in four. */
const sm_fuzz_seed sm_fuzz_seeds[] = {
    FUZZ_SEED("\x04\x00\x06\x00"
              "\x05\0\0\0\x05\0\0\0\x05\0\0\0\x0f\0\0\0\x0f\0\0\0\x0f\0\0\0"),
    FUZZ_SEED("\x40\x01\x00\x02"
              "\x00\x10\0\0\x05\xf0\xff\xff\x05\x00\0\0\x0f\x20\0\0\x0f\xfe\xff\xff\x0f\0\0\0"),
    FUZZ_SEED("\xff\xff\x07\x00"
              "\x40\x4b\x4c\0\xc0\xb4\xb3\xff\xc0\xb4\xb3\xff\x40\x4b\x4c\0"),
    {NULL, 0}};

enum { MAX_VERTICES = 512, MOST_FIFTHS = 5000000 };

static void check_runs(const sm_run *runs, size_t n, uint32_t n_pixels) {
    for (size_t i = 0; i < n; i++) {
        FUZZ_REQUIRE(runs[i].start < runs[i].end && runs[i].end <= n_pixels);
        FUZZ_REQUIRE(i == 0 || runs[i].start > runs[i - 1].end);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int32_t xy[2 * MAX_VERTICES];
    uint16_t sides[2];
    if (size < sizeof sides + 2 * sizeof *xy) return 0;
    memcpy(sides, data, sizeof sides);
    uint32_t height = sides[0] % 32767u + 1, width = sides[1] + 1u;
    size_t n = (size - sizeof sides) / (2 * sizeof *xy);
    if (n > MAX_VERTICES) n = MAX_VERTICES;
    memcpy(xy, data + sizeof sides, n * 2 * sizeof *xy);
    for (size_t i = 0; i < 2 * n; i++) xy[i] %= MOST_FIFTHS + 1;

    sm_polygon_scratch scratch = {0};
    size_t bound = sm_polygon_runs_bound(xy, n, width), n_runs = 0;
    sm_run *runs = malloc((bound + 1) * sizeof *runs);
    if (runs && sm_polygon_fill(xy, n, height, width, &scratch, runs, &n_runs) == SM_OK) {
        FUZZ_REQUIRE(n_runs <= bound);
        check_runs(runs, n_runs, height * width);
    }
    free(runs);
    sm_polygon_scratch_release(&scratch);
    return 0;
}
