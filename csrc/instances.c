#include "instances.h"

#include "instance_cells.h"
#include "instance_overlap.h"

#include <string.h>

/* Everything one call works with; the buffers are used again from cell to cell. */
typedef struct evaluation {
    const sm_instance_batch *batch;
    const sm_instance_protocol *protocol;
    sm_instance_rows *rows;
    double thresholds[SM_MAX_THRESHOLDS]; /* lowered to at most 1 - 1e-10 */
    double lowest;
    sm_cell_table cells;
    sm_overlap overlap;
    sm_buffer crowd, unnamed; /* uint8 per object of the cell */
    sm_buffer ignored;        /* uint8 per object, for each area range in turn */
    sm_buffer taken;          /* uint64 per object */
} evaluation;

static void release(evaluation *e) {
    sm_cells_release(&e->cells);
    sm_overlap_release(&e->overlap);
    sm_buffer_release(&e->crowd);
    sm_buffer_release(&e->unnamed);
    sm_buffer_release(&e->ignored);
    sm_buffer_release(&e->taken);
}

static void lower_thresholds(evaluation *e) {
    const double most = 1 - 1e-10;
    e->lowest = most;
    for (size_t t = 0; t < e->protocol->n_thresholds; t++) {
        double threshold = e->protocol->thresholds[t];
        e->thresholds[t] = threshold < most ? threshold : most;
        if (e->thresholds[t] < e->lowest) e->lowest = e->thresholds[t];
    }
}

static int is_outside(double area, const double range[2]) {
    return area < range[0] || area > range[1];
}

/* ---- one cell ---- */

static sm_status reserve_cell(evaluation *e, const sm_cell *cell) {
    size_t n = cell->n_truths;
    sm_status status = sm_buffer_reserve(&e->crowd, n, 1);
    if (status == SM_OK) status = sm_buffer_reserve(&e->unnamed, n, 1);
    if (status == SM_OK) status = sm_buffer_reserve(&e->ignored, n * e->protocol->n_areas, 1);
    if (status == SM_OK) status = sm_buffer_reserve(&e->taken, n, sizeof(uint64_t));
    return status;
}

/* What the protocol says of each object: crowd, unnamed, and ignored in which area ranges. */
static void judge_truths(evaluation *e, const sm_cell *cell) {
    const sm_instance_side *side = &e->batch->truth;
    const sm_instance_protocol *protocol = e->protocol;
    uint8_t *crowd = e->crowd.data, *unnamed = e->unnamed.data, *ignored = e->ignored.data;
    for (uint32_t i = 0; i < cell->n_truths; i++) {
        uint32_t row = cell->truths[i];
        int aside = side->flags[row] & (protocol->federated ? SM_IGNORE : SM_CROWD);
        crowd[i] = !protocol->federated && (side->flags[row] & SM_CROWD);
        unnamed[i] = protocol->unnamed_zero && side->id[row] == 0;
        for (size_t a = 0; a < protocol->n_areas; a++) {
            int outside = is_outside(side->area[row], &protocol->areas[2 * a]);
            ignored[a * cell->n_truths + i] = aside || outside;
        }
    }
}

/*
 * The first area range in which the same objects are ignored as in range a; a itself if there is
 * none.
 */
static size_t same_range(const uint8_t *ignored, size_t n_truths, size_t a) {
    size_t other = 0;
    while (memcmp(ignored + other * n_truths, ignored + a * n_truths, n_truths) != 0) other++;
    return other;
}

/* Matches in every area range; ranges that ignore the same objects share one matching. */
static sm_status match_cell(evaluation *e, const sm_cell *cell) {
    sm_instance_rows *rows = e->rows;
    const uint8_t *ignored = e->ignored.data;
    size_t n_areas = e->protocol->n_areas, n_seekers = e->overlap.n_seekers;
    size_t n_outcomes = (rows->n_outcomes + n_seekers) * n_areas;
    sm_status status = sm_buffer_reserve(&rows->outcomes, n_outcomes, sizeof(sm_outcome));
    if (status != SM_OK) return status;
    sm_outcome *outcomes = (sm_outcome *)rows->outcomes.data + rows->n_outcomes * n_areas;
    const sm_matching matching = {.thresholds = e->thresholds,
                                  .n_thresholds = e->protocol->n_thresholds,
                                  .seekers = e->overlap.seekers.data,
                                  .n_seekers = n_seekers,
                                  .candidates = e->overlap.candidates.data,
                                  .n_truths = cell->n_truths,
                                  .crowd = e->crowd.data,
                                  .unnamed = e->unnamed.data};
    for (size_t a = 0; a < n_areas; a++) {
        size_t same = same_range(ignored, cell->n_truths, a);
        if (same == a) {
            sm_match(&matching, ignored + a * cell->n_truths, e->taken.data, outcomes + a, n_areas);
        } else {
            for (size_t i = 0; i < n_seekers; i++)
                outcomes[i * n_areas + a] = outcomes[i * n_areas + same];
        }
    }
    rows->n_outcomes += n_seekers;
    return SM_OK;
}

