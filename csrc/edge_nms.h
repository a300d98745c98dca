/*
 * edge_nms.h - boundary strengths reduced to their crests: non-maximum suppression.
 *
 * Definition. tri(E, r) filters columns, then rows, with weights 1, 2, ..., r + 1, ..., 2, 1 over
 * (r + 1)^2; beyond its border the image is mirrored, its last pixel first. The derivatives dx and dy
 * are half the difference of both neighbours; at the border the difference of the pixel and its one
 * neighbour; 0 where there is none. With E = tri(strengths, 1) and B = tri(E, 4), the normal of a pixel is
 *   (dx dx B + 1e-5, dy dy B * sign(-dx dy B)),
 * scaled to length 1; where its square is 0 it is (1, 0).
 * A pixel of E becomes 0 if, for some d of 1 ... radius, it is less, multiplied by `multiplier`, than E is at d
 * times the normal from it to either side. E is interpolated bilinearly, at a point that is first moved into
 * 0 ... width - 1.001 and 0 ... height - 1.001.
 * Then border = min(border, width / 2, height / 2), whole numbers, and a pixel that is k < border pixels from
 * the first or last column is multiplied by k / border; likewise of rows.
 *
 * Limits. height * width <= SM_MAX_PIXELS (runs.h); strengths in [0, 1].
 * Complexity: O(radius) for each pixel.
 * Source. edgesNms of Dollar and Zitnick, Fast Edge Detection Using Structured Forests, PAMI 37(8),
 * 2015, with the angle that its toolbox takes from second derivatives.
 */
#ifndef SM_EDGE_NMS_H
#define SM_EDGE_NMS_H

#include "memory.h"

typedef struct sm_edge_nms_rule {
    size_t radius, border; /* pixels */
    double multiplier;     /* positive */
} sm_edge_nms_rule;

/*
 * Writes crests[height * width], row by row as strengths are. SM_NO_MEMORY also where the size is none;
 * `scratch` is reused between calls.
 */
sm_status sm_edge_nms(const double *strengths, size_t height, size_t width,
                      const sm_edge_nms_rule *rule, double *crests, sm_buffer *scratch);

#endif
