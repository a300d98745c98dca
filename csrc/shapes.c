#include "shapes.h"

#include "counts_text.h"

#include <string.h>

void sm_mask_arena_release(sm_mask_arena *arena) {
    sm_buffer_release(&arena->runs);
    sm_buffer_release(&arena->spare);
    sm_buffer_release(&arena->united);
    sm_polygon_scratch_release(&arena->polygon);
    arena->used = 0;
}

/* Room for n more runs at the end of the arena (one even for none); NULL where there is no memory. */
static sm_run *arena_room(sm_mask_arena *arena, size_t n) {
    if (sm_buffer_reserve(&arena->runs, arena->used + n + 1, sizeof(sm_run)) != SM_OK) return NULL;
    return (sm_run *)arena->runs.data + arena->used;
}

static sm_status decode_text(const uint8_t *text, size_t length, uint32_t n_pixels,
                             sm_mask_arena *arena, size_t *n) {
    sm_fault fault;
    sm_run *runs = arena_room(arena, length / 2 + 1);
    if (!runs) return SM_NO_MEMORY;
    return sm_counts_text_decode((const char *)text, length, n_pixels, runs, n, &fault);
}

static sm_status decode_counts(const uint8_t *counts, size_t length, uint32_t n_pixels,
                               sm_mask_arena *arena, size_t *n) {
    sm_fault fault;
    size_t n_counts = length / sizeof(uint32_t);
    sm_run *runs = arena_room(arena, n_counts / 2 + 1);
    if (!runs) return SM_NO_MEMORY;
    return sm_runs_from_counts((const uint32_t *)(const void *)counts, n_counts, n_pixels, runs, n,
                               &fault);
}

/* Fills one polygon at the end of the arena, which keeps only what `arena->used` counts. */
static sm_status fill(const int32_t *xy, size_t vertices, uint32_t height, uint32_t width,
                      sm_mask_arena *arena, size_t *n) {
    sm_run *runs = arena_room(arena, sm_polygon_runs_bound(xy, vertices, width));
    if (!runs) return SM_NO_MEMORY;
    return sm_polygon_fill(xy, vertices, height, width, &arena->polygon, runs, n);
}

/* Unites the n runs at the end of the arena with another polygon. */
static sm_status fill_also(const int32_t *xy, size_t vertices, uint32_t height, uint32_t width,
                           sm_mask_arena *arena, size_t *n) {
    size_t bound = sm_polygon_runs_bound(xy, vertices, width), more;
    sm_status status = sm_buffer_reserve(&arena->spare, bound, sizeof(sm_run));
    if (status == SM_OK) status = sm_buffer_reserve(&arena->united, *n + bound, sizeof(sm_run));
    if (status != SM_OK) return status;
    status =
        sm_polygon_fill(xy, vertices, height, width, &arena->polygon, arena->spare.data, &more);
    if (status != SM_OK) return status;
    sm_run *runs = arena_room(arena, *n + more);
    if (!runs) return SM_NO_MEMORY;
    *n = sm_runs_unite(runs, *n, arena->spare.data, more, arena->united.data);
    memcpy(runs, arena->united.data, *n * sizeof *runs);
    return SM_OK;
}

static sm_status decode_polygons(const uint8_t *payload, size_t length, uint32_t height,
                                 uint32_t width, sm_mask_arena *arena, size_t *n) {
    sm_status status = SM_OK;
    for (size_t at = 0; at < length && status == SM_OK;) {
        uint32_t vertices;
        memcpy(&vertices, payload + at, sizeof vertices);
        const int32_t *xy = (const int32_t *)(const void *)(payload + at + sizeof vertices);
        status = at == 0 ? fill(xy, vertices, height, width, arena, n)
                         : fill_also(xy, vertices, height, width, arena, n);
        at += sizeof vertices + 2 * sizeof *xy * (size_t)vertices;
    }
    return status;
}

static sm_status decode_box(const uint8_t *payload, uint32_t height, uint32_t width,
                            sm_mask_arena *arena, size_t *n) {
    double box[4];
    memcpy(box, payload, sizeof box);
    int32_t left = sm_polygon_scale(box[0]), right = sm_polygon_scale(box[0] + box[2]);
    int32_t top = sm_polygon_scale(box[1]), bottom = sm_polygon_scale(box[1] + box[3]);
    const int32_t corners[] = {left, top, left, bottom, right, bottom, right, top};
    return fill(corners, 4, height, width, arena, n);
}

sm_status sm_shape_decode(const sm_shape *shape, const uint8_t *const *payloads, uint32_t height,
                          uint32_t width, sm_mask_arena *arena, sm_mask *mask) {
    const uint8_t *data = payloads[shape->payload] + shape->offset;
    sm_status status = SM_OK;
    size_t n = 0;
    switch (shape->kind) {
    case SM_SHAPE_TEXT:
        status = decode_text(data, shape->length, height * width, arena, &n);
        break;
    case SM_SHAPE_COUNTS:
        status = decode_counts(data, shape->length, height * width, arena, &n);
        break;
    case SM_SHAPE_POLYGONS:
        status = decode_polygons(data, shape->length, height, width, arena, &n);
        break;
    case SM_SHAPE_BOX:
        status = decode_box(data, height, width, arena, &n);
        break;
    default:
        break;
    }
    if (status != SM_OK) return status;
    *mask = (sm_mask){.first = arena->used, .n = n};
    mask->area = sm_runs_measure(sm_mask_runs(arena, mask), n, height, &mask->extent);
    arena->used += n;
    return SM_OK;
}

sm_status sm_shape_box(const sm_shape *shape, const uint8_t *const *payloads, uint32_t height,
                       uint32_t width, sm_mask_arena *arena, double box[4]) {
    if (shape->kind == SM_SHAPE_BOX) {
        memcpy(box, payloads[shape->payload] + shape->offset, 4 * sizeof *box);
        return SM_OK;
    }
    sm_mask mask;
    sm_status status = sm_shape_decode(shape, payloads, height, width, arena, &mask);
    if (status != SM_OK) return status;
    arena->used = mask.first;
    box[0] = mask.extent.left;
    box[1] = mask.extent.top;
    box[2] = mask.extent.right - mask.extent.left;
    box[3] = mask.extent.bottom - mask.extent.top;
    return SM_OK;
}
