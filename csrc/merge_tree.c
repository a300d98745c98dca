#include "merge_tree.h"

#include <string.h>

/* Two finest regions that are one region at the level and above. */
typedef struct sm_joint {
    uint32_t level, a, b;
} sm_joint;

static inline double lowest(double a, double b, double c) {
    double lower = a < b ? a : b;
    return lower < c ? lower : c;
}

static inline const double *element(const sm_contours *contours, size_t row, size_t column) {
    return contours->values + row * (2 * contours->width + 1) + column;
}

/* Between pixel (y, x) and that to its left. */
static inline double left_barrier(const sm_contours *contours, size_t y, size_t x) {
    return lowest(*element(contours, 2 * y, 2 * x), *element(contours, 2 * y + 1, 2 * x),
                  *element(contours, 2 * y + 2, 2 * x));
}

/* Between pixel (y, x) and that above it. */
static inline double upper_barrier(const sm_contours *contours, size_t y, size_t x) {
    const double *at = element(contours, 2 * y, 2 * x);
    return lowest(at[0], at[1], at[2]);
}

static uint32_t root_of(uint32_t *parents, uint32_t i) {
    while (parents[i] != i) {
        parents[i] = parents[parents[i]];
        i = parents[i];
    }
    return i;
}

/* The lower root becomes that of both, so that a root is the first of its region. */
static void join(uint32_t *parents, uint32_t a, uint32_t b) {
    a = root_of(parents, a);
    b = root_of(parents, b);
    if (a < b)
        parents[b] = a;
    else
        parents[a] = b;
}

/* Runs of one row, each joined with those above it that no contour higher than t keeps apart. */
static uint32_t label_row(const sm_contours *contours, double t, size_t y, uint32_t *labels,
                          uint32_t *parents, uint32_t n_runs) {
    size_t width = contours->width;
    uint32_t *row = labels + y * width, above = UINT32_MAX;
    for (size_t x = 0; x < width; x++) {
        if (x == 0 || left_barrier(contours, y, x) > t) {
            parents[n_runs] = n_runs;
            n_runs++;
            above = UINT32_MAX;
        }
        row[x] = n_runs - 1;
        if (y == 0 || *(row + x - width) == above || upper_barrier(contours, y, x) > t) continue;
        above = *(row + x - width);
        join(parents, above, row[x]);
    }
    return n_runs;
}

/* Numbers the regions that runs were joined to, in `parents` and in `labels`. Returns how many. */
static uint32_t number_regions(uint32_t *parents, uint32_t n_runs, uint32_t *labels,
                               size_t n_pixels) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_runs; i++) /* a parent comes first and has its number by then */
        parents[i] = parents[i] == i ? n++ : parents[parents[i]];
    for (size_t i = 0; i < n_pixels; i++) labels[i] = parents[labels[i]];
    return n;
}

static sm_status label_finest(sm_merge_tree *tree, const sm_contours *contours, double t,
                              uint32_t *labels) {
    uint32_t n_runs = 0;
    for (size_t y = 0; y < contours->height; y++) {
        if (sm_buffer_reserve(&tree->parents, n_runs + contours->width, sizeof(uint32_t)) != SM_OK)
            return SM_NO_MEMORY;
        n_runs = label_row(contours, t, y, labels, tree->parents.data, n_runs);
    }
    size_t n_pixels = contours->height * contours->width;
    tree->n_regions = number_regions(tree->parents.data, n_runs, labels, n_pixels);
    return SM_OK;
}

/* Which barriers fall at which threshold; remembers the last, since contours come in stretches. */
typedef struct sm_levels {
    const double *thresholds;
    uint32_t n;
    double barrier;
    uint32_t level;
} sm_levels;

/* The first threshold that a barrier does not exceed, n if it exceeds all. */
static uint32_t level_of(sm_levels *levels, double barrier) {
    if (barrier == levels->barrier) return levels->level;
    uint32_t low = 0, high = levels->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (barrier <= levels->thresholds[middle])
            high = middle;
        else
            low = middle + 1;
    }
    levels->barrier = barrier;
    levels->level = low;
    return low;
}

static void add_joint(sm_merge_tree *tree, uint32_t level, uint32_t a, uint32_t b) {
    sm_joint *joints = tree->joints.data;
    joints[tree->n_joints++] = (sm_joint){level, a, b};
}

