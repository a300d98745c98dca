/*
 * objects.h - a table of objects (annotations or detections), column by column.
 *
 * Row r is the r-th record of its source. A row's geometry is a piece of a common payload, kept in
 * the form it came in and decoded only when somebody needs its pixels: a detector's 460,000 masks
 * stay the 90 MB of text that they are. Nothing is allocated per row. Where tables are put together,
 * each keeps its payload, and rows say in which of them theirs lies.
 *
 * Payload forms (`sm_shape.kind`):
 *
 *   SM_SHAPE_NONE      no geometry
 *   SM_SHAPE_TEXT      COCO's string form of counts (counts_text.h), unescaped
 *   SM_SHAPE_COUNTS    counts as uint32
 *   SM_SHAPE_POLYGONS  for each polygon a uint32 number of vertices, then x, y of each as int32
 *                      fifths of a pixel (polygon.h); the mask is their union
 *   SM_SHAPE_BOX       x, y, width, height as doubles, in pixels
 *
 * Every form starts at an offset that is a multiple of 8, and SM_PADDING bytes may be read past a
 * payload.
 */
#ifndef SM_OBJECTS_H
#define SM_OBJECTS_H

#include "memory.h"

enum { SM_SHAPE_NONE, SM_SHAPE_TEXT, SM_SHAPE_COUNTS, SM_SHAPE_POLYGONS, SM_SHAPE_BOX };

typedef struct sm_shape {
    uint64_t offset;        /* into its payload, bytes */
    uint32_t length;        /* bytes */
    uint32_t height, width; /* of the image, as the record says; 0 where it does not */
    uint16_t kind;
    uint16_t payload; /* which, where there are several */
} sm_shape;

enum {
    SM_CROWD = 1,         /* "iscrowd" is set */
    SM_IGNORE = 2,        /* "ignore" is set */
    SM_HAS_BOX = 4,       /* the record carries a box */
    SM_HAS_MASK_AREA = 8, /* mask_area is known */
};

typedef struct sm_objects {
    size_t n;
    int64_t *id, *image_id, *category_id;
    double *score;
    double *area;        /* truth: its "area"; predictions: that of the box; pixels */
    uint32_t *mask_area; /* pixels; where SM_HAS_MASK_AREA */
    uint8_t *flags;
    sm_shape *shape;
    uint8_t *payload;
    size_t payload_size;
    size_t capacity, payload_capacity;
} sm_objects;

/* Makes room for one more row, or for `bytes` more payload after the alignment of its start. */
sm_status sm_objects_reserve_row(sm_objects *objects);
sm_status sm_objects_reserve_payload(sm_objects *objects, size_t bytes);

/* Offset at which the next payload will start. */
static inline size_t sm_objects_payload_start(const sm_objects *objects) {
    return (objects->payload_size + 7) & ~(size_t)7;
}

/*
 * Appends the rows of `more`, in order. Their geometry stays where it is, in the payload of `more`,
 * which is number `payload` from now on; keeping it there is the caller's business. `more` is left
 * as it was.
 */
sm_status sm_objects_append(sm_objects *objects, const sm_objects *more, uint16_t payload);

/* Gives back what was reserved and not used. */
void sm_objects_trim(sm_objects *objects);

void sm_objects_release(sm_objects *objects);

#endif
