#include "instances.h"

#include "boxes.h"
#include "ranking.h"
#include "shapes.h"

#include <stdlib.h>
#include <string.h>

enum { ANNOTATED = 1, LISTED_ABSENT = 2, NOT_EXHAUSTIVE = 4 };

/* The objects and detections of one category in one image: stretches of `truths` and `detections`.
 */
typedef struct cell {
    uint32_t category;
    uint32_t first_truth, n_truths;
    uint32_t first_detection, n_detections;
} cell;

/* Everything one call works with; the buffers are used again from image to image. */
typedef struct evaluation {
    const sm_instance_batch *batch;
    const sm_instance_protocol *protocol;
    sm_instance_rows *rows;
    double thresholds[SM_MAX_THRESHOLDS]; /* lowered to at most 1 - 1e-10 */
    double lowest;

    size_t image;
    uint32_t height, width;

    /* one image */
    sm_buffer cell_of_category; /* uint32 per category: 1 + its place in `cells`, 0 for none */
    sm_buffer marks;            /* uint8 per category: ANNOTATED, ... */
    sm_buffer cells;            /* cell */
    size_t n_cells;
    sm_buffer chosen;             /* uint32: rows of detections that are left, best first */
    sm_buffer truths, detections; /* uint32: rows, by cell */
    sm_buffer scratch;            /* of the ranking */

    /* one cell */
    sm_mask_arena arena;
    sm_buffer truth_masks, truth_boxes; /* sm_mask or double[4] per object */
    sm_buffer crowd, unnamed, ignored; /* uint8 per object; `ignored` for each area range in turn */
    sm_buffer taken;                   /* uint64 per object */
    sm_buffer seekers, candidates;
    size_t n_seekers, n_candidates;
} evaluation;

static void release(evaluation *e) {
    sm_buffer *buffers[] = {
        &e->cell_of_category, &e->marks,   &e->cells,       &e->chosen,      &e->truths,
        &e->detections,       &e->scratch, &e->truth_masks, &e->truth_boxes, &e->crowd,
        &e->unnamed,          &e->ignored, &e->taken,       &e->seekers,     &e->candidates};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) sm_buffer_release(buffers[i]);
    sm_mask_arena_release(&e->arena);
}

/* ---- one image: which rows take part, by category -------------------------------------------- */

static uint32_t n_rows(const sm_instance_side *side, size_t image) {
    return side->starts[image + 1] - side->starts[image];
}

static const uint32_t *first_row(const sm_instance_side *side, size_t image) {
    return side->order + side->starts[image];
}

static int is_present(const evaluation *e, const sm_instance_side *side, uint32_t row) {
    if (side->category[row] >= e->protocol->n_categories) return 0;
    return !e->protocol->drop_empty || side->area[row] > 0;
}

static sm_status reserve_image(evaluation *e) {
    size_t n_truths = n_rows(&e->batch->truth, e->image) + 1;
    size_t n_detections = n_rows(&e->batch->prediction, e->image) + 1;
    sm_status status = sm_buffer_reserve(&e->cells, n_truths + n_detections, sizeof(cell));
    if (status == SM_OK) status = sm_buffer_reserve(&e->truths, n_truths, sizeof(uint32_t));
    if (status == SM_OK) status = sm_buffer_reserve(&e->chosen, n_detections, sizeof(uint32_t));
    if (status == SM_OK) status = sm_buffer_reserve(&e->detections, n_detections, sizeof(uint32_t));
    return status;
}

static cell *cell_for(evaluation *e, uint32_t category) {
    uint32_t *place = (uint32_t *)e->cell_of_category.data + category;
    cell *cells = e->cells.data;
    if (*place == 0) {
        cells[e->n_cells] = (cell){.category = category};
        *place = (uint32_t)++e->n_cells;
    }
    return &cells[*place - 1];
}

static void mark_listed(evaluation *e, const sm_listed *listed, uint8_t mark) {
    uint8_t *marks = e->marks.data;
    for (uint32_t i = listed->starts[e->image]; i < listed->starts[e->image + 1]; i++) {
        if (listed->category[i] < e->protocol->n_categories) marks[listed->category[i]] |= mark;
    }
}

static void unmark_listed(evaluation *e, const sm_listed *listed) {
    uint8_t *marks = e->marks.data;
    for (uint32_t i = listed->starts[e->image]; i < listed->starts[e->image + 1]; i++) {
        if (listed->category[i] < e->protocol->n_categories) marks[listed->category[i]] = 0;
    }
}

