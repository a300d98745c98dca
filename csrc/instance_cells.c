#include "instance_cells.h"

#include "ranking.h"

#include <stdlib.h>
#include <string.h>

enum { ANNOTATED = 1, LISTED_ABSENT = 2, NOT_EXHAUSTIVE = 4 };

/* The image at hand. */
typedef struct gathering {
    sm_cell_table *table;
    const sm_instance_batch *batch;
    const sm_instance_protocol *protocol;
    size_t image;
} gathering;

static uint32_t n_rows(const sm_instance_side *side, size_t image) {
    return side->starts[image + 1] - side->starts[image];
}

static const uint32_t *first_row(const sm_instance_side *side, size_t image) {
    return side->order + side->starts[image];
}

static int is_present(const gathering *g, const sm_instance_side *side, uint32_t row) {
    if (side->category[row] >= g->protocol->n_categories) return 0;
    return !g->protocol->drop_empty || side->area[row] > 0;
}

sm_status sm_cells_prepare(sm_cell_table *table, size_t n_categories) {
    sm_status status =
        sm_buffer_reserve(&table->place_of_category, n_categories + 1, sizeof(uint32_t));
    if (status == SM_OK) status = sm_buffer_reserve(&table->marks, n_categories + 1, 1);
    if (status != SM_OK) return status;
    memset(table->place_of_category.data, 0, n_categories * sizeof(uint32_t));
    memset(table->marks.data, 0, n_categories);
    table->n_categories = n_categories;
    return SM_OK;
}

static sm_status reserve(const gathering *g) {
    sm_cell_table *table = g->table;
    size_t n_truths = (size_t)n_rows(&g->batch->truth, g->image) + 1;
    size_t n_detections = (size_t)n_rows(&g->batch->prediction, g->image) + 1;
    sm_status status = sm_buffer_reserve(&table->cells, n_truths + n_detections, sizeof(sm_cell));
    if (status == SM_OK) status = sm_buffer_reserve(&table->truths, n_truths, sizeof(uint32_t));
    if (status == SM_OK) status = sm_buffer_reserve(&table->chosen, n_detections, sizeof(uint32_t));
    if (status == SM_OK)
        status = sm_buffer_reserve(&table->detections, n_detections, sizeof(uint32_t));
    return status;
}

/* The category's cell, made where there is none yet. */
static sm_cell *cell_for(sm_cell_table *table, uint32_t category) {
    uint32_t *place = (uint32_t *)table->place_of_category.data + category;
    sm_cell *cells = table->cells.data;
    if (*place == 0) {
        cells[table->n] = (sm_cell){.category = category, .is_exhaustive = 1};
        *place = (uint32_t)++table->n;
    }
    return &cells[*place - 1];
}

/* ---- what the image says of categories ---- */

static void mark_listed(const gathering *g, const sm_listed *listed, uint8_t mark) {
    uint8_t *marks = g->table->marks.data;
    for (uint32_t i = listed->starts[g->image]; i < listed->starts[g->image + 1]; i++) {
        if (listed->category[i] < g->protocol->n_categories) marks[listed->category[i]] |= mark;
    }
}

static void unmark_listed(const gathering *g, const sm_listed *listed) {
    uint8_t *marks = g->table->marks.data;
    for (uint32_t i = listed->starts[g->image]; i < listed->starts[g->image + 1]; i++) {
        if (listed->category[i] < g->protocol->n_categories) marks[listed->category[i]] = 0;
    }
}

/* Leaves the arrays over categories as they were before the image: all zero. */
static void forget(const gathering *g) {
    const sm_cell *cells = g->table->cells.data;
    uint32_t *places = g->table->place_of_category.data;
    uint8_t *marks = g->table->marks.data;
    for (size_t i = 0; i < g->table->n; i++)
        places[cells[i].category] = marks[cells[i].category] = 0;
    if (g->protocol->federated) {
        unmark_listed(g, &g->batch->negative);
        unmark_listed(g, &g->batch->not_exhaustive);
    }
}

/* ---- counting, ordering, filling ---- */

static void count_truths(const gathering *g) {
    const sm_instance_side *side = &g->batch->truth;
    const uint32_t *rows = first_row(side, g->image), n = n_rows(side, g->image);
    uint8_t *marks = g->table->marks.data;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_present(g, side, rows[i])) continue;
        cell_for(g->table, side->category[rows[i]])->n_truths++;
        marks[side->category[rows[i]]] |= ANNOTATED;
    }
    if (g->protocol->federated) {
        mark_listed(g, &g->batch->negative, LISTED_ABSENT);
        mark_listed(g, &g->batch->not_exhaustive, NOT_EXHAUSTIVE);
    }
}

