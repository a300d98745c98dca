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

/* The definition, for texts without a fault but perhaps negative counts: counts, and how many. */
static size_t spell_out(const char *text, size_t length, int64_t *counts) {
    size_t n = 0;
    for (size_t i = 0; i < length; n++) {
        int shift = 0;
        int64_t number = 0;
        uint32_t group;
        do {
            group = (uint32_t)text[i++] - '0';
            number += (int64_t)(group & 31) * (INT64_C(1) << shift);
            shift += 5;
        } while (group & 32);
        if (group & 16) number -= INT64_C(1) << shift;
        counts[n] = number + (n > 2 ? counts[n - 2] : 0);
    }
    return n;
}

/*
 * Texts of small numbers, so that counts are near zero and often below, with stretches of every
 * length between longer numbers; told a size that fits even where a count is negative.
 */
static void check_against_definition(void) {
    static const char first[] = "0123456789:;<=>?", later[] = "00000111122233MNNOOO";
    uint32_t state = 9;
    for (int trial = 0; trial < TRIALS; trial++) {
        char text[MAX_TEXT];
        size_t length = 0, target = 1 + next_random(&state) % 90;
        while (length < target) {
            const char *from = length < 3 ? first : later;
            if (next_random(&state) % 40 == 0)
                text[length++] = 'Q'; /* the next number + 32 times it */
            text[length++] = from[next_random(&state) % strlen(from)];
        }
        int64_t counts[MAX_TEXT], total = 0;
        uint32_t area = 0;
        int has_negative = 0;
        size_t n = spell_out(text, length, counts);
        for (size_t k = 0; k < n; k++) {
            total += counts[k];
            has_negative |= counts[k] < 0;
            area += k % 2 == 1 ? (uint32_t)counts[k] : 0;
        }
        outcome result = decode(text, length, (uint32_t)total);
        CHECK(result.status == (has_negative ? SM_INVALID : SM_OK));
        if (has_negative) continue;
        uint32_t positive[MAX_TEXT];
        for (size_t k = 0; k < n; k++) positive[k] = (uint32_t)counts[k];
        sm_run runs[MAX_TEXT / 2 + 1];
        size_t n_runs;
        sm_fault fault;
        CHECK(sm_runs_from_counts(positive, n, (uint32_t)total, runs, &n_runs, &fault) == SM_OK);
        CHECK(result.area == area && result.n_runs == n_runs);
        CHECK(memcmp(result.runs, runs, n_runs * sizeof *runs) == 0);
        /* One bad character anywhere is found. */
        size_t at = next_random(&state) % length;
        text[at] = (char)(next_random(&state) % 2 ? 'p' + next_random(&state) % 144 : '/');
        result = decode(text, length, (uint32_t)total);
        CHECK(result.status == SM_INVALID && result.fault.offset == at);
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
    check_against_definition();
    check_zero_counts();
    check_extremes();
    CHECK_SUMMARY();
}
