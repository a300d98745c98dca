/*
 * pixel_matching.h - the cheapest matching of a pixel graph, kept cheapest while nodes come and go.
 *
 * Definition. A node takes part or does not; all marks do. A matching pairs nodes that take part with marks
 * along arcs, none twice. It costs the sum of its arcs, and graph->unmatched for each pair that it falls
 * short of the number of nodes taking part. Nodes are removed and inserted in any order; once the rest is
 * settled the matching is the cheapest there is, so with the costs of sm_pixel_graph it has the most pairs,
 * and of those matchings is the cheapest. Of nodes that come and go together those that go had best go
 * first: what they leave is taken up by those that come.
 *
 * Complexity. Insertion and settlement are at most one search for a cheapest path from the pixel that
 * changed, by Dijkstra over costs reduced by dual values: O(a log a) in the arcs that it looks at, mostly a
 * few. Removal is O(1).
 * Limits. Those of the graph, which must stay as it is from sm_matching_begin on.
 */
#ifndef SM_PIXEL_MATCHING_H
#define SM_PIXEL_MATCHING_H

#include "pixel_graph.h"

#define SM_NOBODY UINT32_MAX

typedef struct sm_vertex {
    int64_t dual;       /* what it adds to be there: 0 if unmatched, vast if it takes no part */
    int64_t distance;   /* from the root of the search that reached it last */
    uint32_t mate;      /* on the other side, or SM_NOBODY */
    uint32_t reached;   /* number of that search */
    uint32_t from;      /* on the other side: where that search came from */
    uint32_t is_bereft; /* a mark that waits to be settled */
} sm_vertex;

typedef struct sm_waiting {
    int64_t distance;
    uint32_t vertex;
} sm_waiting;

typedef struct sm_matching {
    const sm_pixel_graph *graph;
    sm_vertex *nodes, *marks;
    size_t n_pairs;
    uint32_t search;
    sm_waiting *heap;            /* vertices reached and not yet looked at, the nearest first */
    uint32_t *nearest;           /* of those, the ones no farther than where the search stands */
    uint32_t *settled, *crossed; /* vertices looked at, on the root's side and on the other */
    uint32_t *bereft;            /* marks that wait to be settled */
    size_t n_heap, n_nearest, n_settled, n_crossed, n_bereft;
    sm_buffer vertices, heap_buffer, lists;
} sm_matching;

/* The nodes that a change has matched and unmatched; SM_NOBODY where there is none. */
typedef struct sm_rematch {
    uint32_t won, lost;
} sm_rematch;

/* The matching where no node takes part. SM_NO_MEMORY. */
sm_status sm_matching_begin(sm_matching *matching, const sm_pixel_graph *graph);

/* Lets a node take part that did not. */
sm_rematch sm_matching_insert(sm_matching *matching, uint32_t node);

/* Takes a node out that took part; the mark that it was matched with waits to be settled. */
sm_rematch sm_matching_remove(sm_matching *matching, uint32_t node);

/* Settles a mark that waits; 0 if there was none, and only then is the matching the cheapest. */
int sm_matching_settle(sm_matching *matching, sm_rematch *rematch);

void sm_matching_release(sm_matching *matching);

#endif
