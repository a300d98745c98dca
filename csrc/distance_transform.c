/*
 * The plain form is three nested minima: over sites along the fastest axis of those along the
 * middle one of those along the slowest.
 *
 * The innermost is a count of steps, made by one sweep up and one sweep down, all lines of the
 * slowest axis side by side. Its square is a function f along the middle axis, and the next minimum,
 * g(y) = min over y' of f(y') + ((y - y') * spacing)^2, is the lower envelope of parabolas. Going
 * along the line, a parabola is dropped when its neighbours hide it; what is left is visited in
 * order. That takes multiplications only, no divisions. It is done a plane at a time, so squares of
 * one plane are all that is kept.
 *
 * The last minimum is another envelope where all points are asked for. At a few points it is found
 * by going outwards until the steps alone are longer than the best there is.
 */
#include "distance_transform.h"

#include <math.h>

/* Steps to a site where there is none: more than there can be, and room to add as many. */
static const int32_t NO_SITE = SM_MOST_POINTS;

/* height + ((i - index) * spacing)^2 at point i of a line */
typedef struct parabola {
    double index;
    double height;
} parabola;

/* Points along one axis, and what is known of their distances. */
typedef struct line {
    double *squares;
    size_t stride, extent;
    double spacing;
} line;

/* What the planes of one grid are worked on with. */
typedef struct planes {
    const sm_grid *grid;
    size_t n_points; /* of a plane */
    int32_t *steps;  /* of all points, along the slowest axis */
    double *squares; /* of the points of one plane */
    parabola *hull;  /* of one line */
} planes;

size_t sm_grid_points(const sm_grid *grid) {
    size_t n = 1;
    for (int axis = 0; axis < 3; axis++) {
        size_t extent = grid->extent[axis];
        if (extent == 0 || extent > SM_MOST_POINTS || n > SIZE_MAX / extent) return 0;
        n *= extent;
    }
    return n;
}

static size_t longest_line(const sm_grid *grid) {
    size_t rows = grid->extent[1], columns = grid->extent[2];
    return rows > columns ? rows : columns;
}

/* Lays out the scratch: what is aligned to 8 bytes first. */
static sm_status make_planes(planes *p, const sm_grid *grid, sm_buffer *scratch) {
    size_t n = sm_grid_points(grid);
    if (n == 0) return SM_INVALID;
    size_t n_plane = n / grid->extent[0], n_hull = longest_line(grid);
    size_t room = sizeof *p->hull + sizeof *p->squares + sizeof *p->steps;
    if (n > SIZE_MAX / 2 / room) return SM_NO_MEMORY;
    size_t bytes = n_hull * sizeof *p->hull + n_plane * sizeof *p->squares + n * sizeof *p->steps;
    if (sm_buffer_reserve(scratch, bytes, 1) != SM_OK) return SM_NO_MEMORY;
    p->grid = grid;
    p->n_points = n_plane;
    p->hull = scratch->data;
    p->squares = (double *)(p->hull + n_hull);
    p->steps = (int32_t *)(p->squares + n_plane);
    return SM_OK;
}

/* Steps to the nearest site along the slowest axis, NO_SITE or more where its line has none. */
static void count_steps(planes *p, const uint8_t *sites) {
    size_t n = p->n_points, extent = p->grid->extent[0];
    for (size_t i = 0; i < n; i++) p->steps[i] = sites[i] ? 0 : NO_SITE;
    for (size_t z = 1; z < extent; z++) {
        int32_t *here = p->steps + z * n;
        for (size_t i = 0; i < n; i++) here[i] = sites[z * n + i] ? 0 : here[i - n] + 1;
    }
    for (size_t z = extent - 1; z-- > 0;) {
        int32_t *here = p->steps + z * n;
        for (size_t i = 0; i < n; i++)
            here[i] = here[i] < here[i + n] + 1 ? here[i] : here[i + n] + 1;
    }
}

static int any(const uint8_t *bytes, size_t n) {
    uint8_t found = 0;
    for (size_t i = 0; i < n; i++) found |= bytes[i];
    return found != 0;
}

static inline double squared(double x) {
    return x * x;
}

