/*
 * instances.h - detections against ground truth, image by image: what instance AP is counted from.
 *
 * For every image and category this finds which detections enter the ranking, which of them match
 * at which IoU threshold in which area range, and how many objects there were to find. What comes
 * out are plain rows, in the order of images, then categories, then scores; rows of different
 * images are independent, so images can be divided among threads or machines at will and the rows
 * put together again.
 *
 * Sources. COCO: pycocotools 2.0.11, cocoeval.py. LVIS (`federated`): lvis 0.5.3, eval.py and
 * results.py: a category counts in an image only if it is annotated there or listed as absent;
 * where its annotation is not exhaustive, unmatched detections are ignored; the best
 * `max_per_image` detections of an image are kept before anything else. Boundaries:
 * boundary-iou-api 37d2558, cocoeval.py, computeBoundaryIoU.
 */
#ifndef SM_INSTANCES_H
#define SM_INSTANCES_H

#include "matching.h"
#include "objects.h"

/* What the IoU of a pair is of; with crowds, of masks also where boundaries are asked for. */
typedef enum sm_compared {
    SM_COMPARE_MASKS,
    SM_COMPARE_BOXES,
    SM_COMPARE_BOUNDARIES, /* the lesser of that of the masks and that of their bands
                              (boundary_band.h) */
} sm_compared;

typedef struct sm_instance_protocol {
    const double *thresholds; /* IoU, ascending; n_thresholds <= SM_MAX_THRESHOLDS */
    size_t n_thresholds;
    const double *areas; /* pairs low, high in pixels, both included; at most SM_MAX_AREAS */
    size_t n_areas;
    size_t n_categories;
    uint32_t max_per_category; /* detections kept per image and category, by score; 0 for all */
    uint32_t max_per_image;    /* detections kept per image, by score, first of all; 0 for all */
    sm_compared compared;
    double band_ratio; /* of boundaries: share of the image's diagonal, >= 0 */
    int federated;     /* LVIS: see above; crowds are not known there, "ignore" is */
    int unnamed_zero;  /* an object of id 0 never counts as matched, as in the official tools */
    int drop_empty;    /* what has no area is not there, as in lvis */
} sm_instance_protocol;

/* One side's table, its rows grouped by image (lookup.h). Unused columns may be NULL. */
typedef struct sm_instance_side {
    const uint32_t *order, *starts;
    const uint32_t *category; /* position among the categories, or SM_NOT_LISTED */
    const double *area;
    const double *score;  /* predictions */
    const int64_t *id;    /* truth */
    const uint8_t *flags; /* truth: SM_CROWD, SM_IGNORE */
    const sm_shape *shape;
    const uint8_t *const *payloads; /* by sm_shape.payload */
} sm_instance_side;

/* Category positions listed per image: of image i, those from starts[i] to before starts[i + 1]. */
typedef struct sm_listed {
    const uint32_t *starts, *category;
} sm_listed;

typedef struct sm_instance_batch {
    const uint32_t *height, *width; /* per image; not read for boxes */
    sm_instance_side truth, prediction;
    sm_listed negative, not_exhaustive; /* federated only */
} sm_instance_batch;

/*
 * Bit of sm_instance_rows.state: the detection has outcomes. Lower bits: outside of area range a.
 */
#define SM_HAS_OUTCOMES ((uint32_t)1 << 31)

/*
 * The rows. Detection columns must have room for every prediction of the images asked for; the
 * buffers grow as needed and are the caller's to release.
 */
typedef struct sm_instance_rows {
    size_t n_detections;
    double *score;
    uint32_t *category, *state;
    uint32_t *detections_per_image; /* one per image asked for */

    size_t n_outcomes; /* one per detection with SM_HAS_OUTCOMES, in their order: n_areas sm_outcome
                          each */
    sm_buffer outcomes;

    size_t n_cells; /* one per image and category with objects: n_areas + 1 uint32: category,
                       objects to find */
    sm_buffer cells;
    uint32_t *cells_per_image;
} sm_instance_rows;

/*
 * Evaluates images [first, last) of a batch into `rows`, whose counts are zero. Predictions of
 * categories that are not listed are passed over. Fails with SM_NO_MEMORY, or, where a mask is
 * needed of an image without a valid size or does not fill it, with SM_INVALID and the image in
 * fault->record.
 */
sm_status sm_instances_evaluate(const sm_instance_batch *batch,
                                const sm_instance_protocol *protocol, size_t first, size_t last,
                                sm_instance_rows *rows, sm_fault *fault);

#endif
