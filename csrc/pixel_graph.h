/*
 * pixel_graph.h - which pixels of a series lie within a distance of which pixels of one image.
 *
 * Definition. The graph has the nodes of an sm_pixel_series on one side, the set pixels of an image, its
 * marks, numbered row by row, on the other, and an arc between any two at most `radius` apart: their
 * squared distance is compared with radius * radius, in doubles. The cost of an arc is 100 times its
 * length, rounded to the nearest integer, even if halfway. That of leaving two pixels unmatched is more than
 * any number of arcs could save, so that the cheapest matching has the most pairs.
 *
 * Ties. Costs are scaled by a power of two, and each arc's has a number below it that is a hash of the two
 * pixels and of `salt`. So few that the hashes of all arcs of a matching stay below one unit of cost, so the
 * cheapest matching is among the cheapest by length, and, but for a collision of hashes, the only one.
 * The numbers depend on the pixels and on the image, not on the series: the matching of one image of a
 * series is the same whatever the others are.
 *
 * Limits. height * width as sm_bitmap's; at most UINT32_MAX arcs; radius at most SM_MAX_RADIUS.
 * Source. The costs of arcs are those of the BSDS benchmark (Martin, Fowlkes and Malik, PAMI 26(5), 2004),
 * where a pair more is worth a hundred of the longest arcs.
 */
#ifndef SM_PIXEL_GRAPH_H
#define SM_PIXEL_GRAPH_H

#include "pixel_series.h"

#define SM_MAX_RADIUS 100000.0

typedef struct sm_arc {
    int64_t cost;
    uint32_t to; /* on the other side */
} sm_arc;

/* One side of the graph: the arcs of each of its pixels, the cheapest first. */
typedef struct sm_arcs {
    size_t n;
    sm_buffer starts; /* uint32_t[n + 1] */
    sm_buffer arcs;   /* sm_arc */
} sm_arcs;

typedef struct sm_pixel_graph {
    sm_arcs nodes, marks;
    int64_t unmatched; /* cost of not matching two pixels */
    sm_buffer places;  /* uint32_t for each mark: its pixel */
    sm_buffer disk;    /* what is within the radius, by row */
} sm_pixel_graph;

static inline const sm_arc *sm_arcs_of(const sm_arcs *side, size_t i, size_t *n) {
    const uint32_t *starts = side->starts.data;
    *n = starts[i + 1] - starts[i];
    return (const sm_arc *)side->arcs.data + starts[i];
}

/*
 * Builds the graph, whose former content is lost. `radius` is in pixels, 0 <= radius <= SM_MAX_RADIUS.
 * SM_NO_MEMORY also where there are too many arcs; SM_INVALID where the costs would not fit 64 bits.
 */
sm_status sm_pixel_graph_build(sm_pixel_graph *graph, const sm_pixel_series *series,
                               const sm_bitmap *image, double radius, uint64_t salt);

void sm_pixel_graph_release(sm_pixel_graph *graph);

#endif
