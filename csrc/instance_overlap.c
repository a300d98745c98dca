#include "instance_overlap.h"

#include "boxes.h"

/* The cell at hand. */
typedef struct finding {
    sm_overlap *overlap;
    const sm_instance_batch *batch;
    const sm_cell *cell;
    const uint8_t *crowd;
    sm_compared compared;
    uint32_t height, width;
    uint32_t distance; /* of bands, pixels */
    double lowest;
} finding;

static sm_status decode(const finding *f, const sm_instance_side *side, uint32_t row,
                        sm_mask *mask) {
    if (!sm_size_is_valid(f->height, f->width)) return SM_INVALID;
    return sm_shape_decode(&side->shape[row], side->payloads, f->height, f->width,
                           &f->overlap->arena, mask);
}

static sm_status find_box(const finding *f, const sm_instance_side *side, uint32_t row,
                          double box[4]) {
    const sm_shape *shape = &side->shape[row];
    if (shape->kind != SM_SHAPE_BOX && !sm_size_is_valid(f->height, f->width)) return SM_INVALID;
    return sm_shape_box(shape, side->payloads, f->height, f->width, &f->overlap->arena, box);
}

static sm_status load_truths(const finding *f) {
    double(*truth_boxes)[4] = f->overlap->truth_boxes.data;
    sm_banded_mask *truth_masks = f->overlap->truth_masks.data;
    sm_mask_arena_reset(&f->overlap->arena);
    f->overlap->bands_used = 0;
    for (uint32_t i = 0; i < f->cell->n_truths; i++) {
        uint32_t row = f->cell->truths[i];
        truth_masks[i].has_band = 0;
        sm_status status = f->compared == SM_COMPARE_BOXES
                               ? find_box(f, &f->batch->truth, row, truth_boxes[i])
                               : decode(f, &f->batch->truth, row, &truth_masks[i].mask);
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

/* Intersection over union of two masks, or 0 where it cannot reach the lowest threshold. */
static double mask_iou(const finding *f, const sm_mask *detection, const sm_mask *truth,
                       int crowd) {
    const sm_extent *d = &detection->extent, *t = &truth->extent;
    uint32_t left = larger(d->left, t->left), right = smaller(d->right, t->right);
    uint32_t top = larger(d->top, t->top), bottom = smaller(d->bottom, t->bottom);
    if (left >= right || top >= bottom) return 0;
    uint32_t most = smaller((right - left) * (bottom - top), smaller(detection->area, truth->area));
    uint64_t sum = crowd ? detection->area : (uint64_t)detection->area + truth->area;
    if ((double)most / (double)(crowd ? sum : sum - most) < f->lowest) return 0;
    const sm_mask_arena *arena = &f->overlap->arena;
    uint32_t both = sm_runs_overlap(sm_mask_runs(arena, detection), detection->n,
                                    sm_mask_runs(arena, truth), truth->n);
    return (double)both / (double)(crowd ? sum : sum - both);
}

static void add_candidate(const finding *f, uint32_t truth, double iou) {
    if (iou < f->lowest) return;
    sm_candidate *candidates = f->overlap->candidates.data;
    candidates[f->overlap->n_candidates++] = (sm_candidate){truth, iou};
}

static sm_status compare_box(const finding *f, uint32_t row) {
    const double(*boxes)[4] = f->overlap->truth_boxes.data;
    double box[4];
    sm_status status = find_box(f, &f->batch->prediction, row, box);
    for (uint32_t i = 0; i < f->cell->n_truths && status == SM_OK; i++) {
        add_candidate(f, i, sm_box_iou(box, boxes[i], f->crowd[i]));
    }
    return status;
}

static sm_status draw_band(const finding *f, sm_banded_mask *banded) {
    if (banded->has_band) return SM_OK;
    sm_overlap *overlap = f->overlap;
    const sm_measured_runs mask = {sm_mask_runs(&overlap->arena, &banded->mask), banded->mask.n,
                                   f->height, banded->mask.extent};
    banded->first = overlap->bands_used;
    sm_status status = sm_band_of_runs(&mask, f->distance, &overlap->band_scratch, &overlap->bands,
                                       banded->first, &banded->n);
    if (status != SM_OK) return status;
    overlap->bands_used += banded->n;
    banded->band_area =
        sm_runs_area((const sm_run *)overlap->bands.data + banded->first, banded->n);
    banded->has_band = 1;
    return SM_OK;
}

/* Lowers *iou to the intersection over union of the bands. Neither mask is empty. */
static sm_status lower_to_boundary(const finding *f, sm_banded_mask *detection,
                                   sm_banded_mask *truth, double *iou) {
    sm_status status = draw_band(f, detection);
    if (status == SM_OK) status = draw_band(f, truth);
    if (status != SM_OK) return status;
    const sm_run *bands = f->overlap->bands.data;
    uint32_t both =
        sm_runs_overlap(bands + detection->first, detection->n, bands + truth->first, truth->n);
    uint64_t either = (uint64_t)detection->band_area + truth->band_area - both;
    double boundary_iou = (double)both / (double)either;
    if (boundary_iou < *iou) *iou = boundary_iou;
    return SM_OK;
}

static sm_status compare_mask(const finding *f, uint32_t row) {
    sm_banded_mask *truths = f->overlap->truth_masks.data;
    sm_banded_mask detection = {.has_band = 0};
    sm_status status = decode(f, &f->batch->prediction, row, &detection.mask);
    for (uint32_t i = 0; i < f->cell->n_truths && status == SM_OK; i++) {
        double iou = mask_iou(f, &detection.mask, &truths[i].mask, f->crowd[i]);
        int by_bands = f->compared == SM_COMPARE_BOUNDARIES && !f->crowd[i];
        if (by_bands && iou > 0 && iou >= f->lowest)
            status = lower_to_boundary(f, &detection, &truths[i], &iou);
        add_candidate(f, i, iou);
    }
    if (status == SM_OK) f->overlap->arena.used = detection.mask.first;
    return status;
}

static sm_status find_seekers(const finding *f) {
    sm_overlap *overlap = f->overlap;
    sm_seeker *seekers = overlap->seekers.data;
    for (uint32_t i = 0; i < f->cell->n_detections; i++) {
        size_t first = overlap->n_candidates, most = first + f->cell->n_truths;
        sm_status status = sm_buffer_reserve(&overlap->candidates, most, sizeof(sm_candidate));
        if (status != SM_OK) return status;
        uint32_t row = f->cell->detections[i];
        status = f->compared == SM_COMPARE_BOXES ? compare_box(f, row) : compare_mask(f, row);
        if (status != SM_OK) return status;
        uint32_t n = (uint32_t)(overlap->n_candidates - first);
        if (n > 0) seekers[overlap->n_seekers++] = (sm_seeker){i, n, first};
    }
    return SM_OK;
}

sm_status sm_overlap_find(sm_overlap *overlap, const sm_instance_batch *batch,
                          const sm_instance_protocol *protocol, size_t image, const sm_cell *cell,
                          const uint8_t *crowd, double lowest) {
    const uint32_t height = batch->height[image], width = batch->width[image];
    const finding f = {.overlap = overlap,
                       .batch = batch,
                       .cell = cell,
                       .crowd = crowd,
                       .compared = protocol->compared,
                       .height = height,
                       .width = width,
                       .distance = sm_band_distance(height, width, protocol->band_ratio),
                       .lowest = lowest};
    overlap->n_seekers = overlap->n_candidates = 0;
    sm_status status =
        sm_buffer_reserve(&overlap->truth_masks, cell->n_truths, sizeof(sm_banded_mask));
    if (status == SM_OK) {
        status = sm_buffer_reserve(&overlap->truth_boxes, cell->n_truths, sizeof(double[4]));
    }
    if (status == SM_OK) {
        status = sm_buffer_reserve(&overlap->seekers, cell->n_detections, sizeof(sm_seeker));
    }
    if (status == SM_OK) status = load_truths(&f);
    if (status == SM_OK) status = find_seekers(&f);
    return status;
}

void sm_overlap_release(sm_overlap *overlap) {
    sm_buffer_release(&overlap->seekers);
    sm_buffer_release(&overlap->candidates);
    sm_buffer_release(&overlap->truth_masks);
    sm_buffer_release(&overlap->truth_boxes);
    sm_mask_arena_release(&overlap->arena);
    sm_buffer_release(&overlap->bands);
    sm_band_scratch_release(&overlap->band_scratch);
}
