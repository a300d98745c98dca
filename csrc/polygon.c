/*
 * How the crossings are found without walking the outline.
 *
 * Pixel p of a row or column is sampled at 5 * p + 2 fifths. An edge from x0 to x1 crosses column c
 * exactly once if x0 <= 5 * c + 2 < x1, so the ends of an edge alone say which columns it crosses,
 * and a closed outline crosses every column an even number of times. Three short passes follow:
 *
 *   1. count the crossings of each column, so that each gets its own piece of one array;
 *   2. per edge, compute where it crosses each column and put that row into the column's piece;
 *   3. per column, sort the rows and write them as runs, two by two.
 *
 * An edge along x is walked from u = 5 * c + 2 to the next point. Rounding is monotone, so the
 * smaller of the two rows is that of the first point if y grows and of the second if it shrinks:
 * one evaluation does.
 *
 * An edge along y crosses at the first step t whose u(t) = (int)(x0 + slope * t + .5) lies beyond
 * the column. Without rounding, that is the first integer at or after the solution of
 * x0 + slope * t = 5 * c + 2.5. Within SM_MAX_COORDINATE rounding moves the solution by less than
 * .02: two sums of at most 2^23 each are off by at most 2^-31, which a slope of at least 1e-7 turns
 * into .01 steps, and all other errors are far smaller. So t is the integer nearest to the computed
 * solution or the one after, and u at the nearest says which.
 */
#include "polygon.h"

#include <stdlib.h>
#include <string.h>

/* Up to so many crossings of one column are sorted by insertion. */
enum { FEW = 16 };

typedef struct point {
    int32_t x, y;
} point;

typedef struct outline {
    uint32_t left, right; /* only columns left <= c < right can have crossings */
    size_t n_crossings;   /* of all columns; SIZE_MAX stands for anything larger */
} outline;

typedef struct canvas {
    uint32_t height, width, left;
    size_t *slots;       /* of column left + i: where its next crossing goes */
    uint32_t *crossings; /* rows, grouped by column */
} canvas;

void sm_polygon_scratch_release(sm_polygon_scratch *scratch) {
    sm_buffer_release(&scratch->crossings);
    sm_buffer_release(&scratch->slots);
}

/* The first pixel sampled at or beyond v fifths, ceil((v - 2) / 5), clamped to 0..limit. */
static inline uint32_t pixel_from(int32_t v, uint32_t limit) {
    uint32_t pixel = ((uint32_t)(v > 0 ? v : 0) + 2) / 5;
    return pixel < limit ? pixel : limit;
}

static outline survey(const int32_t *xy, size_t n, uint32_t width) {
    uint32_t before = pixel_from(xy[2 * n - 2], width);
    outline found = {.left = before, .right = before};
    for (size_t i = 0; i < n; i++) {
        uint32_t column = pixel_from(xy[2 * i], width);
        if (column < found.left) found.left = column;
        if (column > found.right) found.right = column;
        size_t more = column < before ? before - column : column - before;
        found.n_crossings =
            more < SIZE_MAX - found.n_crossings ? found.n_crossings + more : SIZE_MAX;
        before = column;
    }
    return found;
}

size_t sm_polygon_runs_bound(const int32_t *xy, size_t n, uint32_t width) {
    return survey(xy, n, width).n_crossings / 2;
}

/* Points each slot at the start of its column's piece. One slot more than columns is used. */
static void divide_into_columns(canvas to, const int32_t *xy, size_t n, size_t n_columns) {
    memset(to.slots, 0, (n_columns + 1) * sizeof *to.slots);
    uint32_t before = pixel_from(xy[2 * n - 2], to.width);
    for (size_t i = 0; i < n; i++) {
        uint32_t column = pixel_from(xy[2 * i], to.width);
        to.slots[(column < before ? column : before) - to.left] += 1;
        to.slots[(column < before ? before : column) - to.left] -= 1;
        before = column;
    }
    size_t place = 0, n_crossings = 0;
    for (size_t i = 0; i < n_columns; i++) {
        n_crossings += to.slots[i];
        to.slots[i] = place;
        place += n_crossings;
    }
}

static inline void add_crossing(canvas to, uint32_t column, int32_t v) {
    to.crossings[to.slots[column - to.left]++] = pixel_from(v, to.height);
}

