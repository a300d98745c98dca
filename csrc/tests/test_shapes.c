#include "shapes.h"

#include "check.h"

#include <string.h>

enum { HEIGHT = 4, WIDTH = 6 };

static sm_shape shape_of(uint32_t kind, size_t length) {
    return (sm_shape){.length = (uint32_t)length, .height = HEIGHT, .width = WIDTH, .kind = kind};
}

/* Decodes after what the arena holds and compares with the runs expected. */
static void check_shape(sm_shape shape, const void *payload, sm_mask_arena *arena,
                        const sm_run *runs, size_t n) {
    const uint8_t *bytes = payload;
    sm_mask mask;
    double box[4];
    size_t used = arena->used;
    CHECK(sm_shape_decode(&shape, &bytes, HEIGHT, WIDTH, arena, &mask) == SM_OK);
    CHECK(mask.first == used && mask.n == n && arena->used == used + n);
    CHECK(n == 0 || memcmp(sm_mask_runs(arena, &mask), runs, n * sizeof *runs) == 0);
    CHECK(mask.area == sm_runs_area(runs, n));
    if (shape.kind == SM_SHAPE_BOX) return;
    CHECK(sm_shape_box(&shape, &bytes, HEIGHT, WIDTH, arena, box) == SM_OK);
    CHECK(box[0] == mask.extent.left && box[0] + box[2] == mask.extent.right);
    CHECK(box[1] == mask.extent.top && box[1] + box[3] == mask.extent.bottom);
    CHECK(arena->used == used + n);
}

static void check_kinds(sm_mask_arena *arena) {
    static const sm_run column[] = {{4, 8}}, square[] = {{5, 7}, {9, 11}};
    static const sm_run both[] = {{5, 7}, {9, 11}, {20, 21}};
    static const uint32_t counts[] = {4, 4, 16};
    /* Vertices, then fifths of a pixel: a square of 2 x 2, and one of a single pixel. */
    static const int32_t polygons[] = {4, 5,  5, 5,  15, 15, 15, 15, 5,
                                       4, 25, 0, 25, 5,  30, 5,  30, 0};
    static const double box[] = {1, 1, 2, 2};
    char text[8 + SM_PADDING] = "44`0";

    check_shape(shape_of(SM_SHAPE_NONE, 0), text, arena, NULL, 0);
    check_shape(shape_of(SM_SHAPE_COUNTS, sizeof counts), counts, arena, column, 1);
    check_shape(shape_of(SM_SHAPE_TEXT, 4), text, arena, column, 1);
    check_shape(shape_of(SM_SHAPE_POLYGONS, 9 * sizeof *polygons), polygons, arena, square, 2);
    check_shape(shape_of(SM_SHAPE_POLYGONS, sizeof polygons), polygons, arena, both, 3);
    check_shape(shape_of(SM_SHAPE_BOX, sizeof box), box, arena, square, 2);
}

/* Nothing to fill, as the very first thing an arena sees. */
static void check_empty(void) {
    static const int32_t line[] = {3, 0, 0, 0, 0, 0, 0}, far[] = {1, 5000000, 5000000};
    static const double box[] = {0, 0, 0, 0};
    static const uint32_t counts[] = {24};
    const struct {
        sm_shape shape;
        const void *payload;
    } empty[] = {{shape_of(SM_SHAPE_POLYGONS, sizeof line), line},
                 {shape_of(SM_SHAPE_POLYGONS, sizeof far), far},
                 {shape_of(SM_SHAPE_BOX, sizeof box), box},
                 {shape_of(SM_SHAPE_COUNTS, sizeof counts), counts},
                 {shape_of(SM_SHAPE_NONE, 0), counts}};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        sm_mask_arena arena = {0};
        check_shape(empty[i].shape, empty[i].payload, &arena, NULL, 0);
        sm_mask_arena_release(&arena);
    }
}

static void check_boxes(void) {
    static const double box[] = {-1.5, 2, 1e9, 0.25};
    const sm_shape shape = shape_of(SM_SHAPE_BOX, sizeof box);
    sm_mask_arena arena = {0};
    const uint8_t *payload = (const uint8_t *)box;
    double own[4];
    CHECK(sm_shape_box(&shape, &payload, 0, 0, &arena, own) == SM_OK);
    CHECK(memcmp(own, box, sizeof box) == 0);
    sm_mask_arena_release(&arena);
}

/* What was not checked when it was read is refused, not trusted. */
static void check_damage(void) {
    static const uint32_t counts[] = {4, 4, 15};
    char text[8 + SM_PADDING] = "44";
    const sm_shape list = shape_of(SM_SHAPE_COUNTS, sizeof counts),
                   string = shape_of(SM_SHAPE_TEXT, 2);
    sm_mask_arena arena = {0};
    sm_mask mask;
    const uint8_t *numbers = (const uint8_t *)counts, *characters = (const uint8_t *)text;
    CHECK(sm_shape_decode(&list, &numbers, HEIGHT, WIDTH, &arena, &mask) == SM_INVALID);
    CHECK(sm_shape_decode(&string, &characters, HEIGHT, WIDTH, &arena, &mask) == SM_INVALID);
    CHECK(arena.used == 0);
    sm_mask_arena_release(&arena);
}

int main(void) {
    sm_mask_arena arena = {0};
    check_kinds(&arena);
    sm_mask_arena_reset(&arena);
    check_kinds(&arena);
    sm_mask_arena_release(&arena);
    check_empty();
    check_boxes();
    check_damage();
    CHECK_SUMMARY();
}
