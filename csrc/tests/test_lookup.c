#include "lookup.h"

#include "check.h"

#include <string.h>

static void check_lookup(const int64_t *listed, size_t m, const int64_t *ids, size_t n,
                         const uint32_t *expected) {
    uint32_t position[16];
    CHECK(sm_lookup(ids, n, listed, m, position) == SM_OK);
    CHECK(memcmp(position, expected, n * sizeof *position) == 0);
}

static void check_lookups(void) {
    const uint32_t no = SM_NOT_LISTED;
    const int64_t close[] = {-3, 5, 6, 90};
    const int64_t far[] = {INT64_MIN, -3, 5, INT64_MAX};
    const int64_t ids[] = {5, 5, -3, 4, -4, INT64_MAX, INT64_MIN, 90};
    check_lookup(close, 4, ids, 8, (uint32_t[]){1, 1, 0, no, no, no, no, 3});
    check_lookup(far, 4, ids, 8, (uint32_t[]){2, 2, 1, no, no, 3, 0, no});
    check_lookup(close, 0, ids, 8, (uint32_t[]){no, no, no, no, no, no, no, no});
    check_lookup(&far[3], 1, ids, 8, (uint32_t[]){no, no, no, no, no, 0, no, no});
    check_lookup(close, 4, ids, 0, (uint32_t[]){0});
}

static void check_groups(void) {
    const uint32_t position[] = {2, 0, 2, 4, 0, 2};
    uint32_t order[6], starts[6];
    sm_group(position, 6, 5, order, starts);
    CHECK(memcmp(order, (uint32_t[]){1, 4, 0, 2, 5, 3}, sizeof order) == 0);
    CHECK(memcmp(starts, (uint32_t[]){0, 2, 2, 5, 5, 6}, sizeof starts) == 0);
    sm_group(NULL, 0, 2, order, starts);
    CHECK(starts[0] == 0 && starts[1] == 0 && starts[2] == 0);
    sm_group(NULL, 0, 0, order, starts);
    CHECK(starts[0] == 0);
}

int main(void) {
    check_lookups();
    check_groups();
    CHECK_SUMMARY();
}
