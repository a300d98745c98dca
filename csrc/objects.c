#include "objects.h"

#include <stdlib.h>
#include <string.h>

/* A column: where its pointer is kept (of whatever type) and the size of its elements. */
typedef struct column {
    void *pointer;
    size_t size;
} column;

enum { N_COLUMNS = 8 };

static char *column_data(const column *c) {
    char *data;
    memcpy(&data, c->pointer, sizeof data);
    return data;
}

static void list_columns(sm_objects *objects, column columns[N_COLUMNS]) {
    const column all[N_COLUMNS] = {
        {&objects->id, sizeof *objects->id},
        {&objects->image_id, sizeof *objects->image_id},
        {&objects->category_id, sizeof *objects->category_id},
        {&objects->score, sizeof *objects->score},
        {&objects->area, sizeof *objects->area},
        {&objects->mask_area, sizeof *objects->mask_area},
        {&objects->flags, sizeof *objects->flags},
        {&objects->shape, sizeof *objects->shape},
    };
    memcpy(columns, all, sizeof all);
}

static sm_status resize(const column *c, size_t count) {
    if (count > SIZE_MAX / 2 / c->size) return SM_NO_MEMORY;
    void *moved = realloc(column_data(c), count > 0 ? count * c->size : 1);
    if (!moved) return SM_NO_MEMORY;
    memcpy(c->pointer, &moved, sizeof moved);
    return SM_OK;
}

static sm_status resize_rows(sm_objects *objects, size_t capacity) {
    column columns[N_COLUMNS];
    list_columns(objects, columns);
    for (size_t i = 0; i < N_COLUMNS; i++) {
        sm_status status = resize(&columns[i], capacity);
        if (status != SM_OK) return status;
    }
    objects->capacity = capacity;
    return SM_OK;
}

static sm_status resize_payload(sm_objects *objects, size_t capacity) {
    sm_status status = resize(&(column){&objects->payload, 1}, capacity);
    if (status == SM_OK) objects->payload_capacity = capacity;
    return status;
}

sm_status sm_objects_reserve_row(sm_objects *objects) {
    if (objects->n < objects->capacity) return SM_OK;
    return resize_rows(objects, objects->capacity < 512 ? 1024 : 2 * objects->capacity);
}

sm_status sm_objects_reserve_payload(sm_objects *objects, size_t bytes) {
    size_t start = sm_objects_payload_start(objects);
    if (bytes > SIZE_MAX / 4 || start > SIZE_MAX / 4) return SM_NO_MEMORY;
    size_t needed = start + bytes + SM_PADDING, doubled = 2 * objects->payload_capacity;
    if (needed <= objects->payload_capacity) return SM_OK;
    return resize_payload(objects, needed < doubled ? doubled : needed);
}

sm_status sm_objects_append(sm_objects *objects, const sm_objects *more, uint16_t payload) {
    size_t n = objects->n + more->n;
    sm_status status = n > objects->capacity ? resize_rows(objects, n) : SM_OK;
    if (status != SM_OK || more->n == 0) return status;

    column into[N_COLUMNS], from[N_COLUMNS];
    sm_objects source = *more;
    list_columns(objects, into);
    list_columns(&source, from);
    for (size_t i = 0; i < N_COLUMNS; i++) {
        char *end = column_data(&into[i]) + objects->n * into[i].size;
        memcpy(end, column_data(&from[i]), more->n * from[i].size);
    }
    for (size_t row = objects->n; row < n; row++) objects->shape[row].payload = payload;
    objects->n = n;
    return SM_OK;
}

void sm_objects_trim(sm_objects *objects) {
    /* Shrinking cannot fail in a way that matters: the larger block is kept. */
    (void)resize_rows(objects, objects->n);
    (void)resize_payload(objects, objects->payload_size + SM_PADDING);
    if (objects->payload) memset(objects->payload + objects->payload_size, 0, SM_PADDING);
}

void sm_objects_release(sm_objects *objects) {
    column columns[N_COLUMNS];
    list_columns(objects, columns);
    for (size_t i = 0; i < N_COLUMNS; i++) free(column_data(&columns[i]));
    free(objects->payload);
    *objects = (sm_objects){0};
}
