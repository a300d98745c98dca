#include "objects.h"

#include "check.h"

#include <string.h>

/* Appends a row whose every column tells its number, with a text of that many characters. */
static void add_row(sm_objects *objects, int number) {
    CHECK(sm_objects_reserve_row(objects) == SM_OK);
    CHECK(sm_objects_reserve_payload(objects, (size_t)number) == SM_OK);
    size_t start = sm_objects_payload_start(objects), row = objects->n++;
    CHECK(start % 8 == 0);
    memset(objects->payload + start, number, (size_t)number);
    objects->payload_size = start + (size_t)number;
    objects->id[row] = objects->image_id[row] = objects->category_id[row] = number;
    objects->score[row] = objects->area[row] = number;
    objects->mask_area[row] = (uint32_t)number;
    objects->flags[row] = (uint8_t)number;
    objects->shape[row] = (sm_shape){.offset = start, .length = (uint32_t)number};
}

/* Whether a row is that of add_row; its geometry lies in `payload`. */
static int is_row(const sm_objects *objects, const uint8_t *payload, size_t row, int number) {
    const sm_shape *shape = &objects->shape[row];
    for (int i = 0; i < number; i++) {
        if (payload[shape->offset + (size_t)i] != number) return 0;
    }
    return objects->id[row] == number && objects->image_id[row] == number &&
           objects->category_id[row] == number && objects->score[row] == number &&
           objects->area[row] == number && objects->mask_area[row] == (uint32_t)number &&
           objects->flags[row] == number && shape->length == (uint32_t)number &&
           shape->offset % 8 == 0;
}

static int is_padded(const sm_objects *objects) {
    for (int i = 0; i < SM_PADDING; i++) {
        if (objects->payload[objects->payload_size + (size_t)i] != 0) return 0;
    }
    return 1;
}

int main(void) {
    enum { FIRST = 100, SECOND = 27 };
    sm_objects objects = {0}, more = {0}, none = {0};
    for (int i = 0; i < FIRST; i++) add_row(&objects, i);
    for (int i = 0; i < SECOND; i++) add_row(&more, i + 50);

    CHECK(sm_objects_append(&objects, &more, 7) == SM_OK);
    CHECK(sm_objects_append(&objects, &none, 8) == SM_OK);
    sm_objects_trim(&objects);
    CHECK(objects.n == FIRST + SECOND && more.n == SECOND);
    for (int i = 0; i < FIRST; i++) {
        CHECK(is_row(&objects, objects.payload, (size_t)i, i) && objects.shape[i].payload == 0);
    }
    for (int i = 0; i < SECOND; i++) {
        CHECK(is_row(&objects, more.payload, (size_t)(FIRST + i), i + 50));
        CHECK(objects.shape[FIRST + i].payload == 7);
        CHECK(is_row(&more, more.payload, (size_t)i, i + 50) && more.shape[i].payload == 0);
    }
    CHECK(is_padded(&objects));
    CHECK(sm_objects_append(&none, &more, 1) == SM_OK && is_row(&none, more.payload, 0, 50));

    CHECK(sm_objects_reserve_payload(&more, SIZE_MAX / 2) == SM_NO_MEMORY);
    CHECK(is_row(&more, more.payload, SECOND - 1, 76));

    sm_objects_release(&objects);
    sm_objects_release(&more);
    sm_objects_release(&none);
    CHECK(objects.n == 0 && objects.payload == NULL);
    sm_objects_trim(&none);
    CHECK(is_padded(&none));
    sm_objects_release(&none);
    CHECK_SUMMARY();
}
