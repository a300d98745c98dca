#include "region_overlaps.h"

#include <math.h>
#include <string.h>

static double times_log(uint32_t n) {
    return n * log2(n);
}

static size_t start_of(const sm_overlaps *overlaps, size_t segment) {
    return segment == 0 ? 0 : overlaps->ends[segment - 1];
}

void sm_overlaps_prepare(sm_overlaps *overlaps) {
    size_t n = start_of(overlaps, overlaps->n_segments);
    for (size_t i = 0; i < n; i++)
        overlaps->overlaps[i].log = times_log(overlaps->overlaps[i].pixels);
}

static void merge_sizes(sm_overlaps *overlaps, const uint32_t *into, uint32_t n) {
    uint32_t *sizes = overlaps->region_sizes;
    for (uint32_t i = 0; i < overlaps->n_regions; i++) {
        uint32_t size = sizes[i];
        sizes[i] = 0; /* its own place is free by now, or will be taken again */
        sizes[into[i]] += size;
    }
    overlaps->n_regions = n;
}

/*
 * Overlaps of one segment move up, each to its region's place if the region has one already.
 * Places of other segments lie before `start`, so that they need no clearing.
 */
void sm_overlaps_merge(sm_overlaps *overlaps, const uint32_t *into, uint32_t n) {
    sm_overlap *all = overlaps->overlaps;
    size_t *places = overlaps->places, from = 0, to = 0;
    memset(places, 0, n * sizeof *places);
    for (size_t g = 0; g < overlaps->n_segments; g++) {
        size_t start = to;
        for (; from < overlaps->ends[g]; from++) {
            uint32_t region = into[all[from].region];
            size_t place = places[region];
            if (place > start) { /* places are counted from 1 */
                sm_overlap *overlap = all + place - 1;
                overlap->pixels += all[from].pixels;
                overlap->log = times_log(overlap->pixels);
            } else {
                all[to] = (sm_overlap){region, all[from].pixels, all[from].log};
                places[region] = ++to;
            }
        }
        overlaps->ends[g] = to;
    }
    merge_sizes(overlaps, into, n);
}

/* The greatest IoU of a segment. Its overlaps are added to the sums and to what regions have. */
static double measure_segment(const sm_overlaps *overlaps, size_t g, sm_agreement *sums) {
    double best = 0;
    for (size_t i = start_of(overlaps, g); i < overlaps->ends[g]; i++) {
        const sm_overlap *overlap = overlaps->overlaps + i;
        uint64_t pixels = overlap->pixels;
        uint64_t both =
            (uint64_t)overlaps->region_sizes[overlap->region] + overlaps->segment_sizes[g] - pixels;
        double iou = (double)pixels / (double)both;
        if (iou > best) best = iou;
        if (iou > overlaps->region_best[overlap->region])
            overlaps->region_best[overlap->region] = iou;
        sums->overlap_squares += pixels * pixels;
        overlaps->region_logs[overlap->region] += overlap->log;
    }
    return best;
}

sm_agreement sm_overlaps_measure(sm_overlaps *overlaps) {
    sm_agreement sums = {0};
    for (uint32_t r = 0; r < overlaps->n_regions; r++)
        overlaps->region_logs[r] = overlaps->region_best[r] = 0;
    for (size_t g = 0; g < overlaps->n_segments; g++) {
        double best = measure_segment(overlaps, g, &sums);
        sums.covered += overlaps->segment_sizes[g] * best;
        if (best > overlaps->best[g]) overlaps->best[g] = best;
    }
    for (uint32_t r = 0; r < overlaps->n_regions; r++) {
        uint64_t size = overlaps->region_sizes[r];
        sums.covered_regions += (double)size * overlaps->region_best[r];
        sums.region_squares += size * size;
        sums.region_logs += times_log((uint32_t)size);
        sums.overlap_logs += overlaps->region_logs[r]; /* segment by segment, whatever was merged */
    }
    return sums;
}
