#include "counts_text.h"

#include "check.h"
#include "memory.h"

#include <string.h>

enum { TRIALS = 20000, MAX_COUNTS = 40, MAX_TEXT = 512 };

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

typedef struct outcome {
    sm_status status;
    sm_fault fault;
    uint32_t area;
    size_t n_runs;
    sm_run runs[MAX_TEXT / 2 + 1];
} outcome;

/* Measures and decodes; both must say the same. What follows the text is noise. */
static outcome decode(const char *characters, size_t length, uint32_t n_pixels) {
    char text[MAX_TEXT + SM_PADDING];
    sm_fault measured;
    outcome result = {0};
    memset(text, 'P', sizeof text);
    memcpy(text, characters, length);
    result.status =
        sm_counts_text_decode(text, length, n_pixels, result.runs, &result.n_runs, &result.fault);
    CHECK(sm_counts_text_measure(text, length, n_pixels, &result.area, &measured) == result.status);
    if (result.status == SM_OK) {
        CHECK(sm_runs_area(result.runs, result.n_runs) == result.area);
    } else {
        CHECK(measured.offset == result.fault.offset);
        CHECK(measured.expected == result.fault.expected);
        CHECK(strcmp(measured.found, result.fault.found) == 0);
    }
    return result;
}

static void check_fault(const char *text, uint32_t n_pixels, size_t offset, const char *found) {
    outcome result = decode(text, strlen(text), n_pixels);
    CHECK(result.status == SM_INVALID);
    CHECK(result.fault.offset == offset);
    CHECK(result.fault.expected != NULL);
    CHECK(strcmp(result.fault.found, found) == 0);
}

/* Counts 5, 2, 2, 2, 5: pycocotools 2.0.11 writes them so. */
static void check_golden(void) {
    static const sm_run runs[] = {{5, 7}, {9, 11}};
    char text[35];
    CHECK(sm_counts_text_encode(runs, 2, 16, text) == 5 && memcmp(text, "52203", 5) == 0);
    outcome result = decode("52203", 5, 16);
    CHECK(result.status == SM_OK && result.n_runs == 2 && result.area == 4);
    CHECK(memcmp(result.runs, runs, sizeof runs) == 0);
}

static void check_faults(void) {
    check_fault("", 10, 0, "a total of 0");
    check_fault("5\x7f", 10, 1, "byte 127");
    check_fault("5 5", 10, 1, "' '");
    check_fault("5p", 10, 1, "'p'");
    check_fault("55Q", 10, 3, "");
    check_fault("5O6", 10, 1, "-1");
    check_fault("54", 10, 2, "a total of 9");
    check_fault("56", 10, 2, "a total of at least 11");
    check_fault("oooooooO", 10, 7, "");
    check_fault("5ooooooO", 10, 1, "-1");
    check_fault("5PPPPPP?", 10, 8, "a total of at least 16106127365");
    check_fault("5PPPPPPPPPPPP0", 10, 8, "");
}

/* Random counts, zeros among them, survive encoding; the text is the canonical one. */
static void check_round_trips(void) {
    uint32_t state = 5;
    for (int trial = 0; trial < TRIALS; trial++) {
        uint32_t counts[MAX_COUNTS], n_pixels = 0;
        size_t n_counts = 1 + next_random(&state) % MAX_COUNTS, n;
        uint32_t largest = 1u << next_random(&state) % 26;
        for (size_t i = 0; i < n_counts; i++) {
            counts[i] = next_random(&state) % largest;
            n_pixels += counts[i];
        }
        if (n_pixels == 0) continue;
        sm_run runs[MAX_COUNTS / 2 + 1];
        sm_fault fault;
        CHECK(sm_runs_from_counts(counts, n_counts, n_pixels, runs, &n, &fault) == SM_OK);
        char text[MAX_TEXT];
        size_t length = sm_counts_text_encode(runs, n, n_pixels, text);
        CHECK(length <= sm_counts_text_bound(n));
        outcome result = decode(text, length, n_pixels);
        CHECK(result.status == SM_OK && result.n_runs == n);
        CHECK(memcmp(result.runs, runs, n * sizeof *runs) == 0);
        CHECK(decode(text, length, n_pixels - 1).status == SM_INVALID);
    }
}

/* Any bytes at all: no fault of the sanitizers', and what decodes encodes to a text that decodes
 * alike. */
static void check_noise(void) {
    uint32_t state = 7;
    for (int trial = 0; trial < TRIALS; trial++) {
        char text[MAX_TEXT];
        size_t length = next_random(&state) % 24;
        for (size_t i = 0; i < length; i++)
            text[i] = (char)(trial % 3 ? '0' + next_random(&state) % 4 : next_random(&state));
        uint32_t n_pixels = 1 + next_random(&state) % 40;
        outcome first = decode(text, length, n_pixels);
        if (first.status != SM_OK) continue;
        length = sm_counts_text_encode(first.runs, first.n_runs, n_pixels, text);
        outcome second = decode(text, length, n_pixels);
        CHECK(second.status == SM_OK && second.n_runs == first.n_runs);
        CHECK(memcmp(first.runs, second.runs, first.n_runs * sizeof(sm_run)) == 0);
    }
}

static void check_zero_counts(void) {
    outcome result = decode("02000N3", 7, 5); /* counts 0, 2, 0, 2, 0, 0, 3 where 3 is background */
    CHECK(result.status == SM_INVALID);       /* 7 pixels in all */
    result = decode("02000N3", 7, 7);
    CHECK(result.status == SM_OK && result.n_runs == 1 && result.area == 4);
    CHECK(result.runs[0].start == 0 && result.runs[0].end == 4);
}

static void check_extremes(void) {
    char text[7 * 3];
    sm_run whole = {0, SM_MAX_PIXELS}, last = {SM_MAX_PIXELS - 1, SM_MAX_PIXELS};
    CHECK(sm_counts_text_bound(1) == sizeof text);
    size_t length = sm_counts_text_encode(&whole, 1, SM_MAX_PIXELS, text);
    outcome result = decode(text, length, SM_MAX_PIXELS);
    CHECK(result.status == SM_OK && result.area == SM_MAX_PIXELS);
    length = sm_counts_text_encode(&last, 1, SM_MAX_PIXELS, text);
    result = decode(text, length, SM_MAX_PIXELS);
    CHECK(result.status == SM_OK && result.area == 1 && result.runs[0].start == SM_MAX_PIXELS - 1);
    length = sm_counts_text_encode(NULL, 0, SM_MAX_PIXELS, text);
    result = decode(text, length, SM_MAX_PIXELS);
    CHECK(result.status == SM_OK && result.area == 0 && result.n_runs == 0);
}

int main(void) {
    check_golden();
    check_faults();
    check_round_trips();
    check_noise();
    check_zero_counts();
    check_extremes();
    CHECK_SUMMARY();
}
