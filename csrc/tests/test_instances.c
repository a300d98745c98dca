#include "instances.h"

#include "lookup.h"

#include "check.h"

#include <string.h>

enum { N_IMAGES = 2, N_TRUTHS = 3, N_DETECTIONS = 5 };

static const double thresholds[] = {0.5, 0.9}, areas[] = {0, 1e10, 0, 5};
static const uint32_t sides[] = {8, 8};

/* Truths and detections of boxes: category 1 in image 0, both categories in image 1. */
static const double truth_boxes[][4] = {{0, 0, 2, 2}, {0, 0, 4, 4}, {4, 4, 2, 2}};
static const double found_boxes[][4] = {
    {0, 0, 2, 2}, {0, 0, 2, 2.5}, {0, 0, 4, 4}, {4, 4, 2, 2}, {6, 6, 1, 1}};
static const uint8_t *const truth_payloads[] = {(const uint8_t *)truth_boxes};
static const uint8_t *const found_payloads[] = {(const uint8_t *)found_boxes};

typedef struct example {
    sm_shape truth_shapes[N_TRUTHS], found_shapes[N_DETECTIONS];
    sm_instance_batch batch;
    double score[N_DETECTIONS];
    uint32_t category[N_DETECTIONS], state[N_DETECTIONS], detections[N_IMAGES], cells[N_IMAGES];
    sm_instance_rows rows;
    sm_fault fault;
} example;

static void lay_out(sm_shape *shapes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        shapes[i] = (sm_shape){.offset = i * sizeof(double[4]), .length = 32, .kind = SM_SHAPE_BOX};
    }
}

static sm_status evaluate(example *e, const sm_instance_protocol *protocol, size_t first,
                          size_t last) {
    static const uint32_t order[] = {0, 1, 2, 3, 4};
    static const uint32_t truth_starts[] = {0, 1, 3}, found_starts[] = {0, 2, 5};
    static const uint32_t truth_category[] = {1, 1, 0},
                          found_category[] = {1, 1, 1, 0, SM_NOT_LISTED};
    static const double truth_areas[] = {4, 16, 4}, found_areas[] = {4, 5, 16, 4, 1};
    static const double found_scores[] = {0.5, 0.9, 0.7, 0.8, 1};
    static const int64_t ids[] = {1, 2, 0};
    static const uint8_t flags[N_TRUTHS] = {0};
    static const uint32_t listed_starts[] = {0, 0, 1}, listed[] = {1};
    lay_out(e->truth_shapes, N_TRUTHS);
    lay_out(e->found_shapes, N_DETECTIONS);
    e->batch = (sm_instance_batch){
        .height = sides,
        .width = sides,
        .truth = {.order = order,
                  .starts = truth_starts,
                  .category = truth_category,
                  .area = truth_areas,
                  .id = ids,
                  .flags = flags,
                  .shape = e->truth_shapes,
                  .payloads = truth_payloads},
        .prediction = {.order = order,
                       .starts = found_starts,
                       .category = found_category,
                       .area = found_areas,
                       .score = found_scores,
                       .shape = e->found_shapes,
                       .payloads = found_payloads},
        .negative = {(const uint32_t[]){0, 0, 0}, NULL},
        .not_exhaustive = {listed_starts, listed},
    };
    e->rows = (sm_instance_rows){.score = e->score,
                                 .category = e->category,
                                 .state = e->state,
                                 .detections_per_image = e->detections,
                                 .cells_per_image = e->cells};
    return sm_instances_evaluate(&e->batch, protocol, first, last, &e->rows, &e->fault);
}

static void release(example *e) {
    sm_buffer_release(&e->rows.outcomes);
    sm_buffer_release(&e->rows.cells);
}

static int is_outcome(const example *e, size_t detection, size_t area, uint64_t matched,
                      uint64_t ignored) {
    const sm_outcome *outcomes = e->rows.outcomes.data;
    const sm_outcome *outcome = &outcomes[detection * 2 + area];
    return outcome->matched == matched && outcome->ignored == ignored;
}

