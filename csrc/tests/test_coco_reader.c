#include "coco_reader.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { WINDOW = 1 << 18, ROOM = WINDOW + 8192 };

/* One record of every kind, and what may fool a guess or straddle a seam. */
static const char results[] = "[{\"image_id\":-70e-1,\"category_id\":3,\"score\":0."
                              "123456789012345678,\"note\":\"}, {\\u00e9\xc3\xa9\","
                              "\"segmentation\":{\"size\":[4,6],\"counts\":\"4\\u0034`0\"}} , "
                              "{\"bbox\":[1,2.5,3e0,4],\"image_id\":8,\"category_id\":3,\"score\":"
                              "1,\"parts\":[{\"a\":1}, {\"b\":[]}]},"
                              "{\"segmentation\":{\"counts\":[4,4,16],\"size\":[4,6]},\"score\":-"
                              "5E+2,\"image_id\":9,\"category_id\":3},\n"
                              "{\"sc\\u006fre\":0,\"category_id\":3,\"segmentation\":[[1,1,1,3,3,3]"
                              ",[0.1,0.2]],\"image_id\":9}]\n";

static const char truth[] =
    "{\"info\":[{\"a\":1}, {\"b\":2}],\"images\":[{\"id\":7,\"height\":4,\"width\":6}, {\"id\":8,"
    "\"neg_category_ids\":[3,-1],\"not_exhaustive_category_ids\":[5]}],\"annotations\":[{\"id\":1,"
    "\"image_id\":7,\"category_id\":3,\"area\":4.5,\"iscrowd\":true,\"bbox\":[0,0,1,1],"
    "\"segmentation\":"
    "[[1,1,1,3,3,3]]}, "
    "{\"id\":2,\"image_id\":8,\"category_id\":3,\"area\":4,\"ignore\":1,\"bbox\":[1,1,2,2],"
    "\"segmentation\":{\"size\":[2,3],\"counts\":[6]}}] , \"categories\":[{\"id\":3}, {\"id\":5}]}";

static const char bad_counts[] =
    "[{\"image_id\":1,\"category_id\":1,\"score\":1,\"bbox\":[0,0,1,1]},{\"image_id\":1,\"category_"
    "id\":1,"
    "\"score\":1,\"segmentation\":{\"size\":[4,6],\"counts\":\"44\"}}]";

static const char bad_value[] = "[{\"image_id\":1,\"category_id\":1,\"score\":[1,2,3,4,5,6,7,8,9,"
                                "10,11,12,13,14,15,16,17,18,19,20,21,22]}]";

static sm_source in_memory(const char *text, size_t size) {
    return (sm_source){.memory = text, .size = size};
}

static sm_status read_all(const char *text, size_t size, sm_coco_document document,
                          sm_coco_geometry geometry, sm_coco_part *part, sm_fault *fault) {
    *part = (sm_coco_part){0};
    return sm_coco_read(in_memory(text, size), document, geometry, 0, size + 1, SM_COCO_AT_START,
                        part, fault);
}

/* Whether the rows of b, whose geometry lies in these payloads, are those of a. */
static int are_same_rows(const sm_objects *a, const sm_objects *b, const uint8_t *const *payloads) {
    if (a->n != b->n) return 0;
    for (size_t i = 0; i < a->n; i++) {
        const sm_shape *s = &a->shape[i], *t = &b->shape[i];
        if (a->id[i] != b->id[i] || a->image_id[i] != b->image_id[i] ||
            a->score[i] != b->score[i] || a->category_id[i] != b->category_id[i] ||
            a->area[i] != b->area[i] || a->mask_area[i] != b->mask_area[i] ||
            a->flags[i] != b->flags[i] || s->kind != t->kind || s->height != t->height ||
            s->width != t->width || s->length != t->length ||
            memcmp(a->payload + s->offset, payloads[t->payload] + t->offset, s->length) != 0)
            return 0;
    }
    return 1;
}

static int are_same_images(const sm_images *a, const sm_images *b) {
    return a->n == b->n && a->negative.n == b->negative.n &&
           a->not_exhaustive.n == b->not_exhaustive.n &&
           (a->n == 0 || memcmp(a->id, b->id, a->n * sizeof *a->id) == 0) &&
           (a->negative.n == 0 || memcmp(a->negative.category_id, b->negative.category_id,
                                         a->negative.n * sizeof *a->negative.category_id) == 0);
}

