#include "precision_recall.h"

#include "ranking.h"

/* A detection of the category at hand, in the order of the ranking. */
typedef struct ranked {
    uint32_t state, outcome, rank;
    double score;
} ranked;

typedef struct accumulation {
    const sm_ranked_rows *rows;
    const sm_curve_grid *grid;
    const sm_curves *curves;
    sm_buffer order, detections, scratch; /* uint32, ranked */
    size_t n;
    int is_corrupt;  /* more objects found than there are */
    size_t capacity; /* matched detections there can be; stride of `precision`, `scores` */
    sm_buffer precision, scores; /* double, per threshold: at the 1st, 2nd, ... matched detection */
    sm_buffer needed;            /* uint32 per recall: matched detections that reach it */
} accumulation;

/* One area range and limit of detections. */
typedef struct sweep {
    size_t category, area, limit;
    uint32_t max_dets, n_truths;
    uint32_t n_matched[SM_MAX_THRESHOLDS];
    int64_t correction[SM_MAX_THRESHOLDS]; /* what outcomes add to the detections that count */
    double first_score;
    int has_detections;
} sweep;

void sm_number_detections(const uint32_t *category, const uint32_t *state,
                          const uint32_t *per_image, size_t n_images, uint32_t *outcome,
                          uint32_t *rank) {
    uint32_t n_outcomes = 0;
    size_t i = 0;
    for (size_t image = 0; image < n_images; image++) {
        size_t end = i + per_image[image];
        for (size_t first = i; i < end; i++) {
            int goes_on = i > first && category[i] == category[i - 1];
            rank[i] = goes_on ? rank[i - 1] + 1 : 0;
            outcome[i] = n_outcomes;
            n_outcomes += (state[i] & SM_HAS_OUTCOMES) != 0;
        }
    }
}

static sm_status rank_category(accumulation *acc, size_t category) {
    const sm_ranked_rows *rows = acc->rows;
    const uint32_t *group = rows->by_category + rows->category_starts[category];
    size_t n = rows->category_starts[category + 1] - rows->category_starts[category];
    sm_status status = sm_buffer_reserve(&acc->order, n, sizeof(uint32_t));
    if (status == SM_OK) status = sm_buffer_reserve(&acc->detections, n, sizeof(ranked));
    if (status != SM_OK) return status;
    uint32_t *order = acc->order.data;
    ranked *detections = acc->detections.data;
    for (size_t i = 0; i < n; i++) order[i] = group[i];
    status = sm_rank_descending(rows->score, order, n, &acc->scratch);
    if (status != SM_OK) return status;
    for (size_t i = 0; i < n; i++) {
        uint32_t d = order[i];
        detections[i] = (ranked){rows->state[d], rows->outcome[d], rows->rank[d], rows->score[d]};
    }
    acc->n = n;
    return SM_OK;
}

/* Notes a matched detection: the `counted`-th that counts at this threshold. */
static void note_match(accumulation *acc, sweep *s, size_t t, int64_t counted, double score) {
    if (s->n_matched[t] == acc->capacity) {
        acc->is_corrupt = 1;
        return;
    }
    uint32_t n = ++s->n_matched[t];
    size_t at = t * acc->capacity + n - 1;
    ((double *)acc->precision.data)[at] = (double)n / ((double)counted + 0x1p-52);
    ((double *)acc->scores.data)[at] = score;
}

/* What the outcomes of one detection change. `is_outside`: it would count only if it matched. */
static void apply_outcome(accumulation *acc, sweep *s, const ranked *detection, int64_t counted,
                          int is_outside) {
    size_t n_areas = acc->grid->n_areas;
    const sm_outcome *outcome = &acc->rows->outcomes[detection->outcome * n_areas + s->area];
    uint64_t all = ~(uint64_t)0 >> (SM_MAX_THRESHOLDS - acc->grid->n_thresholds);
    for (uint64_t bits = outcome->ignored & all; bits; bits &= bits - 1) {
        if (!is_outside) s->correction[__builtin_ctzll(bits)]--;
    }
    for (uint64_t bits = outcome->matched & all; bits; bits &= bits - 1) {
        size_t t = (size_t)__builtin_ctzll(bits);
        if (is_outside) s->correction[t]++;
        note_match(acc, s, t, counted + s->correction[t], detection->score);
    }
}

