/*
 * The plain form takes angles, and of them cosines and sines. Only their direction matters, and to which
 * side it points does not, so here the vector that has the angle is scaled instead: that is faster, and
 * rounds the same everywhere.
 */
#include "edge_nms.h"

#include "runs.h"

#include <math.h>
#include <string.h>

enum { SMOOTHING = 1, BLUR = 4, MOST_TAPS = 2 * BLUR + 1 };
enum { N_MAPS = 3, N_ROWS = 6 };

typedef struct map {
    size_t height, width;
    double *values;
} map;

static double *row_of(const map *m, size_t y) {
    return m->values + y * m->width;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The pixel that stands at place i of a row or column of n that is mirrored again and again. */
static size_t mirrored(ptrdiff_t i, size_t n) {
    ptrdiff_t period = 2 * (ptrdiff_t)n, at = i % period;
    if (at < 0) at += period;
    return (size_t)(at < (ptrdiff_t)n ? at : period - 1 - at);
}

/* The weighted sum of 2 * r + 1 rows. */
static void add_rows(const double *const *rows, size_t r, size_t width, double *restrict sum) {
    double whole = (double)((r + 1) * (r + 1));
    memset(sum, 0, width * sizeof *sum);
    for (size_t k = 0; k <= 2 * r; k++) {
        const double *row = rows[k];
        double weight = (double)(1 + smaller(k, 2 * r - k)) / whole;
        for (size_t x = 0; x < width; x++) sum[x] += weight * row[x];
    }
}

/* Filters columns, then rows, with a triangle. `padded` is a row with r more at either end. */
static void filter(const map *in, size_t r, double *padded, const map *out) {
    const double *rows[MOST_TAPS];
    double *row = padded + r;
    size_t width = in->width;
    for (size_t y = 0; y < in->height; y++) {
        for (size_t k = 0; k <= 2 * r; k++)
            rows[k] = row_of(in, mirrored((ptrdiff_t)(y + k) - (ptrdiff_t)r, in->height));
        add_rows(rows, r, width, row);
        for (size_t k = 0; k < r; k++) {
            padded[k] = row[mirrored((ptrdiff_t)k - (ptrdiff_t)r, width)];
            row[width + k] = row[mirrored((ptrdiff_t)(width + k), width)];
        }
        for (size_t k = 0; k <= 2 * r; k++) rows[k] = padded + k;
        add_rows(rows, r, width, row_of(out, y));
    }
}

/* The derivative along a row. */
static void derive_along(const double *row, size_t width, double *out) {
    out[0] = width > 1 ? row[1] - row[0] : 0;
    for (size_t x = 1; x + 1 < width; x++) out[x] = (row[x + 1] - row[x - 1]) / 2;
    if (width > 1) out[width - 1] = row[width - 1] - row[width - 2];
}

/* The derivative across rows, at row y. */
static void derive_across(const map *m, size_t y, double *out) {
    size_t first = y > 0 ? y - 1 : 0, last = smaller(y + 1, m->height - 1);
    const double *above = row_of(m, first), *below = row_of(m, last);
    double share = last - first == 2 ? 0.5 : 1;
    for (size_t x = 0; x < m->width; x++) out[x] = (below[x] - above[x]) * share;
}

typedef struct vector {
    double x, y;
} vector;

static inline vector normal_of(double dxx, double dxy, double dyy) {
    vector v = {dxx + 1e-5, dxy > 0 ? -dyy : dxy < 0 ? dyy : 0};
    double length = sqrt(v.x * v.x + v.y * v.y);
    return length > 0 ? (vector){v.x / length, v.y / length} : (vector){1, 0};
}

/* Writes the normals of row y as rows of their two parts. `dy` is the derivative of `blurred` across rows. */
static void find_normals(const map *blurred, const map *dy, size_t y, double *rows, double *xs,
                         double *ys) {
    size_t width = dy->width;
    double *dx = rows, *dxx = rows + width;
    derive_along(row_of(blurred, y), width, dx);
    derive_along(dx, width, dxx);
    double *dxy = dx;
    derive_along(row_of(dy, y), width, dxy);
    derive_across(dy, y, ys);
    for (size_t x = 0; x < width; x++) {
        vector normal = normal_of(dxx[x], dxy[x], ys[x]);
        xs[x] = normal.x;
        ys[x] = normal.y;
    }
}

/* A place moved into the n pixels of a row or column. */
static inline double moved_inside(double place, size_t n) {
    double most = n > 1 ? (double)n - 1.001 : 0;
    return place < 0 ? 0 : place > most ? most : place;
}

static inline double interpolate(const map *m, double x, double y) {
    x = moved_inside(x, m->width);
    y = moved_inside(y, m->height);
    size_t column = (size_t)(ptrdiff_t)x, row = (size_t)(ptrdiff_t)y;
    size_t next = m->width > 1, below = m->height > 1 ? m->width : 0;
    double right = x - (double)column, left = 1 - right;
    double down = y - (double)row, up = 1 - down;
    const double *at = m->values + row * m->width + column;
    return at[0] * left * up + at[next] * right * up + at[below] * left * down +
           at[below + next] * right * down;
}

static inline int is_crest(const map *m, size_t row, size_t column, vector normal,
                           const sm_edge_nms_rule *rule) {
    double x = (double)column, y = (double)row;
    double value = row_of(m, row)[column] * rule->multiplier;
    for (size_t i = 1; i <= rule->radius; i++) {
        double d = (double)i;
        if (value < interpolate(m, x - d * normal.x, y - d * normal.y)) return 0;
        if (value < interpolate(m, x + d * normal.x, y + d * normal.y)) return 0;
    }
    return 1;
}

/* What a pixel k pixels from the first of n is multiplied by. */
static double fade(size_t k, size_t n, size_t border) {
    size_t from_end = smaller(k, n - 1 - k);
    return from_end < border ? (double)from_end / (double)border : 1;
}

sm_status sm_edge_nms(const double *strengths, size_t height, size_t width,
                      const sm_edge_nms_rule *rule, double *crests, sm_buffer *scratch) {
    if (!sm_size_is_valid(height, width)) return SM_NO_MEMORY;
    size_t n_pixels = height * width, row_size = (width + 2 * BLUR) * sizeof(double);
    if (sm_buffer_reserve(scratch, N_MAPS * height + N_ROWS, row_size) != SM_OK)
        return SM_NO_MEMORY;
    double *values = scratch->data, *rows = values + N_MAPS * n_pixels;
    double *xs = rows + 2 * width, *ys = xs + width, *fades = ys + width, *padded = fades + width;
    const map raw = {height, width, (double *)strengths};
    const map smoothed = {height, width, values}, blurred = {height, width, values + n_pixels};
    const map dy = {height, width, values + 2 * n_pixels};
    size_t border = smaller(rule->border, smaller(width, height) / 2);

    filter(&raw, SMOOTHING, padded, &smoothed);
    filter(&smoothed, BLUR, padded, &blurred);
    for (size_t y = 0; y < height; y++) derive_across(&blurred, y, row_of(&dy, y));
    for (size_t x = 0; x < width; x++) fades[x] = fade(x, width, border);
    for (size_t y = 0; y < height; y++) {
        const double *row = row_of(&smoothed, y);
        double here = fade(y, height, border);
        find_normals(&blurred, &dy, y, rows, xs, ys);
        for (size_t x = 0; x < width; x++) {
            int stays = row[x] > 0 && is_crest(&smoothed, y, x, (vector){xs[x], ys[x]}, rule);
            *crests++ = stays ? row[x] * fades[x] * here : 0;
        }
    }
    return SM_OK;
}