/* Ranks the image's detections, keeps those that take part, and counts them by cell. */
static sm_status choose_detections(const gathering *g, uint32_t *n_chosen) {
    const sm_instance_side *side = &g->batch->prediction;
    const sm_instance_protocol *protocol = g->protocol;
    const uint8_t *marks = g->table->marks.data;
    uint32_t *chosen = g->table->chosen.data, n = n_rows(side, g->image), kept = 0;
    if (n > 0) memcpy(chosen, first_row(side, g->image), n * sizeof *chosen);
    sm_status status = sm_rank_descending(side->score, chosen, n, &g->table->scratch);
    if (status != SM_OK) return status;
    if (protocol->max_per_image && n > protocol->max_per_image) n = protocol->max_per_image;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_present(g, side, chosen[i])) continue;
        uint32_t category = side->category[chosen[i]];
        if (protocol->federated && !(marks[category] & (ANNOTATED | LISTED_ABSENT))) continue;
        sm_cell *cell = cell_for(g->table, category);
        if (protocol->max_per_category && cell->n_detections == protocol->max_per_category)
            continue;
        cell->n_detections++;
        chosen[kept++] = chosen[i];
    }
    *n_chosen = kept;
    return SM_OK;
}

static int compare_categories(const void *a, const void *b) {
    uint32_t x = ((const sm_cell *)a)->category, y = ((const sm_cell *)b)->category;
    return (x > y) - (x < y);
}

/* Puts the cells in the order of their categories and gives each its stretch of rows. */
static void lay_out(const gathering *g) {
    sm_cell_table *table = g->table;
    sm_cell *cells = table->cells.data;
    uint32_t *places = table->place_of_category.data;
    const uint8_t *marks = table->marks.data;
    const uint32_t *truths = table->truths.data, *detections = table->detections.data;
    if (table->n > 1) qsort(cells, table->n, sizeof *cells, compare_categories);
    for (size_t i = 0; i < table->n; i++) {
        places[cells[i].category] = (uint32_t)i + 1;
        cells[i].is_exhaustive = !(marks[cells[i].category] & NOT_EXHAUSTIVE);
        cells[i].truths = truths;
        cells[i].detections = detections;
        truths += cells[i].n_truths;
        detections += cells[i].n_detections;
    }
}

/*
 * Writes a row at the end of what its cell's stretch holds so far; the count is taken down and up
 * again.
 */
static void fill(const gathering *g, uint32_t n_chosen) {
    sm_cell_table *table = g->table;
    const sm_instance_side *truth = &g->batch->truth, *prediction = &g->batch->prediction;
    const uint32_t *rows = first_row(truth, g->image), *chosen = table->chosen.data;
    uint32_t *truths = table->truths.data, *detections = table->detections.data;
    sm_cell *cells = table->cells.data;
    for (size_t i = 0; i < table->n; i++) cells[i].n_truths = cells[i].n_detections = 0;
    for (uint32_t i = 0; i < n_rows(truth, g->image); i++) {
        if (!is_present(g, truth, rows[i])) continue;
        sm_cell *cell = cell_for(table, truth->category[rows[i]]);
        truths[cell->truths - truths + cell->n_truths++] = rows[i];
    }
    for (uint32_t i = 0; i < n_chosen; i++) {
        sm_cell *cell = cell_for(table, prediction->category[chosen[i]]);
        detections[cell->detections - detections + cell->n_detections++] = chosen[i];
    }
}

sm_status sm_cells_gather(sm_cell_table *table, const sm_instance_batch *batch,
                          const sm_instance_protocol *protocol, size_t image) {
    const gathering g = {table, batch, protocol, image};
    uint32_t n_chosen = 0;
    table->n = 0;
    sm_status status = reserve(&g);
    if (status != SM_OK) return status;
    count_truths(&g);
    status = choose_detections(&g, &n_chosen);
    if (status != SM_OK) return status;
    lay_out(&g);
    fill(&g, n_chosen);
    forget(&g);
    return SM_OK;
}

void sm_cells_release(sm_cell_table *table) {
    sm_buffer *buffers[] = {
        &table->cells,  &table->place_of_category, &table->marks,  &table->chosen,
        &table->truths, &table->detections,        &table->scratch};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) sm_buffer_release(buffers[i]);
}