static void cross_along_x(canvas to, point start, point end) {
    uint32_t column = pixel_from(start.x, to.width), last = pixel_from(end.x, to.width);
    double slope = (double)(end.y - start.y) / (end.x - start.x);
    double t = 5.0 * column + 2 - start.x + (end.y < start.y);
    for (; column < last; column++, t += 5)
        add_crossing(to, column, (int32_t)(start.y + slope * t + .5));
}

static void cross_along_y(canvas to, point start, point end) {
    int leftward = end.x < start.x;
    uint32_t column = pixel_from(leftward ? end.x : start.x, to.width);
    uint32_t last = pixel_from(leftward ? start.x : end.x, to.width);
    double slope = (double)(end.x - start.x) / (end.y - start.y);
    double inverse = (double)(end.y - start.y) / (end.x - start.x);
    double u = 5.0 * column + 2;
    for (; column < last; column++, u += 5) {
        int32_t t = (int32_t)((u + .5 - start.x) * inverse + .5);
        int is_left = start.x + slope * t + .5 < u + 1;
        int has_crossed = is_left == leftward;
        add_crossing(to, column, start.y + t - has_crossed);
    }
}

/* Edges ascend along their longer axis, as the official code turns them: it decides rounding. */
static void cross(canvas to, point a, point b) {
    if (pixel_from(a.x, to.width) == pixel_from(b.x, to.width)) return;
    int along_x = abs(b.x - a.x) >= abs(b.y - a.y);
    int descends = along_x ? b.x < a.x : b.y < a.y;
    point start = descends ? b : a, end = descends ? a : b;
    if (along_x) {
        cross_along_x(to, start, end);
    } else {
        cross_along_y(to, start, end);
    }
}

static int compare_rows(const void *a, const void *b) {
    uint32_t row = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (row > other) - (row < other);
}

static void sort_rows(uint32_t *rows, size_t n) {
    if (n > FEW) {
        qsort(rows, n, sizeof *rows, compare_rows);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        uint32_t row = rows[i];
        size_t j = i;
        for (; j > 0 && rows[j - 1] > row; j--) rows[j] = rows[j - 1];
        rows[j] = row;
    }
}

/* Puts a run after n others. An empty one is dropped; one that touches the last prolongs it. */
static inline size_t append_run(sm_run *runs, size_t n, uint32_t start, uint32_t end) {
    if (start == end) return n;
    if (n > 0 && runs[n - 1].end == start) {
        runs[n - 1].end = end;
        return n;
    }
    runs[n] = (sm_run){start, end};
    return n + 1;
}

/* Adding crossings has moved each slot to the end of its column's piece. */
static size_t write_runs(canvas from, size_t n_columns, sm_run *runs) {
    size_t n = 0, begin = 0;
    uint32_t origin = from.left * from.height;
    for (size_t i = 0; i < n_columns; i++, origin += from.height) {
        uint32_t *rows = from.crossings + begin;
        size_t n_rows = from.slots[i] - begin;
        if (n_rows == 2) {
            /* Nearly always. Their order is random, so it must not become a branch. */
            uint32_t a = rows[0], b = rows[1];
            n = append_run(runs, n, origin + (a < b ? a : b), origin + (a < b ? b : a));
        } else {
            sort_rows(rows, n_rows);
            for (size_t j = 0; j < n_rows; j += 2)
                n = append_run(runs, n, origin + rows[j], origin + rows[j + 1]);
        }
        begin = from.slots[i];
    }
    return n;
}

sm_status sm_polygon_fill(const int32_t *xy, size_t n, uint32_t height, uint32_t width,
                          sm_polygon_scratch *scratch, sm_run *runs, size_t *n_runs) {
    outline found = survey(xy, n, width);
    size_t n_columns = found.right - found.left;
    *n_runs = 0;
    if (n_columns == 0) return SM_OK;
    if (sm_buffer_reserve(&scratch->crossings, found.n_crossings, sizeof(uint32_t)) != SM_OK ||
        sm_buffer_reserve(&scratch->slots, n_columns + 1, sizeof(size_t)) != SM_OK)
        return SM_NO_MEMORY;

    canvas to = {height, width, found.left, scratch->slots.data, scratch->crossings.data};
    divide_into_columns(to, xy, n, n_columns);
    point before = {xy[2 * n - 2], xy[2 * n - 1]};
    for (size_t i = 0; i < n; i++) {
        point vertex = {xy[2 * i], xy[2 * i + 1]};
        cross(to, before, vertex);
        before = vertex;
    }
    *n_runs = write_runs(to, n_columns, runs);
    return SM_OK;
}
