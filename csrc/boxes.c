#include "boxes.h"

void sm_box_iou_matrix(const double *detections, size_t n, const double *truths, size_t m,
                       const uint8_t *crowd, double *iou) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < m; j++)
            *iou++ = sm_box_iou(detections + 4 * i, truths + 4 * j, crowd[j]);
    }
}
