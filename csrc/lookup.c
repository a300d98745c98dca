#include "lookup.h"

#include <stdlib.h>
#include <string.h>

/* Listed ids spread over at most this many values are looked up in a table. */
enum { TABLE_SPAN = 1 << 16 };

static uint32_t find(int64_t id, const int64_t *listed, size_t m) {
    size_t low = 0, high = m;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (listed[middle] < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < m && listed[low] == id ? (uint32_t)low : SM_NOT_LISTED;
}

static void look_up_by_search(const int64_t *ids, size_t n, const int64_t *listed, size_t m,
                              uint32_t *position) {
    for (size_t i = 0; i < n; i++) {
        position[i] = i > 0 && ids[i] == ids[i - 1] ? position[i - 1] : find(ids[i], listed, m);
    }
}

static sm_status look_up_by_table(const int64_t *ids, size_t n, const int64_t *listed, size_t m,
                                  uint32_t *position) {
    uint64_t first = (uint64_t)listed[0], span = (uint64_t)listed[m - 1] - first + 1;
    uint32_t *table = malloc(span * sizeof *table);
    if (!table) return SM_NO_MEMORY;
    memset(table, 0xff, span * sizeof *table);
    for (size_t i = 0; i < m; i++) table[(uint64_t)listed[i] - first] = (uint32_t)i;
    for (size_t i = 0; i < n; i++) {
        uint64_t at = (uint64_t)ids[i] - first;
        position[i] = at < span ? table[at] : SM_NOT_LISTED;
    }
    free(table);
    return SM_OK;
}

sm_status sm_lookup(const int64_t *ids, size_t n, const int64_t *listed, size_t m,
                    uint32_t *position) {
    if (m > 0 && (uint64_t)listed[m - 1] - (uint64_t)listed[0] < TABLE_SPAN) {
        return look_up_by_table(ids, n, listed, m, position);
    }
    look_up_by_search(ids, n, listed, m, position);
    return SM_OK;
}

void sm_group(const uint32_t *position, size_t n, size_t n_groups, uint32_t *order,
              uint32_t *starts) {
    memset(starts, 0, (n_groups + 1) * sizeof *starts);
    for (size_t i = 0; i < n; i++) starts[position[i]]++;
    uint32_t sum = 0;
    for (size_t g = 0; g < n_groups; g++) {
        uint32_t size = starts[g];
        starts[g] = sum;
        sum += size;
    }
    /* Filling a group moves its start to its end, which is where the next one started. */
    for (size_t i = 0; i < n; i++) order[starts[position[i]]++] = (uint32_t)i;
    memmove(starts + 1, starts, n_groups * sizeof *starts);
    starts[0] = 0;
}