static void square_steps(planes *p, size_t z) {
    const int32_t *steps = p->steps + z * p->n_points;
    double spacing = p->grid->spacing[0];
    for (size_t i = 0; i < p->n_points; i++)
        p->squares[i] = steps[i] < NO_SITE ? squared(steps[i] * spacing) : INFINITY;
}

/* Whether b, which lies between a and c, is nowhere the lowest of the three. */
static inline int is_hidden(parabola a, parabola b, parabola c, double spacing) {
    double ab = (b.index - a.index) * spacing, bc = (c.index - b.index) * spacing, ac = ab + bc;
    return ac * b.height - bc * a.height - ab * c.height >= ab * bc * ac;
}

static inline double height_at(parabola p, double index, double spacing) {
    return p.height + squared((index - p.index) * spacing);
}

/* The parabolas of one line that are the lowest somewhere, in order; returns how many. */
static size_t make_hull(parabola *hull, line of) {
    size_t n = 0;
    for (size_t i = 0; i < of.extent; i++) {
        parabola next = {(double)i, of.squares[i * of.stride]};
        if (isinf(next.height)) continue;
        while (n > 1 && is_hidden(hull[n - 2], hull[n - 1], next, of.spacing)) n--;
        hull[n++] = next;
    }
    return n;
}

/* Puts the lower envelope of its parabolas in the place of a line. */
static void lower(parabola *hull, line of) {
    size_t n = make_hull(hull, of), k = 0;
    if (n == 0) return;
    for (size_t i = 0; i < of.extent; i++) {
        double height = height_at(hull[k], (double)i, of.spacing);
        for (; k + 1 < n; k++) {
            double next = height_at(hull[k + 1], (double)i, of.spacing);
            if (next > height) break;
            height = next;
        }
        of.squares[i * of.stride] = height;
    }
}

/* Squares of the distances to sites whose fastest index is that of the point. */
static void square_plane(planes *p, size_t z) {
    const sm_grid *grid = p->grid;
    square_steps(p, z);
    if (grid->extent[1] == 1) return;
    for (size_t x = 0; x < grid->extent[2]; x++)
        lower(p->hull, (line){p->squares + x, grid->extent[2], grid->extent[1], grid->spacing[1]});
}

sm_status sm_distance_transform(const uint8_t *sites, const sm_grid *grid, double *distances,
                                sm_buffer *scratch) {
    planes p;
    sm_status status = make_planes(&p, grid, scratch);
    if (status != SM_OK) return status;
    count_steps(&p, sites);
    size_t n_columns = grid->extent[2];
    for (size_t z = 0; z < grid->extent[0]; z++) {
        square_plane(&p, z);
        for (size_t i = 0; i < p.n_points; i += n_columns)
            lower(p.hull, (line){p.squares + i, 1, n_columns, grid->spacing[2]});
        for (size_t i = 0; i < p.n_points; i++) *distances++ = sqrt(p.squares[i]);
    }
    return SM_OK;
}

/* The square at column x, going outwards until the steps alone are too long. */
static double square_at(const double *squares, size_t x, size_t n_columns, double spacing) {
    double best = squares[x];
    size_t left = x, right = n_columns - 1 - x, most = left > right ? left : right;
    for (size_t k = 1; k <= most; k++) {
        double step = squared((double)k * spacing);
        if (step >= best) break;
        if (k <= left && squares[x - k] + step < best) best = squares[x - k] + step;
        if (k <= right && squares[x + k] + step < best) best = squares[x + k] + step;
    }
    return best;
}

sm_status sm_distances_at(const uint8_t *chosen, const uint8_t *sites, const sm_grid *grid,
                          double *distances, sm_buffer *scratch) {
    planes p;
    sm_status status = make_planes(&p, grid, scratch);
    if (status != SM_OK) return status;
    count_steps(&p, sites);
    size_t n_columns = grid->extent[2];
    for (size_t z = 0; z < grid->extent[0]; z++, chosen += p.n_points) {
        if (!any(chosen, p.n_points)) continue;
        square_plane(&p, z);
        for (size_t i = 0; i < p.n_points; i++) {
            if (!chosen[i]) continue;
            size_t x = i % n_columns;
            double square = square_at(p.squares + i - x, x, n_columns, grid->spacing[2]);
            *distances++ = sqrt(square);
        }
    }
    return SM_OK;
}
