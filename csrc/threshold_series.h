/*
 * threshold_series.h - a map of strengths, cut at many thresholds.
 *
 * Definition. Image i of the series has the pixels whose strength is at least the threshold i places from the
 * greatest, thinned if asked for. So the series begins with the fewest pixels, and each adds some before
 * thinning.
 */
#ifndef SM_THRESHOLD_SERIES_H
#define SM_THRESHOLD_SERIES_H

#include "pixel_series.h"

/* What is used again from map to map; zeroed it is empty. */
typedef struct sm_threshold_scratch {
    sm_buffer levels, order, starts, reached_words, thinned_words, thinning;
} sm_threshold_scratch;

/*
 * Adds n_thresholds images to an empty series. strengths[height * width] are not NaN; thresholds[n_thresholds]
 * rise. SM_NO_MEMORY.
 */
sm_status sm_threshold_series(sm_pixel_series *series, const double *strengths,
                              const double *thresholds, size_t n_thresholds, int thin,
                              sm_threshold_scratch *scratch);

void sm_threshold_scratch_release(sm_threshold_scratch *scratch);

#endif
