/*
 * The plain form solves an assignment problem anew for every image. Here the linear programme's dual keeps
 * the last solution alive: arcs say dual(node) + dual(mark) >= unmatched - cost, with equality along pairs,
 * and whoever is unmatched has a dual of 0. A pixel that comes, or whose mate has gone, breaks only its own
 * condition. A search from it finds the cheapest way to mend that: end at an unmatched pixel of the other
 * side, unmatch another of its own, or be unmatched itself.
 *
 * A mark whose mate has gone may wait, free though its dual is not 0: a search from a node that comes ends
 * there as at any free mark, which mends both at once. Where a line moves by a pixel, most marks find
 * the pixel next to the one that they had, and need no search of their own.
 */
#include "pixel_matching.h"

#include <string.h>

/* The dual of a node that does not take part: no way to it is short enough. */
static const int64_t ABSENT = INT64_MAX / 4;

/* One side of the graph, as a search from it or to it sees it. */
typedef struct side {
    const sm_arcs *arcs;
    sm_vertex *vertices;
} side;

/* Where a search may end best, as far as is known. */
typedef struct destination {
    int64_t distance;
    uint32_t
        free; /* an unmatched pixel of the other side; SM_NOBODY where there is a better end: */
    uint32_t leaves; /* a pixel of the root's side that gives up its mate, or the root */
} destination;

static sm_vertex *lay_out(sm_matching *m, size_t n_nodes, size_t n_marks) {
    sm_vertex *vertices = m->vertices.data;
    for (size_t i = 0; i < n_nodes + n_marks; i++)
        vertices[i] = (sm_vertex){.mate = SM_NOBODY, .dual = i < n_nodes ? ABSENT : 0};
    return vertices;
}

sm_status sm_matching_begin(sm_matching *m, const sm_pixel_graph *graph) {
    size_t n_nodes = graph->nodes.n, n_marks = graph->marks.n, n = n_nodes + n_marks;
    size_t n_arcs = ((const uint32_t *)graph->marks.starts.data)[n_marks];
    if (sm_buffer_reserve(&m->vertices, n + 1, sizeof(sm_vertex)) != SM_OK ||
        sm_buffer_reserve(&m->heap_buffer, n_arcs + 1, sizeof(sm_waiting)) != SM_OK ||
        sm_buffer_reserve(&m->lists, n_arcs + 2 * n + n_marks + 1, sizeof(uint32_t)) != SM_OK)
        return SM_NO_MEMORY;
    m->graph = graph;
    m->nodes = lay_out(m, n_nodes, n_marks);
    m->marks = m->nodes + n_nodes;
    m->n_pairs = m->n_bereft = 0;
    m->search = 0;
    m->heap = m->heap_buffer.data;
    m->nearest = m->lists.data;
    m->settled = m->nearest + n_arcs;
    m->crossed = m->settled + n;
    m->bereft = m->crossed + n;
    return SM_OK;
}