static void check_tables(void) {
    sm_coco_part part;
    sm_fault fault;
    const sm_objects *rows = &part.objects;
    CHECK(read_all(bad_counts, sizeof bad_counts - 1, SM_COCO_RESULTS, SM_COCO_MASKS, &part,
                   &fault) == SM_INVALID);
    CHECK(fault.record == 1 && fault.offset == sizeof bad_counts - 1 - 7 && !fault.inside);
    CHECK(strcmp(fault.unit, "record") == 0 && strcmp(fault.field, "counts") == 0);
    CHECK(strcmp(fault.found, "a total of 8") == 0);
    sm_coco_part_release(&part);

    CHECK(read_all(truth, sizeof truth - 1, SM_COCO_TRUTH, SM_COCO_MASKS, &part, &fault) == SM_OK);
    CHECK(part.place == SM_COCO_AT_END && part.seen == 7 && rows->n == 2 && part.images.n == 2);
    CHECK(rows->flags[0] == SM_CROWD && rows->flags[1] == (SM_IGNORE | SM_HAS_MASK_AREA));
    CHECK(rows->area[0] == 4.5 && rows->mask_area[1] == 0 && rows->shape[1].width == 3);
    CHECK(rows->shape[0].kind == SM_SHAPE_POLYGONS && rows->shape[1].kind == SM_SHAPE_COUNTS);
    CHECK(part.images.height[0] == 4 && part.images.height[1] == 0);
    CHECK(part.images.negative.n == 2 && part.images.negative.row[1] == 1);
    CHECK(memcmp(truth + part.categories_offset, "[{\"id\":3}, {\"id\":5}]",
                 part.categories_length) == 0);
    sm_coco_part_release(&part);

    CHECK(read_all(truth, sizeof truth - 1, SM_COCO_TRUTH, SM_COCO_BOXES, &part, &fault) == SM_OK);
    CHECK(rows->shape[1].kind == SM_SHAPE_BOX && rows->flags[1] == (SM_IGNORE | SM_HAS_BOX));
    sm_coco_part_release(&part);
}

/*
 * White space after the first character, of every length that puts a byte of the text on the seam
 * of the first window. Whatever is read, or fails, is as without it.
 */
static void check_seams(const char *text, size_t size, sm_coco_document document,
                        sm_coco_geometry geometry) {
    sm_coco_part plain, padded;
    sm_fault plain_fault, fault;
    char *long_text = malloc(ROOM);
    sm_status expected = read_all(text, size, document, geometry, &plain, &plain_fault);
    for (size_t seam = 1; seam <= size; seam++) {
        size_t space = WINDOW - seam;
        long_text[0] = text[0];
        memset(long_text + 1, ' ', space);
        memcpy(long_text + 1 + space, text + 1, size - 1);
        sm_status status = read_all(long_text, size + space, document, geometry, &padded, &fault);
        CHECK(status == expected);
        if (status == SM_OK) {
            const uint8_t *payloads[] = {padded.objects.payload};
            CHECK(are_same_rows(&plain.objects, &padded.objects, payloads));
            CHECK(are_same_images(&plain.images, &padded.images));
        } else {
            CHECK(fault.offset == plain_fault.offset + space && fault.record == plain_fault.record);
            CHECK(strcmp(fault.found, plain_fault.found) == 0);
            CHECK(fault.inside == plain_fault.inside && fault.expected == plain_fault.expected);
        }
        sm_coco_part_release(&padded);
    }
    sm_coco_part_release(&plain);
    free(long_text);
}

/* Reads in two parts cut at a guess after `from`; a wrong guess leaves the rest to the first. */
static void check_cut(const char *text, size_t size, sm_coco_document document, uint64_t from,
                      const sm_coco_part *whole) {
    sm_source source = in_memory(text, size);
    sm_coco_part first = {0}, second = {0}, rest = {0};
    const uint8_t *payloads[2] = {0};
    sm_fault fault;
    uint64_t guess;
    CHECK(sm_coco_guess_record(source, from, &guess, &fault) == SM_OK);
    CHECK(guess == size || (guess >= from && text[guess] == '{'));
    CHECK(sm_coco_read(source, document, SM_COCO_MASKS, 0, guess, SM_COCO_AT_START, &first,
                       &fault) == SM_OK);
    sm_status status = sm_coco_read(source, document, SM_COCO_MASKS, guess, size + 1,
                                    SM_COCO_IN_RECORDS, &second, &fault);
    if (first.place == SM_COCO_IN_RECORDS) {
        sm_coco_part *more = &second;
        if (first.stopped_at != guess) {
            more = &rest;
            status = sm_coco_read(source, document, SM_COCO_MASKS, first.stopped_at, size + 1,
                                  SM_COCO_IN_RECORDS, &rest, &fault);
        }
        CHECK(status == SM_OK && more->place == SM_COCO_AT_END);
        CHECK(sm_objects_append(&first.objects, &more->objects, 1) == SM_OK);
        payloads[1] = more->objects.payload;
        CHECK((first.seen & more->seen) == 0);
    }
    payloads[0] = first.objects.payload;
    CHECK(are_same_rows(&whole->objects, &first.objects, payloads));
    sm_coco_part_release(&first);
    sm_coco_part_release(&second);
    sm_coco_part_release(&rest);
}

