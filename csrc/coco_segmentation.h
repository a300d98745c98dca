/*
 * coco_segmentation.h - the value of "segmentation" into the payload of a table.
 *
 * Either an array of polygons, each a flat array x0, y0, x1, y1, ... in pixels, or an object with
 * "size": [height, width] and "counts", a string or an array of integers
 * (https://cocodataset.org/#format-data).
 */
#ifndef SM_COCO_SEGMENTATION_H
#define SM_COCO_SEGMENTATION_H

#include "json.h"
#include "objects.h"

/* A height or a width in pixels, from 1 to SM_MAX_PIXELS. */
const char *sm_coco_read_side(const char *p, uint32_t *side, sm_scan *scan);

/*
 * Reads the segmentation at p, appends its payload and fills `shape`. Counts are checked to fill
 * the mask, and *area becomes its number of pixels; for polygons, whose area is known only once
 * they are filled, *has_area is 0. Polygons follow pycocotools in what is one: the first has at
 * least 3 points, others at least 1.
 */
const char *sm_coco_read_segmentation(const char *p, sm_objects *objects, sm_shape *shape,
                                      uint32_t *area, int *has_area, sm_scan *scan);

#endif