static void push(sm_matching *m, int64_t distance, uint32_t vertex) {
    sm_waiting *heap = m->heap;
    size_t at = m->n_heap++;
    for (; at > 0 && heap[(at - 1) / 2].distance > distance; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = (sm_waiting){distance, vertex};
}

static sm_waiting pop(sm_matching *m) {
    sm_waiting *heap = m->heap, first = heap[0], last = heap[--m->n_heap];
    size_t at = 0;
    for (size_t child = 1; child < m->n_heap; child = 2 * at + 1) {
        if (child + 1 < m->n_heap && heap[child + 1].distance < heap[child].distance) child++;
        if (heap[child].distance >= last.distance) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    return first;
}

/*
 * Looks at the arcs of x, which is at `distance`. Tells whether the goal is as near as x itself, so that
 * nothing better can be found.
 */
static inline int look_from(sm_matching *m, const side *own, const side *other, uint32_t x,
                            int64_t distance, destination *goal) {
    size_t n;
    const sm_arc *arc = sm_arcs_of(own->arcs, x, &n);
    int64_t base = distance + own->vertices[x].dual - m->graph->unmatched;
    for (const sm_arc *end = arc + n; arc < end; arc++) {
        if (base + arc->cost >= goal->distance)
            break; /* so do the others; duals are not negative */
        sm_vertex *y = other->vertices + arc->to;
        int64_t there = base + arc->cost + y->dual;
        if (there >= goal->distance) continue;
        if (y->reached == m->search && y->distance <= there) continue;
        y->reached = m->search;
        y->distance = there;
        y->from = x;
        if (y->mate == SM_NOBODY) {
            goal->distance = there;
            goal->free = arc->to;
            if (there == distance) return 1;
        } else if (there == distance) {
            m->nearest[m->n_nearest++] = arc->to;
        } else {
            push(m, there, arc->to);
        }
    }
    return 0;
}

/* The nearest vertex that was reached and not looked at, if it is nearer than the goal. */
static inline uint32_t next_reached(sm_matching *m, const side *other, const destination *goal) {
    if (m->n_nearest > 0) return m->nearest[--m->n_nearest];
    while (m->n_heap > 0) {
        sm_waiting first = pop(m);
        if (first.distance >= goal->distance) return SM_NOBODY;
        if (other->vertices[first.vertex].distance == first.distance) return first.vertex;
    }
    return SM_NOBODY;
}

static destination search_from(sm_matching *m, const side *own, const side *other, uint32_t root) {
    destination goal = {own->vertices[root].dual, SM_NOBODY, root};
    m->search++;
    m->n_heap = m->n_nearest = m->n_settled = m->n_crossed = 0;
    int64_t distance = 0;
    for (uint32_t x = root;;) {
        own->vertices[x].distance = distance;
        m->settled[m->n_settled++] = x;
        if (look_from(m, own, other, x, distance, &goal)) break;
        uint32_t y = next_reached(m, other, &goal);
        if (y == SM_NOBODY) break;
        distance = other->vertices[y].distance;
        m->crossed[m->n_crossed++] = y;
        x = other->vertices[y].mate;
        if (distance + own->vertices[x].dual < goal.distance) {
            goal.distance = distance + own->vertices[x].dual;
            goal.free = SM_NOBODY;
            goal.leaves = x;
            if (goal.distance == distance) break;
        }
    }
    return goal;
}

/* Makes the arcs of the path found cost nothing, and no arc less than that. */
static void move_duals(const sm_matching *m, const side *own, const side *other, int64_t reach) {
    for (size_t i = 0; i < m->n_settled; i++) {
        sm_vertex *x = own->vertices + m->settled[i];
        if (x->distance < reach) x->dual -= reach - x->distance;
    }
    for (size_t i = 0; i < m->n_crossed; i++) {
        sm_vertex *y = other->vertices + m->crossed[i];
        if (y->distance < reach) y->dual += reach - y->distance;
    }
}

/* Pairs anew along the path from the root to y. */
static void pair_along(const side *own, const side *other, uint32_t root, uint32_t y) {
    for (;;) {
        uint32_t x = other->vertices[y].from, before = own->vertices[x].mate;
        other->vertices[y].mate = x;
        own->vertices[x].mate = y;
        if (x == root) return;
        y = before;
    }
}

/* Mends the matching for a root that is unmatched though its dual is not 0. */
static destination mend(sm_matching *m, const side *own, const side *other, uint32_t root) {
    destination goal = search_from(m, own, other, root);
    move_duals(m, own, other, goal.distance);
    if (goal.free != SM_NOBODY) {
        pair_along(own, other, root, goal.free);
        m->n_pairs++;
    } else if (goal.leaves != root) {
        uint32_t y = own->vertices[goal.leaves].mate;
        own->vertices[goal.leaves].mate = SM_NOBODY;
        pair_along(own, other, root, y);
    }
    return goal;
}

sm_rematch sm_matching_insert(sm_matching *m, uint32_t node) {
    const side nodes = {&m->graph->nodes, m->nodes}, marks = {&m->graph->marks, m->marks};
    sm_rematch rematch = {SM_NOBODY, SM_NOBODY};
    sm_vertex *inserted = m->nodes + node;
    size_t n;
    const sm_arc *arc = sm_arcs_of(nodes.arcs, node, &n);
    inserted->dual = 0;
    for (const sm_arc *end = arc + n; arc < end; arc++) {
        int64_t worth = m->graph->unmatched - arc->cost;
        if (worth <= inserted->dual) break;
        worth -= m->marks[arc->to].dual;
        if (worth > inserted->dual) inserted->dual = worth;
    }
    if (inserted->dual == 0) return rematch;
    destination goal = mend(m, &nodes, &marks, node);
    if (goal.free == SM_NOBODY && goal.leaves == node) return rematch;
    rematch.won = node;
    if (goal.free == SM_NOBODY) rematch.lost = goal.leaves;
    return rematch;
}

sm_rematch sm_matching_remove(sm_matching *m, uint32_t node) {
    sm_vertex *removed = m->nodes + node;
    uint32_t mark = removed->mate;
    removed->dual = ABSENT;
    if (mark == SM_NOBODY) return (sm_rematch){SM_NOBODY, SM_NOBODY};
    removed->mate = m->marks[mark].mate = SM_NOBODY;
    m->n_pairs--;
    if (!m->marks[mark].is_bereft) m->bereft[m->n_bereft++] = mark;
    m->marks[mark].is_bereft = 1;
    return (sm_rematch){SM_NOBODY, node};
}

int sm_matching_settle(sm_matching *m, sm_rematch *rematch) {
    const side nodes = {&m->graph->nodes, m->nodes}, marks = {&m->graph->marks, m->marks};
    *rematch = (sm_rematch){SM_NOBODY, SM_NOBODY};
    if (m->n_bereft == 0) return 0;
    uint32_t mark = m->bereft[--m->n_bereft];
    sm_vertex *bereft = m->marks + mark;
    bereft->is_bereft = 0;
    if (bereft->mate == SM_NOBODY && bereft->dual > 0)
        rematch->won = mend(m, &marks, &nodes, mark).free;
    return 1;
}

void sm_matching_release(sm_matching *m) {
    sm_buffer_release(&m->vertices);
    sm_buffer_release(&m->heap_buffer);
    sm_buffer_release(&m->lists);
    *m = (sm_matching){0};
}
