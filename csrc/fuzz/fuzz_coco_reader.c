/* Any bytes as ground truth and as results: read whole, and in two parts that must come to the
 * same. */
#include "fuzz.h"

#include "coco_reader.h"
#include "shapes.h"

#include <string.h>

#define TEXT_RECORD                                                                                \
    "{\"image_id\":1,\"category_id\":2,\"score\":0.5,\"segmentation\":{\"size\":[4,6],\"counts\":" \
    "\"44`0\"}}"
#define LIST_RECORD                                                                                \
    "{\"segmentation\":{\"counts\":[4,4,16],\"size\":[4,6]},\"sc\\u006fre\":1e0,\"image_id\":1,"   \
    "\"category_id\":2}"
#define BOX_RECORD                                                                                 \
    "{\"bbox\":[1,2.5,3,4],\"image_id\":1,\"category_id\":2,\"score\":-1,\"x\":[{\"y\":1}, "       \
    "{\"z\":[]}]}"

/* The first byte says what is read as what. */
const sm_fuzz_seed sm_fuzz_seeds[] = {
    FUZZ_SEED("\x00[" TEXT_RECORD ", " LIST_RECORD "," BOX_RECORD "]"),
    FUZZ_SEED("\x01[" BOX_RECORD "," TEXT_RECORD "]"),
    FUZZ_SEED("\x02[" LIST_RECORD "," BOX_RECORD "]"),
    FUZZ_SEED(
        "\x03{\"images\":[{\"id\":1,\"height\":4,\"width\":6,\"neg_category_ids\":[1,2]}, "
        "{\"id\":2}],"
        "\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":2,\"area\":4,\"iscrowd\":true,"
        "\"bbox\":[0,0,1,1],\"segmentation\":[[1,1,1,3,3,3],[2,2]]}],\"categories\":[{\"id\":2}]}"),
    {NULL, 0}};

typedef struct reading {
    sm_source source;
    sm_coco_document document;
    sm_coco_geometry geometry;
} reading;

static sm_status read_part(const reading *r, uint64_t begin, uint64_t limit, sm_coco_part *part) {
    sm_fault fault;
    sm_status status =
        sm_coco_read(r->source, r->document, r->geometry, begin, limit,
                     begin == 0 ? SM_COCO_AT_START : SM_COCO_IN_RECORDS, part, &fault);
    FUZZ_REQUIRE(status != SM_IO);
    FUZZ_REQUIRE(status == SM_OK || fault.offset <= r->source.size);
    FUZZ_REQUIRE(status == SM_OK || memchr(fault.found, 0, sizeof fault.found));
    return status;
}

/* Counts were checked to fill the size they came with, so they decode. */
static void decode_counts(const sm_objects *objects) {
    const uint8_t *payloads[] = {objects->payload};
    sm_mask_arena arena = {0};
    for (size_t row = 0; row < objects->n; row++) {
        const sm_shape *shape = &objects->shape[row];
        sm_mask mask;
        if (shape->kind != SM_SHAPE_TEXT && shape->kind != SM_SHAPE_COUNTS) continue;
        sm_mask_arena_reset(&arena);
        FUZZ_REQUIRE(sm_shape_decode(shape, payloads, shape->height, shape->width, &arena, &mask) ==
                     SM_OK);
        FUZZ_REQUIRE(mask.area == objects->mask_area[row]);
    }
    sm_mask_arena_release(&arena);
}

/* Reads on behind a cut; `first` becomes the whole. */
static void read_on(const reading *r, sm_coco_part *first, const sm_coco_part *whole) {
    sm_coco_part rest = {0};
    FUZZ_REQUIRE(read_part(r, first->stopped_at, r->source.size + 1, &rest) == SM_OK);
    FUZZ_REQUIRE(sm_objects_append(&first->objects, &rest.objects, 1) == SM_OK);
    FUZZ_REQUIRE(first->objects.n == whole->objects.n);
    for (size_t row = 0; row < whole->objects.n; row++) {
        FUZZ_REQUIRE(first->objects.image_id[row] == whole->objects.image_id[row]);
        FUZZ_REQUIRE(first->objects.shape[row].length == whole->objects.shape[row].length);
    }
    sm_coco_part_release(&rest);
}

static void check_cut(const reading *r, const sm_coco_part *whole, uint64_t from) {
    sm_coco_part first = {0};
    sm_fault fault;
    uint64_t guess;
    FUZZ_REQUIRE(sm_coco_guess_record(r->source, from, &guess, &fault) == SM_OK);
    FUZZ_REQUIRE(guess <= r->source.size);
    FUZZ_REQUIRE(read_part(r, 0, guess, &first) == SM_OK);
    if (first.place == SM_COCO_IN_RECORDS) read_on(r, &first, whole);
    sm_coco_part_release(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    const reading r = {
        .source = {.memory = (const char *)data + 1, .size = size - 1},
        .document = data[0] % 4 == 3 ? SM_COCO_TRUTH : SM_COCO_RESULTS,
        .geometry = (sm_coco_geometry)(data[0] % 4 == 3 ? data[0] / 4 % 2 : data[0] % 4),
    };
    sm_coco_part whole = {0};
    if (read_part(&r, 0, size, &whole) == SM_OK) {
        decode_counts(&whole.objects);
        check_cut(&r, &whole, data[0] % (size - 1));
    }
    sm_coco_part_release(&whole);
    return 0;
}