/* Where neighbouring pixels are of two regions, what level joins these. */
static sm_status find_joints(sm_merge_tree *tree, const sm_contours *contours, sm_levels *levels,
                             const uint32_t *labels) {
    size_t width = contours->width;
    for (size_t y = 0; y < contours->height; y++) {
        if (sm_buffer_reserve(&tree->joints, tree->n_joints + 2 * width, sizeof(sm_joint)) != SM_OK)
            return SM_NO_MEMORY;
        for (size_t x = 0; x < width; x++) {
            const uint32_t *at = labels + y * width + x;
            uint32_t level = levels->n;
            if (x > 0 && at[0] != *(at - 1)) level = level_of(levels, left_barrier(contours, y, x));
            if (level < levels->n) add_joint(tree, level, at[0], *(at - 1));
            level = levels->n;
            if (y > 0 && at[0] != *(at - width))
                level = level_of(levels, upper_barrier(contours, y, x));
            if (level < levels->n) add_joint(tree, level, at[0], *(at - width));
        }
    }
    return SM_OK;
}

/* Orders joints by level, by counting them. */
static sm_status sort_joints(sm_merge_tree *tree, uint32_t n_levels) {
    sm_buffer sorted = {0}, starts = {0};
    if (sm_buffer_reserve(&sorted, tree->n_joints + 1, sizeof(sm_joint)) != SM_OK ||
        sm_buffer_reserve(&starts, (size_t)n_levels + 1, sizeof(size_t)) != SM_OK) {
        sm_buffer_release(&sorted);
        return SM_NO_MEMORY;
    }
    const sm_joint *joints = tree->joints.data;
    size_t *start = starts.data;
    memset(start, 0, ((size_t)n_levels + 1) * sizeof *start);
    for (size_t i = 0; i < tree->n_joints; i++) start[joints[i].level + 1]++;
    for (uint32_t level = 1; level < n_levels; level++) start[level] += start[level - 1];
    for (size_t i = 0; i < tree->n_joints; i++)
        ((sm_joint *)sorted.data)[start[joints[i].level]++] = joints[i];
    sm_buffer_release(&starts);
    sm_buffer_release(&tree->joints);
    tree->joints = sorted;
    return SM_OK;
}

/* Every region is its own root. */
static sm_status plant(sm_merge_tree *tree) {
    size_t n = (size_t)tree->n_regions + 1;
    if (sm_buffer_reserve(&tree->roots, n, sizeof(uint32_t)) != SM_OK ||
        sm_buffer_reserve(&tree->numbers, n, sizeof(uint32_t)) != SM_OK)
        return SM_NO_MEMORY;
    uint32_t *parents = tree->parents.data, *roots = tree->roots.data;
    for (uint32_t i = 0; i < tree->n_regions; i++) parents[i] = roots[i] = i;
    return SM_OK;
}

sm_status sm_merge_tree_build(sm_merge_tree *tree, sm_contours contours, const double *thresholds,
                              size_t n_thresholds, uint32_t *labels) {
    if (contours.width > 0 && contours.height >= UINT32_MAX / contours.width) return SM_INVALID;
    if (n_thresholds == 0 || n_thresholds >= UINT32_MAX) return SM_INVALID;
    sm_levels levels = {.thresholds = thresholds,
                        .n = (uint32_t)n_thresholds,
                        .barrier = thresholds[0],
                        .level = 0};
    sm_status status = label_finest(tree, &contours, thresholds[0], labels);
    if (status == SM_OK) status = find_joints(tree, &contours, &levels, labels);
    if (status == SM_OK) status = sort_joints(tree, levels.n);
    if (status == SM_OK) status = plant(tree);
    return status;
}

uint32_t sm_merge_tree_advance(sm_merge_tree *tree, uint32_t *into) {
    const sm_joint *joints = tree->joints.data;
    uint32_t *parents = tree->parents.data, *roots = tree->roots.data;
    uint32_t *numbers = tree->numbers.data, n = 0;
    tree->level++;
    for (; tree->next_joint < tree->n_joints; tree->next_joint++) {
        const sm_joint *joint = joints + tree->next_joint;
        if (joint->level > tree->level) break;
        join(parents, joint->a, joint->b);
    }
    for (uint32_t i = 0; i < tree->n_regions; i++) {
        uint32_t root = root_of(parents, roots[i]);
        if (root == roots[i]) {
            numbers[root] = n;
            roots[n++] = root;
        }
        into[i] = numbers[root]; /* a root comes first */
    }
    return tree->n_regions = n;
}

void sm_merge_tree_release(sm_merge_tree *tree) {
    sm_buffer_release(&tree->parents);
    sm_buffer_release(&tree->joints);
    sm_buffer_release(&tree->roots);
    sm_buffer_release(&tree->numbers);
    *tree = (sm_merge_tree){0};
}