static void run_sweep(accumulation *acc, sweep *s) {
    const ranked *detections = acc->detections.data;
    int64_t counted = 0; /* detections that count whatever they matched */
    for (size_t i = 0; i < acc->n; i++) {
        if (detections[i].rank >= s->max_dets) continue;
        if (!s->has_detections) s->first_score = detections[i].score;
        s->has_detections = 1;
        int is_outside = (int)(detections[i].state >> s->area & 1);
        counted += !is_outside;
        if (detections[i].state & SM_HAS_OUTCOMES) {
            apply_outcome(acc, s, &detections[i], counted, is_outside);
        }
    }
}

/* How many matched detections reach each recall; more than there are objects where none do. */
static void find_needed(accumulation *acc, uint32_t n_truths) {
    uint32_t *needed = acc->needed.data, n = 0;
    for (size_t r = 0; r < acc->grid->n_recalls; r++) {
        while (n <= n_truths && (double)n / (double)n_truths < acc->grid->recalls[r]) n++;
        needed[r] = n;
    }
}

static void write_curve(accumulation *acc, const sweep *s, size_t t) {
    const sm_curve_grid *grid = acc->grid;
    const uint32_t *needed = acc->needed.data;
    double *precision = (double *)acc->precision.data + t * acc->capacity;
    const double *scores = (const double *)acc->scores.data + t * acc->capacity;
    uint32_t n = s->n_matched[t];
    for (uint32_t i = n; i > 1; i--) {
        if (precision[i - 1] > precision[i - 2]) precision[i - 2] = precision[i - 1];
    }
    size_t block = grid->n_areas * grid->n_max_dets, within = s->area * grid->n_max_dets + s->limit;
    acc->curves->recall[(t * grid->n_categories + s->category) * block + within] =
        (double)n / (double)s->n_truths;
    for (size_t r = 0; r < grid->n_recalls; r++) {
        size_t at = ((t * grid->n_recalls + r) * grid->n_categories + s->category) * block + within;
        /* Recall 0 is reached by the first detection, matched or not. */
        uint32_t which = needed[r] > 0 ? needed[r] - 1 : 0;
        acc->curves->precision[at] = which < n ? precision[which] : 0;
        if (!acc->curves->scores) continue;
        double at_first = s->has_detections ? s->first_score : 0;
        acc->curves->scores[at] = needed[r] == 0 ? at_first : which < n ? scores[which] : 0;
    }
}

static sm_status accumulate_area(accumulation *acc, size_t category, size_t area) {
    const sm_curve_grid *grid = acc->grid;
    uint32_t n_truths = acc->rows->n_truths[category * grid->n_areas + area];
    if (n_truths == 0) return SM_OK;
    acc->capacity = n_truths < acc->n ? n_truths : acc->n;
    size_t most = grid->n_thresholds * acc->capacity;
    sm_status status = sm_buffer_reserve(&acc->precision, most, sizeof(double));
    if (status == SM_OK) status = sm_buffer_reserve(&acc->scores, most, sizeof(double));
    if (status != SM_OK) return status;
    find_needed(acc, n_truths);
    for (size_t m = 0; m < grid->n_max_dets; m++) {
        sweep s = {.category = category,
                   .area = area,
                   .limit = m,
                   .max_dets = grid->max_dets[m],
                   .n_truths = n_truths};
        run_sweep(acc, &s);
        for (size_t t = 0; t < grid->n_thresholds; t++) write_curve(acc, &s, t);
    }
    return acc->is_corrupt ? SM_INVALID : SM_OK;
}

static sm_status accumulate_category(accumulation *acc, size_t category) {
    sm_status status = rank_category(acc, category);
    for (size_t a = 0; a < acc->grid->n_areas && status == SM_OK; a++) {
        status = accumulate_area(acc, category, a);
    }
    return status;
}

sm_status sm_accumulate(const sm_ranked_rows *rows, const sm_curve_grid *grid, size_t first,
                        size_t last, const sm_curves *curves) {
    accumulation acc = {.rows = rows, .grid = grid, .curves = curves};
    sm_status status = sm_buffer_reserve(&acc.needed, grid->n_recalls + 1, sizeof(uint32_t));
    for (size_t k = first; k < last && status == SM_OK; k++) status = accumulate_category(&acc, k);
    sm_buffer *buffers[] = {&acc.order,     &acc.detections, &acc.scratch,
                            &acc.precision, &acc.scores,     &acc.needed};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) sm_buffer_release(buffers[i]);
    return status;
}
