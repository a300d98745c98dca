/*
 * lookup.h - from ids to positions, and from positions to groups.
 */
#ifndef SM_LOOKUP_H
#define SM_LOOKUP_H

#include "memory.h"

/* The position of an id that is not listed. */
#define SM_NOT_LISTED UINT32_MAX

/*
 * For each of n ids its position in `listed` (m < SM_NOT_LISTED ids, strictly ascending), or
 * SM_NOT_LISTED. Equal neighbours cost O(1), others O(log m), or O(1) where the listed ids lie
 * close together.
 */
sm_status sm_lookup(const int64_t *ids, size_t n, const int64_t *listed, size_t m,
                    uint32_t *position);

/*
 * Groups n <= UINT32_MAX rows by position, each < n_groups, keeping their order within a group: the
 * rows of group g are order[starts[g]] .. order[starts[g + 1] - 1]. `starts` has n_groups + 1
 * elements. O(n + groups).
 */
void sm_group(const uint32_t *position, size_t n, size_t n_groups, uint32_t *order,
              uint32_t *starts);

#endif