static void check_rows(const sm_instance_protocol *protocol) {
    example e;
    CHECK(evaluate(&e, protocol, 0, N_IMAGES) == SM_OK);
    CHECK(e.rows.n_detections == 4 && e.detections[0] == 2 && e.detections[1] == 2);
    CHECK(e.rows.n_cells == 3 && e.cells[0] == 1 && e.cells[1] == 2);
    const uint32_t cells[] = {1, 1, 1, 0, 1, 1, 1, 1, 0}; /* category, objects per area range */
    CHECK(memcmp(e.rows.cells.data, cells, sizeof cells) == 0);
    /* By image, category and score; the one of no listed category is passed over. */
    CHECK(memcmp(e.score, (double[]){0.9, 0.5, 0.8, 0.7}, sizeof(double[4])) == 0);
    CHECK(memcmp(e.category, (uint32_t[]){1, 1, 0, 1}, sizeof(uint32_t[4])) == 0);
    const uint32_t has = SM_HAS_OUTCOMES;
    CHECK(memcmp(e.state, (uint32_t[]){has, has, has, has | 2}, sizeof(uint32_t[4])) == 0);
    /* The better scored takes it at 0.5, the better placed at 0.9. */
    CHECK(is_outcome(&e, 0, 0, 1, 0) && is_outcome(&e, 1, 0, 2, 0));
    CHECK(is_outcome(&e, 2, 0, protocol->unnamed_zero ? 0 : 3, 0));
    /* In the small range the large object is ignored, and who takes it too. */
    CHECK(is_outcome(&e, 3, 0, 3, 0) && is_outcome(&e, 3, 1, 0, 3));
    release(&e);
}

/* Images evaluated one by one give the rows of all, one after the other. */
static void check_slices(const sm_instance_protocol *protocol) {
    example all, one;
    size_t n = 0;
    CHECK(evaluate(&all, protocol, 0, N_IMAGES) == SM_OK);
    for (size_t image = 0; image < N_IMAGES; image++) {
        CHECK(evaluate(&one, protocol, image, image + 1) == SM_OK);
        CHECK(one.rows.n_detections == all.detections[image] &&
              one.rows.n_cells == all.cells[image]);
        CHECK(memcmp(one.score, all.score + n, one.rows.n_detections * sizeof *one.score) == 0);
        n += one.rows.n_detections;
        release(&one);
    }
    CHECK(n == all.rows.n_detections);
    release(&all);
}

static void check_limits(sm_instance_protocol protocol) {
    example e;
    protocol.max_per_category = 1;
    CHECK(evaluate(&e, &protocol, 0, N_IMAGES) == SM_OK);
    CHECK(e.rows.n_detections == 3 && e.score[0] == 0.9);
    release(&e);
    protocol.max_per_category = 0;
    protocol.max_per_image = 1; /* counts those of categories that are not listed */
    CHECK(evaluate(&e, &protocol, 0, N_IMAGES) == SM_OK);
    CHECK(e.detections[0] == 1 && e.detections[1] == 0);
    release(&e);
}

/* Category 1 is not exhaustive in image 1: there, detections are outside of every range. */
static void check_federated(sm_instance_protocol protocol) {
    example e;
    protocol.federated = 1;
    CHECK(evaluate(&e, &protocol, 0, N_IMAGES) == SM_OK);
    CHECK(e.state[1] == SM_HAS_OUTCOMES && e.state[3] == (SM_HAS_OUTCOMES | 3));
    release(&e);
}

static void check_unknown_size(sm_instance_protocol protocol) {
    static const uint32_t none[] = {8, 0};
    example e;
    protocol.compared = SM_COMPARE_MASKS;
    CHECK(evaluate(&e, &protocol, 0, N_IMAGES) == SM_OK);
    release(&e);
    e.batch.height = none;
    e.rows.n_detections = e.rows.n_outcomes = e.rows.n_cells = 0;
    CHECK(sm_instances_evaluate(&e.batch, &protocol, 0, N_IMAGES, &e.rows, &e.fault) == SM_INVALID);
    CHECK(e.fault.record == 1 && strcmp(e.fault.unit, "image") == 0);
    release(&e);
}

int main(void) {
    sm_instance_protocol protocol = {.thresholds = thresholds,
                                     .n_thresholds = 2,
                                     .areas = areas,
                                     .n_areas = 2,
                                     .n_categories = 2,
                                     .compared = SM_COMPARE_BOXES};
    check_rows(&protocol);
    check_slices(&protocol);
    check_limits(protocol);
    check_federated(protocol);
    check_unknown_size(protocol);
    protocol.unnamed_zero = 1;
    check_rows(&protocol);
    CHECK_SUMMARY();
}
