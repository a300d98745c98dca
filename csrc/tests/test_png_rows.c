#include "png_rows.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t n) {
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % n;
}

/* The definition, byte by byte: what the filter predicts of byte i of a row. */
static int predicted(int filter, const uint8_t *row, const uint8_t *above, size_t i, size_t size) {
    int a = i >= size ? row[i - size] : 0, b = above[i], c = i >= size ? above[i - size] : 0;
    int p = a + b - c;
    switch (filter) {
    case 1:
        return a;
    case 2:
        return b;
    case 3:
        return (a + b) / 2;
    case 4:
        if (abs(p - a) <= abs(p - b) && abs(p - a) <= abs(p - c)) return a;
        return abs(p - b) <= abs(p - c) ? b : c;
    default:
        return 0;
    }
}

/*
 * A flat image of bytes: mostly what stands to the left or above, sometimes something else. One in
 * `noise` bytes is not what it would be.
 */
static void paint(uint8_t *bytes, size_t n, size_t height, size_t size, uint32_t noise) {
    for (size_t y = 0; y < height; y++) {
        uint8_t *row = bytes + y * n;
        for (size_t i = 0; i < n; i++) {
            int from_above = y > 0 && (i < size || random_below(50) == 0);
            row[i] = from_above ? row[i - n] : i >= size ? row[i - size] : 7;
            if (random_below(noise) == 0) row[i] = (uint8_t)random_below(256);
        }
    }
}

static void filter_rows(const uint8_t *bytes, size_t n, size_t height, size_t size, int filter,
                        uint8_t *rows) {
    uint8_t *zeros = calloc(n, 1);
    for (size_t y = 0; y < height; y++) {
        const uint8_t *row = bytes + y * n, *above = y > 0 ? row - n : zeros;
        int chosen = filter < 5 ? filter : (int)random_below(5);
        *rows++ = (uint8_t)chosen;
        for (size_t i = 0; i < n; i++)
            *rows++ = (uint8_t)(row[i] - predicted(chosen, row, above, i, size));
    }
    free(zeros);
}

/* What the bytes of a row say, sample by sample. */
static void check_samples(const sm_png_layout *layout, const uint8_t *bytes, size_t n,
                          const uint8_t *pixels) {
    size_t in_row = layout->width * layout->channels;
    for (size_t k = 0; k < layout->height * in_row; k++) {
        const uint8_t *row = bytes + k / in_row * n;
        size_t i = k % in_row, bit = i * layout->bit_depth;
        if (layout->bit_depth == 16) {
            uint16_t sample;
            memcpy(&sample, pixels + 2 * k, sizeof sample);
            CHECK(sample == row[2 * i] * 256 + row[2 * i + 1]);
        } else {
            unsigned shift = 8 - layout->bit_depth - (unsigned)(bit % 8);
            unsigned sample = row[bit / 8] >> shift & ((1u << layout->bit_depth) - 1);
            CHECK(pixels[k] == (uint8_t)(sample * layout->scale));
        }
    }
}

static void check_layout(const sm_png_layout *layout, sm_machine machine, int filter,
                         uint32_t noise) {
    size_t n = (layout->width * layout->channels * layout->bit_depth + 7) / 8;
    size_t size = (layout->channels * layout->bit_depth + 7) / 8;
    size_t n_samples = layout->height * layout->width * layout->channels;
    sm_fault fault;
    CHECK(sm_png_rows_size(layout) == layout->height * (n + 1));
    uint8_t *bytes = malloc(layout->height * n), *rows = malloc(layout->height * (n + 1));
    uint8_t *pixels = malloc(n_samples * (layout->bit_depth == 16 ? 2 : 1));
    paint(bytes, n, layout->height, size, noise);
    filter_rows(bytes, n, layout->height, size, filter, rows);
    CHECK(sm_png_rows_decode(layout, machine, rows, pixels, &fault) == SM_OK);
    check_samples(layout, bytes, n, pixels);

    size_t bad = random_below((uint32_t)layout->height);
    rows[bad * (n + 1)] = (uint8_t)(5 + random_below(251));
    CHECK(sm_png_rows_decode(layout, machine, rows, pixels, &fault) == SM_INVALID);
    CHECK(fault.record == (int64_t)bad && strcmp(fault.field, "filter type") == 0);
    free(bytes);
    free(rows);
    free(pixels);
}

static void check_machine(sm_machine machine) {
    static const unsigned depths[] = {1, 2, 4, 8, 16};
    static const size_t widths[] = {1, 2, 7, 8, 23, 24, 25, 48, 49, 203};
    static const uint32_t noises[] = {1, 5, 100, 1000};
    for (size_t d = 0; d < 5; d++) {
        for (unsigned channels = 1; channels <= (depths[d] < 8 ? 1u : 4u); channels++) {
            for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
                sm_png_layout layout = {.height = 1 + random_below(12),
                                        .width = widths[w],
                                        .bit_depth = depths[d],
                                        .channels = channels,
                                        .scale = d == 1 ? 85 : 1};
                for (int filter = 0; filter <= 5; filter++) {
                    for (int k = 0; k < 4; k++) check_layout(&layout, machine, filter, noises[k]);
                }
            }
        }
    }
}

int main(void) {
    check_machine(SM_ANY_MACHINE);
    check_machine(sm_this_machine());
    CHECK_SUMMARY();
}