static void check_cuts(const char *text, size_t size, sm_coco_document document) {
    sm_coco_part whole;
    sm_fault fault;
    CHECK(read_all(text, size, document, SM_COCO_MASKS, &whole, &fault) == SM_OK);
    for (uint64_t from = 0; from <= size; from++) check_cut(text, size, document, from, &whole);
    sm_coco_part_release(&whole);
}

/* Every beginning of a document is truncated; a missing file is not even that. */
static void check_truncation(const char *text, size_t size, sm_coco_document document) {
    sm_coco_part part;
    sm_fault fault;
    for (size_t n = 0; n < size; n++) {
        CHECK(read_all(text, n, document, SM_COCO_MASKS, &part, &fault) == SM_TRUNCATED);
        CHECK(fault.offset == n);
        sm_coco_part_release(&part);
    }
    uint64_t guess;
    sm_source none = {.descriptor = -1, .size = 100};
    CHECK(sm_coco_guess_record(none, 0, &guess, &fault) == SM_IO && fault.field == NULL);
    CHECK(sm_coco_read(none, document, SM_COCO_MASKS, 0, 101, SM_COCO_AT_START, &part, &fault) ==
          SM_IO);
    CHECK(fault.record == -1 && fault.unit == NULL);
    sm_coco_part_release(&part);
}

static void check_geometries(void) {
    static const char text[] =
        "[{\"image_id\":1,\"category_id\":1,\"score\":1,\"segmentation\":{\"size\":[4,6],"
        "\"counts\":[4,4,16]},"
        "\"bbox\":[1,1,2,2]},{\"image_id\":1,\"category_id\":1,\"score\":1,\"bbox\":[1,1,2,2],"
        "\"segmentation\":{\"size\":[4,6],\"counts\":[4,4,16]}}]";
    static const struct {
        sm_coco_geometry geometry;
        uint32_t kind, mask_area;
        int flags;
    } expected[] = {{SM_COCO_MASKS, SM_SHAPE_COUNTS, 4, SM_HAS_BOX | SM_HAS_MASK_AREA},
                    {SM_COCO_BOXES, SM_SHAPE_BOX, 0, SM_HAS_BOX},
                    {SM_COCO_MEASURED_BOXES, SM_SHAPE_BOX, 4, SM_HAS_BOX | SM_HAS_MASK_AREA}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        sm_coco_part part;
        sm_fault fault;
        const sm_objects *rows = &part.objects;
        CHECK(read_all(text, sizeof text - 1, SM_COCO_RESULTS, expected[i].geometry, &part,
                       &fault) == SM_OK);
        for (size_t row = 0; row < 2; row++) {
            CHECK(rows->shape[row].kind == expected[i].kind && rows->area[row] == 4);
            CHECK(rows->mask_area[row] == expected[i].mask_area &&
                  rows->flags[row] == expected[i].flags);
        }
        sm_coco_part_release(&part);
    }
}

int main(void) {
    const size_t size = sizeof results - 1, truth_size = sizeof truth - 1;
    check_tables();
    check_geometries();
    check_truncation(results, size - 1, SM_COCO_RESULTS); /* the line end may go */
    check_truncation(truth, truth_size, SM_COCO_TRUTH);
    check_cuts(results, size, SM_COCO_RESULTS);
    check_cuts(truth, truth_size, SM_COCO_TRUTH);
    check_seams(results, size, SM_COCO_RESULTS, SM_COCO_MASKS);
    check_seams(results, size, SM_COCO_RESULTS, SM_COCO_BOXES);
    check_seams(bad_counts, sizeof bad_counts - 1, SM_COCO_RESULTS, SM_COCO_MASKS);
    check_seams(bad_value, sizeof bad_value - 1, SM_COCO_RESULTS, SM_COCO_MASKS);
    check_seams(truth, truth_size, SM_COCO_TRUTH, SM_COCO_MASKS);
    CHECK_SUMMARY();
}