/* ---- the rows that come out ---- */

static sm_status write_cell(evaluation *e, const sm_cell *cell) {
    sm_instance_rows *rows = e->rows;
    const uint8_t *ignored = e->ignored.data;
    size_t n_areas = e->protocol->n_areas, size = n_areas + 1;
    sm_status status =
        sm_buffer_reserve(&rows->cells, (rows->n_cells + 1) * size, sizeof(uint32_t));
    if (status != SM_OK) return status;
    uint32_t *out = (uint32_t *)rows->cells.data + rows->n_cells++ * size;
    out[0] = cell->category;
    for (size_t a = 0; a < n_areas; a++) {
        out[1 + a] = 0;
        for (uint32_t i = 0; i < cell->n_truths; i++)
            out[1 + a] += !ignored[a * cell->n_truths + i];
    }
    return SM_OK;
}

static uint32_t outside_bits(const sm_instance_protocol *protocol, double area) {
    uint32_t bits = 0;
    for (size_t a = 0; a < protocol->n_areas; a++) {
        bits |= (uint32_t)is_outside(area, &protocol->areas[2 * a]) << a;
    }
    return bits;
}

static void write_detections(evaluation *e, const sm_cell *cell) {
    const sm_instance_side *side = &e->batch->prediction;
    const sm_seeker *seekers = e->overlap.seekers.data;
    const uint32_t everywhere = ((uint32_t)1 << e->protocol->n_areas) - 1;
    sm_instance_rows *rows = e->rows;
    size_t first = rows->n_detections;
    for (uint32_t i = 0; i < cell->n_detections; i++) {
        uint32_t row = cell->detections[i];
        rows->score[first + i] = side->score[row];
        rows->category[first + i] = cell->category;
        rows->state[first + i] =
            cell->is_exhaustive ? outside_bits(e->protocol, side->area[row]) : everywhere;
    }
    for (size_t i = 0; i < e->overlap.n_seekers; i++) {
        rows->state[first + seekers[i].detection] |= SM_HAS_OUTCOMES;
    }
    rows->n_detections += cell->n_detections;
}

/* ---- cells, images ---- */

static sm_status evaluate_cell(evaluation *e, const sm_cell *cell, size_t image) {
    sm_status status = SM_OK;
    e->overlap.n_seekers = 0;
    if (cell->n_truths > 0) {
        status = reserve_cell(e, cell);
        if (status != SM_OK) return status;
        judge_truths(e, cell);
        status = write_cell(e, cell);
    }
    if (status == SM_OK && cell->n_truths > 0 && cell->n_detections > 0) {
        status = sm_overlap_find(&e->overlap, e->batch, e->protocol, image, cell, e->crowd.data,
                                 e->lowest);
        if (status == SM_OK) status = match_cell(e, cell);
    }
    if (status == SM_OK) write_detections(e, cell);
    return status;
}

static sm_status evaluate_image(evaluation *e, size_t image) {
    sm_status status = sm_cells_gather(&e->cells, e->batch, e->protocol, image);
    const sm_cell *cells = e->cells.cells.data;
    for (size_t i = 0; i < e->cells.n && status == SM_OK; i++) {
        status = evaluate_cell(e, &cells[i], image);
    }
    return status;
}

sm_status sm_instances_evaluate(const sm_instance_batch *batch,
                                const sm_instance_protocol *protocol, size_t first, size_t last,
                                sm_instance_rows *rows, sm_fault *fault) {
    evaluation e = {.batch = batch, .protocol = protocol, .rows = rows};
    *fault = (sm_fault){.record = -1};
    lower_thresholds(&e);
    sm_status status = sm_cells_prepare(&e.cells, protocol->n_categories);
    for (size_t image = first; image < last && status == SM_OK; image++) {
        size_t n_detections = rows->n_detections, n_cells = rows->n_cells;
        status = evaluate_image(&e, image);
        rows->detections_per_image[image - first] = (uint32_t)(rows->n_detections - n_detections);
        rows->cells_per_image[image - first] = (uint32_t)(rows->n_cells - n_cells);
        if (status == SM_INVALID) {
            *fault = (sm_fault){.record = (int64_t)image,
                                .unit = "image",
                                .expected = "a known size that its masks fill"};
        }
    }
    release(&e);
    return status;
}
