/*
 * boundary_counts.h - how many pixels of a series of boundary maps and of human ones correspond.
 *
 * Definition. Each image of a series is matched with each annotation (pixel_matching.h). An annotation's
 * pixel counts as found once for each annotation it is of; a pixel of the image counts as right if it is
 * matched with any annotation.
 *
 * Source. The counts are those of the BSDS benchmark (cntR, sumR, cntP, sumP).
 */
#ifndef SM_BOUNDARY_COUNTS_H
#define SM_BOUNDARY_COUNTS_H

#include "pixel_matching.h"

typedef struct sm_boundary_counts {
    int64_t found;     /* annotated pixels that are matched, added up over annotations */
    int64_t annotated; /* annotated pixels, likewise */
    int64_t right;     /* predicted pixels that are matched with some annotation */
    int64_t predicted; /* predicted pixels */
} sm_boundary_counts;

/* What counting uses again for every image; zeroed it is empty. */
typedef struct sm_boundary_counter {
    sm_pixel_graph graph;
    sm_matching matching;
    sm_bitmap annotation;
    sm_buffer annotation_words;
    sm_buffer since;   /* uint32_t for each node: the image since which it is matched */
    sm_buffer matched; /* uint64_t words for each node: the images in which it was matched */
} sm_boundary_counter;

/*
 * Counts each image of the series into counts[series->n_images].
 *
 * annotations[n_annotations] are images of height * width bytes of the series' size, set where not 0.
 * SM_NO_MEMORY, or SM_INVALID where the radius is not one of sm_pixel_graph_build's.
 */
sm_status sm_boundary_count(sm_boundary_counter *counter, const sm_pixel_series *series,
                            const uint8_t *annotations, size_t n_annotations, double radius,
                            sm_boundary_counts *counts);

void sm_boundary_counter_release(sm_boundary_counter *counter);

#endif
