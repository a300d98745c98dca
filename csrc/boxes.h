/*
 * boxes.h - intersection over union of boxes.
 *
 * Definition. A box is x, y, width, height in pixels, y down, as doubles. The intersection over
 * union of a detection and a truth is the area of their intersection over the area of their union;
 * where the truth is a crowd, over the area of the detection. Boxes that share no area have 0.
 *
 * Source. Must agree to the bit with bbIou of pycocotools 2.0.11 (maskApi.c), so the order of
 * operations is part of the definition, and multiplication must not be fused with addition
 * (-ffp-contract=off).
 */
#ifndef SM_BOXES_H
#define SM_BOXES_H

#include <stddef.h>
#include <stdint.h>

/* The length that [a, a + m) and [b, b + n) share; zero or negative where they share none. */
static inline double sm_shared_length(double a, double m, double b, double n) {
    double end = a + m < b + n ? a + m : b + n;
    return end - (a > b ? a : b);
}

/* Intersection over union of one detection and one truth. No number may be NaN. */
static inline double sm_box_iou(const double detection[4], const double truth[4], int crowd) {
    double width = sm_shared_length(detection[0], detection[2], truth[0], truth[2]);
    if (width <= 0) return 0;
    double height = sm_shared_length(detection[1], detection[3], truth[1], truth[3]);
    if (height <= 0) return 0;
    double both = width * height;
    double area = detection[2] * detection[3];
    return both / (crowd ? area : area + truth[2] * truth[3] - both);
}

/*
 * All pairs: iou[i * m + j] of detection i and truth j. `detections` holds 4 * n doubles, `truths`
 * 4 * m, `crowd` m flags.
 */
void sm_box_iou_matrix(const double *detections, size_t n, const double *truths, size_t m,
                       const uint8_t *crowd, double *iou);

#endif
