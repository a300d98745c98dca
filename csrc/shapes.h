/*
 * shapes.h - the geometry of one row of a table (objects.h), decoded.
 */
#ifndef SM_SHAPES_H
#define SM_SHAPES_H

#include "objects.h"
#include "polygon.h"
#include "runs.h"

/*
 * Decoded masks, one after the other in one arena. Zero it first, release it last; reset between
 * uses.
 */
typedef struct sm_mask {
    size_t first, n; /* runs[first .. first + n) of the arena */
    uint32_t area;
    sm_extent extent;
} sm_mask;

typedef struct sm_mask_arena {
    sm_buffer runs, spare, united; /* of sm_run */
    size_t used;
    sm_polygon_scratch polygon;
} sm_mask_arena;

static inline const sm_run *sm_mask_runs(const sm_mask_arena *arena, const sm_mask *mask) {
    return (const sm_run *)arena->runs.data + mask->first;
}

static inline void sm_mask_arena_reset(sm_mask_arena *arena) {
    arena->used = 0;
}

void sm_mask_arena_release(sm_mask_arena *arena);

/*
 * Decodes a shape for an image of this size (valid, see runs.h) into the arena and measures it. The
 * shape must have been checked when it was read (coco_reader.h): its counts fill height x width,
 * its polygons are well formed. SM_SHAPE_NONE gives an empty mask; a box is filled as a polygon of
 * its corners, as pycocotools' loadRes does. Earlier masks of the arena stay valid, pointers to
 * their runs do not.
 */
sm_status sm_shape_decode(const sm_shape *shape, const uint8_t *const *payloads, uint32_t height,
                          uint32_t width, sm_mask_arena *arena, sm_mask *mask);

/*
 * The box of a shape: its own, or the tight box of its mask (through the arena). x, y, width,
 * height.
 */
sm_status sm_shape_box(const sm_shape *shape, const uint8_t *const *payloads, uint32_t height,
                       uint32_t width, sm_mask_arena *arena, double box[4]);

#endif
