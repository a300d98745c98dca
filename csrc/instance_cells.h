/*
 * instance_cells.h - which annotations and detections of an image meet: its cells.
 *
 * A cell holds the objects and the detections of one category in one image. Detections are ranked
 * by score; ties keep their order. The protocol decides who takes part (instances.h): the limit per
 * image comes first, then the federated rule, then the limit per category.
 */
#ifndef SM_INSTANCE_CELLS_H
#define SM_INSTANCE_CELLS_H

#include "instances.h"

typedef struct sm_cell {
    uint32_t category;
    uint32_t n_truths, n_detections;
    const uint32_t *truths, *detections; /* rows of the two tables; detections best first */
    int is_exhaustive;                   /* every object of the category is annotated here */
} sm_cell;

/* The cells of one image at a time. Zero it first, prepare it once, release it last. */
typedef struct sm_cell_table {
    size_t n;
    sm_buffer cells; /* sm_cell, categories ascending */

    size_t n_categories;
    sm_buffer place_of_category;  /* uint32: 1 + the category's place in `cells`, 0 for none */
    sm_buffer marks;              /* uint8 per category: what the image says of it */
    sm_buffer chosen;             /* uint32: rows of detections that take part, best first */
    sm_buffer truths, detections; /* uint32: rows, cell by cell */
    sm_buffer scratch;            /* of the ranking */
} sm_cell_table;

/* Makes a zeroed table ready for these categories. */
sm_status sm_cells_prepare(sm_cell_table *table, size_t n_categories);

/* Fills the table with the cells of one image, in place of the image before. O(rows log cells). */
sm_status sm_cells_gather(sm_cell_table *table, const sm_instance_batch *batch,
                          const sm_instance_protocol *protocol, size_t image);

void sm_cells_release(sm_cell_table *table);

#endif
