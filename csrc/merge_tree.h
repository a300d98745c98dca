/*
 * merge_tree.h - the segmentations of an ultrametric contour map at ascending thresholds.
 *
 * Definition. The map of an image of height h and width w has 2h+1 rows and 2w+1 columns: pixels lie
 * at odd rows and columns and are 0, contours lie between them. The segmentation at t is what 8-connected
 * components of {map <= t} leave at the pixels. Every element that is no pixel touches the pixels
 * around it, and of two such elements that touch each other one pixel is a common neighbour; so a
 * path of elements <= t leads from pixel to pixel, and two neighbouring pixels are joined directly
 * when one of the three elements between them is <= t. Their lowest is the barrier used here. (In a
 * proper ultrametric map the ends of a contour are at least as high as the contour.)
 *
 * Segmentations are nested: that at the lowest threshold is labelled, and the others follow by
 * joining its regions in the order of their barriers (Kruskal 1956).
 *
 * Units: pixels. Limits: at most UINT32_MAX - 1 pixels, thresholds ascending, no NaN. Ownership: a
 * zeroed sm_merge_tree is an empty one; release it. Complexity: O(n) for n pixels, times the
 * inverse Ackermann function, and a search among thresholds for each stretch of contour.
 * Source: bwlabel(ucm2 <= t) at ucm2(2:2:end, 2:2:end), BSDS500's benchmark of regions; Arbelaez et
 * al., Contour Detection and Hierarchical Image Segmentation (2011), section 4.
 */
#ifndef SM_MERGE_TREE_H
#define SM_MERGE_TREE_H

#include "memory.h"

typedef struct sm_contours {
    const double *values; /* [2 * height + 1][2 * width + 1] */
    size_t height, width; /* of the image */
} sm_contours;

typedef struct sm_merge_tree {
    sm_buffer parents; /* uint32_t[n_finest]: forest of the finest regions; roots are the lowest */
    sm_buffer joints;  /* sm_joint[n_joints] in order of level */
    sm_buffer roots;   /* uint32_t[n_regions], ascending */
    sm_buffer numbers; /* uint32_t[n_finest]: of a root, its region */
    size_t n_joints;
    size_t next_joint;
    uint32_t level; /* of the regions, an index of thresholds */
    uint32_t n_regions;
} sm_merge_tree;

/*
 * Labels the segmentation at thresholds[0], 0, 1, ... in order of first pixels, and prepares for
 * the others. `labels` has room for height * width. n_thresholds is at least 1. SM_INVALID: there
 * are too many pixels or thresholds. Unless it returns SM_OK, the tree is good only for release.
 */
sm_status sm_merge_tree_build(sm_merge_tree *tree, sm_contours contours, const double *thresholds,
                              size_t n_thresholds, uint32_t *labels);

/*
 * Goes on to the next threshold: into[i] becomes the region that region i is now a part of, for each
 * of the n_regions there were. Regions stay numbered in order of their first pixels. Returns how
 * many there are now.
 */
uint32_t sm_merge_tree_advance(sm_merge_tree *tree, uint32_t *into);

void sm_merge_tree_release(sm_merge_tree *tree);

#endif
