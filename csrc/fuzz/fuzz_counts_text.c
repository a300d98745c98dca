/* Any bytes as COCO's string form of counts: what measures decodes, and comes back when encoded. */
#include "fuzz.h"

#include "counts_text.h"
#include "memory.h"

#include <string.h>

/* The first four bytes are the number of pixels. */
const sm_fuzz_seed sm_fuzz_seeds[] = {FUZZ_SEED("\x18\x00\x00\x00"
                                                "44`0"),
                                      FUZZ_SEED("\x00\x00\x04\x00"
                                                "PPPPPPPP`000000000000000000000000000"),
                                      FUZZ_SEED("\xff\xff\xff\x7f"
                                                "ooooo1"),
                                      FUZZ_SEED("\x00\x10\x00\x00"
                                                "1234567k0O1N2M3L4K5J6I7H8G9F:E;D<C=B>A?@"),
                                      {NULL, 0}};

enum { MAX_LENGTH = 4096 };

static void check_again(const sm_run *runs, size_t n, uint32_t n_pixels) {
    static char text[7 * (MAX_LENGTH + 3) + SM_PADDING];
    static sm_run again[7 * (MAX_LENGTH + 3)];
    sm_fault fault;
    size_t n_again, length = sm_counts_text_encode(runs, n, n_pixels, text);
    FUZZ_REQUIRE(length <= sm_counts_text_bound(n));
    FUZZ_REQUIRE(sm_counts_text_decode(text, length, n_pixels, again, &n_again, &fault) == SM_OK);
    FUZZ_REQUIRE(n_again == n && (n == 0 || memcmp(again, runs, n * sizeof *runs) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char text[MAX_LENGTH + SM_PADDING];
    static sm_run runs[MAX_LENGTH / 2 + 1];
    uint32_t n_pixels, area;
    sm_fault fault;
    size_t n;
    if (size < sizeof n_pixels || size - sizeof n_pixels > MAX_LENGTH) return 0;
    size_t length = size - sizeof n_pixels;
    memcpy(&n_pixels, data, sizeof n_pixels);
    n_pixels = n_pixels % SM_MAX_PIXELS + 1;
    memset(text, 0, sizeof text);
    memcpy(text, data + sizeof n_pixels, length);

    sm_status status = sm_counts_text_decode(text, length, n_pixels, runs, &n, &fault);
    FUZZ_REQUIRE(sm_counts_text_measure(text, length, n_pixels, &area, &fault) == status);
    if (status != SM_OK) return 0;
    FUZZ_REQUIRE(n <= length / 2 + 1);
    FUZZ_REQUIRE(sm_runs_area(runs, n) == area && area <= n_pixels);
    check_again(runs, n, n_pixels);
    return 0;
}