static void count_truths(evaluation *e) {
    const sm_instance_side *side = &e->batch->truth;
    const uint32_t *rows = first_row(side, e->image), n = n_rows(side, e->image);
    uint8_t *marks = e->marks.data;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_present(e, side, rows[i])) continue;
        cell_for(e, side->category[rows[i]])->n_truths++;
        marks[side->category[rows[i]]] |= ANNOTATED;
    }
    if (e->protocol->federated) {
        mark_listed(e, &e->batch->negative, LISTED_ABSENT);
        mark_listed(e, &e->batch->not_exhaustive, NOT_EXHAUSTIVE);
    }
}

/* Ranks the image's detections and counts by cell those that take part. */
static sm_status choose_detections(evaluation *e, uint32_t *n_chosen) {
    const sm_instance_side *side = &e->batch->prediction;
    const sm_instance_protocol *protocol = e->protocol;
    const uint8_t *marks = e->marks.data;
    uint32_t *chosen = e->chosen.data, n = n_rows(side, e->image), kept = 0;
    if (n > 0) memcpy(chosen, first_row(side, e->image), n * sizeof *chosen);
    sm_status status = sm_rank_descending(side->score, chosen, n, &e->scratch);
    if (status != SM_OK) return status;
    if (protocol->max_per_image && n > protocol->max_per_image) n = protocol->max_per_image;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_present(e, side, chosen[i])) continue;
        uint32_t category = side->category[chosen[i]];
        if (protocol->federated && !(marks[category] & (ANNOTATED | LISTED_ABSENT))) continue;
        cell *c = cell_for(e, category);
        if (protocol->max_per_category && c->n_detections == protocol->max_per_category) continue;
        c->n_detections++;
        chosen[kept++] = chosen[i];
    }
    *n_chosen = kept;
    return SM_OK;
}

static int compare_cells(const void *a, const void *b) {
    uint32_t x = ((const cell *)a)->category, y = ((const cell *)b)->category;
    return (x > y) - (x < y);
}

/* Puts the cells in the order of their categories and lays out their stretches. */
static void order_cells(evaluation *e) {
    cell *cells = e->cells.data;
    uint32_t *places = e->cell_of_category.data, truths = 0, detections = 0;
    if (e->n_cells > 1) qsort(cells, e->n_cells, sizeof *cells, compare_cells);
    for (size_t i = 0; i < e->n_cells; i++) {
        places[cells[i].category] = (uint32_t)i + 1;
        cells[i].first_truth = truths;
        cells[i].first_detection = detections;
        truths += cells[i].n_truths;
        detections += cells[i].n_detections;
    }
}

/* Fills the stretches; while it does, `first_...` walk to the ends of theirs and back. */
static void fill_cells(evaluation *e, uint32_t n_chosen) {
    const sm_instance_side *truth = &e->batch->truth, *prediction = &e->batch->prediction;
    const uint32_t *rows = first_row(truth, e->image), *chosen = e->chosen.data;
    uint32_t *truths = e->truths.data, *detections = e->detections.data;
    for (uint32_t i = 0; i < n_rows(truth, e->image); i++) {
        if (is_present(e, truth, rows[i])) {
            truths[cell_for(e, truth->category[rows[i]])->first_truth++] = rows[i];
        }
    }
    for (uint32_t i = 0; i < n_chosen; i++) {
        detections[cell_for(e, prediction->category[chosen[i]])->first_detection++] = chosen[i];
    }
    cell *cells = e->cells.data;
    for (size_t i = 0; i < e->n_cells; i++) {
        cells[i].first_truth -= cells[i].n_truths;
        cells[i].first_detection -= cells[i].n_detections;
    }
}

/* Leaves the per-category arrays as they were before the image: all zero. */
static void forget_image(evaluation *e) {
    const cell *cells = e->cells.data;
    uint32_t *places = e->cell_of_category.data;
    uint8_t *marks = e->marks.data;
    for (size_t i = 0; i < e->n_cells; i++)
        places[cells[i].category] = marks[cells[i].category] = 0;
    if (e->protocol->federated) {
        unmark_listed(e, &e->batch->negative);
        unmark_listed(e, &e->batch->not_exhaustive);
    }
    e->n_cells = 0;
}

/* ---- one cell: what could match ---------------------------------------------------------------
 */

static int is_outside(double area, const double range[2]) {
    return area < range[0] || area > range[1];
}

static void blame_image(const evaluation *e, sm_fault *fault) {
    fault->record = (int64_t)e->image;
    fault->unit = "image";
    fault->expected = "a known size that its masks fill";
}

