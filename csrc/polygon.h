/*
 * polygon.h - polygons to runs, by COCO's rule.
 *
 * Definition (rleFrPoly of pycocotools 2.0.11, maskApi.c). Coordinates are scaled by 5 and rounded:
 * X = (int)(5 * x + .5). Every edge of the closed outline is walked one step at a time along its
 * longer axis; the other coordinate is (int)(start + slope * t + .5) in doubles. Wherever two
 * consecutive points lie in different upsampled columns, the left one at u = 5 * c + 2 for a pixel
 * column 0 <= c < width is a crossing, at row ceil((v + .5) / 5 - .5) clamped to [0, height], with
 * v the smaller of the two rows. Crossings, sorted by c * height + row, alternately start and end
 * the foreground; an odd one out runs to the last pixel; equal neighbours cancel.
 *
 * Only every fifth column matters, so edges are not walked: an edge along x evaluates one point per
 * pixel column, an edge along y solves for the step that crosses and settles rounding with the very
 * expression above. The result is the same to the bit, on machines whose compiler does not fuse
 * multiply and add (this library is built with -ffp-contract=off; see docs/reference/parity.md).
 * Time and memory are O(vertices + crossings): parts outside the image cost nothing more.
 *
 * Source. COCO API, common/maskApi.c; bit-exact with pycocotools 2.0.11 wheels for x86-64.
 */
#ifndef SM_POLYGON_H
#define SM_POLYGON_H

#include "memory.h"
#include "runs.h"

/*
 * Coordinates beyond this many pixels from the origin are refused: far outside, rounding decides.
 */
#define SM_MAX_COORDINATE 1e6

/* A coordinate in fifths of a pixel. |coordinate| <= SM_MAX_COORDINATE. */
static inline int32_t sm_polygon_scale(double coordinate) {
    return (int32_t)(5.0 * coordinate + .5);
}

/* Scratch memory of sm_polygon_fill, reused between calls; zero it first, release it last. */
typedef struct sm_polygon_scratch {
    sm_buffer crossings, slots;
} sm_polygon_scratch;

void sm_polygon_scratch_release(sm_polygon_scratch *scratch);

/* Upper bound on the runs that sm_polygon_fill writes for this outline, n >= 1. O(n). */
size_t sm_polygon_runs_bound(const int32_t *xy, size_t n, uint32_t width);

/*
 * Fills one polygon of n >= 1 vertices, xy = x0, y0, x1, y1, ... in fifths of a pixel. `runs` must
 * hold sm_polygon_runs_bound(). The image size must be valid (runs.h). Writes canonical runs. Fails
 * only with SM_NO_MEMORY.
 */
sm_status sm_polygon_fill(const int32_t *xy, size_t n, uint32_t height, uint32_t width,
                          sm_polygon_scratch *scratch, sm_run *runs, size_t *n_runs);

#endif
