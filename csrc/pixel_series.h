/*
 * pixel_series.h - a series of binary images of one size, as what changes from each to the next.
 *
 * Definition. A node is a pixel that is set in some image of the series; nodes are numbered as they
 * appear. The first image changes from an empty one. An event is a node that is set or cleared; those of
 * one image are in no order that means anything.
 *
 * Limits. As sm_bitmap's, and fewer than 2^32 - 1 events.
 * Ownership. A zeroed series is empty; release what it holds with sm_pixel_series_release.
 */
#ifndef SM_PIXEL_SERIES_H
#define SM_PIXEL_SERIES_H

#include "bitmap.h"

typedef struct sm_pixel_event {
    uint32_t node : 31;
    uint32_t is_set : 1;
} sm_pixel_event;

typedef struct sm_pixel_series {
    size_t height, width;
    size_t n_images, n_nodes, n_events;
    sm_bitmap ever;   /* what is set in some image */
    sm_bitmap latest; /* the last image */
    sm_buffer ever_words, latest_words;
    sm_buffer node_of; /* int32_t for each pixel: its node, or -1 */
    sm_buffer events;  /* sm_pixel_event */
    sm_buffer ends;    /* size_t for each image: events of it and those before */
    sm_buffer counts;  /* int64_t for each image: its pixels */
} sm_pixel_series;

/* Makes an empty series of images of this size; what it held is lost. SM_NO_MEMORY. */
sm_status sm_pixel_series_begin(sm_pixel_series *series, size_t height, size_t width);

/* Adds an image of the series' size. SM_NO_MEMORY leaves the series to be begun anew. */
sm_status sm_pixel_series_add(sm_pixel_series *series, const sm_bitmap *image);

/* The events of image i, and how many there are. */
const sm_pixel_event *sm_pixel_series_events(const sm_pixel_series *series, size_t i, size_t *n);

/* Pixels set in image i. */
int64_t sm_pixel_series_count(const sm_pixel_series *series, size_t i);

void sm_pixel_series_release(sm_pixel_series *series);

#endif