static sm_status decode(evaluation *e, const sm_instance_side *side, uint32_t row, sm_mask *mask) {
    if (!sm_size_is_valid(e->height, e->width)) return SM_INVALID;
    return sm_shape_decode(&side->shape[row], side->payload, e->height, e->width, &e->arena, mask);
}

static sm_status find_box(evaluation *e, const sm_instance_side *side, uint32_t row,
                          double box[4]) {
    const sm_shape *shape = &side->shape[row];
    if (shape->kind != SM_SHAPE_BOX && !sm_size_is_valid(e->height, e->width)) return SM_INVALID;
    return sm_shape_box(shape, side->payload, e->height, e->width, &e->arena, box);
}

static sm_status reserve_cell(evaluation *e, const cell *c) {
    size_t n = c->n_truths, n_areas = e->protocol->n_areas;
    sm_status status = sm_buffer_reserve(&e->crowd, n, 1);
    if (status == SM_OK) status = sm_buffer_reserve(&e->unnamed, n, 1);
    if (status == SM_OK) status = sm_buffer_reserve(&e->ignored, n * n_areas, 1);
    if (status == SM_OK) status = sm_buffer_reserve(&e->taken, n, sizeof(uint64_t));
    if (status == SM_OK) status = sm_buffer_reserve(&e->truth_masks, n, sizeof(sm_mask));
    if (status == SM_OK) status = sm_buffer_reserve(&e->truth_boxes, n, sizeof(double[4]));
    if (status == SM_OK)
        status = sm_buffer_reserve(&e->seekers, c->n_detections, sizeof(sm_seeker));
    return status;
}

/* What the protocol says of each object: crowd, unnamed, and ignored in which area ranges. */
static void judge_truths(evaluation *e, const cell *c) {
    const sm_instance_side *side = &e->batch->truth;
    const sm_instance_protocol *protocol = e->protocol;
    const uint32_t *rows = (const uint32_t *)e->truths.data + c->first_truth;
    uint8_t *crowd = e->crowd.data, *unnamed = e->unnamed.data, *ignored = e->ignored.data;
    for (uint32_t i = 0; i < c->n_truths; i++) {
        uint8_t flags = side->flags[rows[i]];
        int aside = flags & (protocol->federated ? SM_IGNORE : SM_CROWD);
        crowd[i] = !protocol->federated && (flags & SM_CROWD);
        unnamed[i] = protocol->unnamed_zero && side->id[rows[i]] == 0;
        for (size_t a = 0; a < protocol->n_areas; a++) {
            int outside = is_outside(side->area[rows[i]], &protocol->areas[2 * a]);
            ignored[a * c->n_truths + i] = aside || outside;
        }
    }
}

static sm_status load_truths(evaluation *e, const cell *c) {
    const uint32_t *rows = (const uint32_t *)e->truths.data + c->first_truth;
    double(*boxes)[4] = e->truth_boxes.data;
    sm_mask *masks = e->truth_masks.data;
    sm_mask_arena_reset(&e->arena);
    for (uint32_t i = 0; i < c->n_truths; i++) {
        sm_status status = e->protocol->boxes ? find_box(e, &e->batch->truth, rows[i], boxes[i])
                                              : decode(e, &e->batch->truth, rows[i], &masks[i]);
        if (status != SM_OK) return status;
    }
    return SM_OK;
}

static uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t larger(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

/*
 * Intersection over union of two masks, or 0 where it cannot reach the lowest threshold: the
 * intersection is at most as large as either mask and as the overlap of their extents, and no
 * rounding lets a smaller intersection give a larger quotient.
 */
static double mask_iou(const evaluation *e, const sm_mask *detection, const sm_mask *truth,
                       int crowd) {
    const sm_extent *d = &detection->extent, *t = &truth->extent;
    uint32_t left = larger(d->left, t->left), right = smaller(d->right, t->right);
    uint32_t top = larger(d->top, t->top), bottom = smaller(d->bottom, t->bottom);
    if (left >= right || top >= bottom) return 0;
    uint32_t most = smaller((right - left) * (bottom - top), smaller(detection->area, truth->area));
    uint64_t sum = crowd ? detection->area : (uint64_t)detection->area + truth->area;
    if ((double)most / (double)(crowd ? sum : sum - most) < e->lowest) return 0;
    uint32_t both = sm_runs_overlap(sm_mask_runs(&e->arena, detection), detection->n,
                                    sm_mask_runs(&e->arena, truth), truth->n);
    return (double)both / (double)(crowd ? sum : sum - both);
}

static void add_candidate(evaluation *e, uint32_t truth, double iou) {
    if (iou < e->lowest) return;
    sm_candidate *candidates = e->candidates.data;
    candidates[e->n_candidates++] = (sm_candidate){truth, iou};
}

static sm_status compare_boxes(evaluation *e, const cell *c, uint32_t row) {
    const double(*boxes)[4] = e->truth_boxes.data;
    const uint8_t *crowd = e->crowd.data;
    double box[4];
    sm_status status = find_box(e, &e->batch->prediction, row, box);
    for (uint32_t i = 0; i < c->n_truths && status == SM_OK; i++) {
        add_candidate(e, i, sm_box_iou(box, boxes[i], crowd[i]));
    }
    return status;
}

static sm_status compare_masks(evaluation *e, const cell *c, uint32_t row) {
    const sm_mask *masks = e->truth_masks.data;
    const uint8_t *crowd = e->crowd.data;
    sm_mask mask;
    sm_status status = decode(e, &e->batch->prediction, row, &mask);
    if (status != SM_OK) return status;
    for (uint32_t i = 0; i < c->n_truths; i++) {
        add_candidate(e, i, mask_iou(e, &mask, &masks[i], crowd[i]));
    }
    e->arena.used = mask.first;
    return SM_OK;
}

/* Finds the detections that could match anything, and what each could match. */
static sm_status find_seekers(evaluation *e, const cell *c) {
    const uint32_t *rows = (const uint32_t *)e->detections.data + c->first_detection;
    sm_seeker *seekers = e->seekers.data;
    e->n_seekers = e->n_candidates = 0;
    for (uint32_t i = 0; i < c->n_detections; i++) {
        size_t first = e->n_candidates;
        sm_status status =
            sm_buffer_reserve(&e->candidates, first + c->n_truths, sizeof(sm_candidate));
        if (status != SM_OK) return status;
        status = e->protocol->boxes ? compare_boxes(e, c, rows[i]) : compare_masks(e, c, rows[i]);
        if (status != SM_OK) return status;
        uint32_t n = (uint32_t)(e->n_candidates - first);
        if (n > 0) seekers[e->n_seekers++] = (sm_seeker){i, n, first};
    }
    return SM_OK;
}

/* The first area range in which the same objects are ignored as in range a; a itself if there is
 * none. */
static size_t same_range(const uint8_t *ignored, size_t n_truths, size_t a) {
    size_t other = 0;
    while (memcmp(ignored + other * n_truths, ignored + a * n_truths, n_truths) != 0) other++;
    return other;
}

/* Matches in every area range; ranges that ignore the same objects share one matching. */
static sm_status match_cell(evaluation *e, const cell *c) {
    sm_instance_rows *rows = e->rows;
    const uint8_t *ignored = e->ignored.data;
    size_t n_areas = e->protocol->n_areas;
    sm_status status = sm_buffer_reserve(
        &rows->outcomes, (rows->n_outcomes + e->n_seekers) * n_areas, sizeof(sm_outcome));
    if (status != SM_OK) return status;
    sm_outcome *outcomes = (sm_outcome *)rows->outcomes.data + rows->n_outcomes * n_areas;
    const sm_matching matching = {e->thresholds,      e->protocol->n_thresholds,
                                  e->seekers.data,    e->n_seekers,
                                  e->candidates.data, c->n_truths,
                                  e->crowd.data,      e->unnamed.data};
    for (size_t a = 0; a < n_areas; a++) {
        size_t same = same_range(ignored, c->n_truths, a);
        if (same == a) {
            sm_match(&matching, ignored + a * c->n_truths, e->taken.data, outcomes + a, n_areas);
        } else {
            for (size_t i = 0; i < e->n_seekers; i++)
                outcomes[i * n_areas + a] = outcomes[i * n_areas + same];
        }
    }
    rows->n_outcomes += e->n_seekers;
    return SM_OK;
}

/* ---- the rows that come out --------------------------------------------------------------------
 */

static uint32_t outside_bits(const evaluation *e, double area) {
    uint32_t bits = 0;
    for (size_t a = 0; a < e->protocol->n_areas; a++) {
        bits |= (uint32_t)is_outside(area, &e->protocol->areas[2 * a]) << a;
    }
    return bits;
}

static void write_detections(evaluation *e, const cell *c) {
    const sm_instance_side *side = &e->batch->prediction;
    const uint32_t *detections = (const uint32_t *)e->detections.data + c->first_detection;
    const uint8_t *marks = e->marks.data;
    const sm_seeker *seekers = e->seekers.data;
    sm_instance_rows *rows = e->rows;
    size_t first = rows->n_detections;
    const uint32_t everywhere = ((uint32_t)1 << e->protocol->n_areas) - 1;
    for (uint32_t i = 0; i < c->n_detections; i++) {
        uint32_t row = detections[i];
        rows->score[first + i] = side->score[row];
        rows->category[first + i] = c->category;
        rows->state[first + i] =
            marks[c->category] & NOT_EXHAUSTIVE ? everywhere : outside_bits(e, side->area[row]);
    }
    for (size_t i = 0; i < e->n_seekers; i++)
        rows->state[first + seekers[i].detection] |= SM_HAS_OUTCOMES;
    rows->n_detections += c->n_detections;
}

static sm_status write_cell(evaluation *e, const cell *c) {
    sm_instance_rows *rows = e->rows;
    const uint8_t *ignored = e->ignored.data;
    size_t n_areas = e->protocol->n_areas, size = n_areas + 1;
    sm_status status =
        sm_buffer_reserve(&rows->cells, (rows->n_cells + 1) * size, sizeof(uint32_t));
    if (status != SM_OK) return status;
    uint32_t *out = (uint32_t *)rows->cells.data + rows->n_cells++ * size;
    out[0] = c->category;
    for (size_t a = 0; a < n_areas; a++) {
        out[1 + a] = 0;
        for (uint32_t i = 0; i < c->n_truths; i++) out[1 + a] += !ignored[a * c->n_truths + i];
    }
    return SM_OK;
}

static sm_status evaluate_cell(evaluation *e, const cell *c) {
    sm_status status = SM_OK;
    e->n_seekers = 0;
    if (c->n_truths > 0) {
        status = reserve_cell(e, c);
        if (status != SM_OK) return status;
        judge_truths(e, c);
        status = write_cell(e, c);
    }
    if (status == SM_OK && c->n_truths > 0 && c->n_detections > 0) {
        status = load_truths(e, c);
        if (status == SM_OK) status = find_seekers(e, c);
        if (status == SM_OK) status = match_cell(e, c);
    }
    if (status == SM_OK) write_detections(e, c);
    return status;
}

static sm_status evaluate_image(evaluation *e) {
    uint32_t n_chosen = 0;
    sm_status status = reserve_image(e);
    if (status != SM_OK) return status;
    count_truths(e);
    status = choose_detections(e, &n_chosen);
    if (status != SM_OK) return status;
    order_cells(e);
    fill_cells(e, n_chosen);
    const cell *cells = e->cells.data;
    for (size_t i = 0; i < e->n_cells && status == SM_OK; i++) status = evaluate_cell(e, &cells[i]);
    forget_image(e);
    return status;
}

/* ---- all images -------------------------------------------------------------------------------
 */

static sm_status prepare(evaluation *e) {
    const sm_instance_protocol *protocol = e->protocol;
    size_t n = protocol->n_categories;
    e->lowest = 1;
    for (size_t t = 0; t < protocol->n_thresholds; t++) {
        double threshold = protocol->thresholds[t];
        e->thresholds[t] = threshold < 1 - 1e-10 ? threshold : 1 - 1e-10;
        if (e->thresholds[t] < e->lowest) e->lowest = e->thresholds[t];
    }
    sm_status status = sm_buffer_reserve(&e->cell_of_category, n + 1, sizeof(uint32_t));
    if (status == SM_OK) status = sm_buffer_reserve(&e->marks, n + 1, 1);
    if (status != SM_OK) return status;
    memset(e->cell_of_category.data, 0, n * sizeof(uint32_t));
    memset(e->marks.data, 0, n);
    return SM_OK;
}

sm_status sm_instances_evaluate(const sm_instance_batch *batch,
                                const sm_instance_protocol *protocol, size_t first, size_t last,
                                sm_instance_rows *rows, sm_fault *fault) {
    evaluation e = {.batch = batch, .protocol = protocol, .rows = rows};
    *fault = (sm_fault){.record = -1};
    sm_status status = prepare(&e);
    for (e.image = first; e.image < last && status == SM_OK; e.image++) {
        size_t n_detections = rows->n_detections, n_cells = rows->n_cells;
        e.height = batch->height[e.image];
        e.width = batch->width[e.image];
        status = evaluate_image(&e);
        if (status == SM_INVALID) blame_image(&e, fault);
        rows->detections_per_image[e.image - first] = (uint32_t)(rows->n_detections - n_detections);
        rows->cells_per_image[e.image - first] = (uint32_t)(rows->n_cells - n_cells);
    }
    release(&e);
    return status;
}
