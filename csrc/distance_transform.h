/*
 * distance_transform.h - exact Euclidean distances to the nearest of given points of a grid.
 *
 * Definition. With sites S, the points of a grid whose byte is not 0, the distance of a point p is
 * min over s in S of sqrt(sum over axes a of ((p_a - s_a) * spacing_a)^2), infinite without sites.
 * Squares are added from the slowest axis to the fastest, as scipy.ndimage does, so that rounding
 * agrees too.
 *
 * Units: those of the spacing. Ownership: all memory is the caller's; `scratch` is reused between
 * calls. Complexity: O(points) for the transform. Distances at chosen points alone leave the last
 * axis out: O(points), and for each chosen point as many steps as its distance has points.
 *
 * Sources: Maurer et al., A Linear Time Algorithm for Computing Exact Euclidean Distance Transforms
 * of Binary Images in Arbitrary Dimensions (2003); Felzenszwalb and Huttenlocher, Distance
 * Transforms of Sampled Functions (2012).
 */
#ifndef SM_DISTANCE_TRANSFORM_H
#define SM_DISTANCE_TRANSFORM_H

#include "memory.h"

/* Points in C order, slowest axis first. A plane has a middle axis of one point. */
typedef struct sm_grid {
    size_t extent[3];
    double spacing[3]; /* between neighbours, finite and positive */
} sm_grid;

/* Most points along an axis: twice as many steps can be counted. */
enum { SM_MOST_POINTS = (1 << 30) - 1 };

/* Number of points; 0 also where an extent is beyond SM_MOST_POINTS or the product overflows. */
size_t sm_grid_points(const sm_grid *grid);

/*
 * Distances of all points. SM_INVALID: the grid has no points, or more than can be counted.
 * SM_NO_MEMORY leaves `distances` undefined.
 */
sm_status sm_distance_transform(const uint8_t *sites, const sm_grid *grid, double *distances,
                                sm_buffer *scratch);

/*
 * Distances of the points whose byte in `chosen` is not 0, one after another in the grid's order;
 * `distances` has room for them. Fails as sm_distance_transform.
 */
sm_status sm_distances_at(const uint8_t *chosen, const uint8_t *sites, const sm_grid *grid,
                          double *distances, sm_buffer *scratch);

#endif
