/*
 * coco_reader.h - COCO-shaped JSON into a table of objects, in one pass.
 *
 * Two documents are read: ground truth, an object with "images", "annotations" and "categories"
 * (COCO 2017, LVIS v1), and results, an array of detections
 * (https://cocodataset.org/#format-results). Keys come in any order, unknown ones are skipped,
 * numbers have any form. Every value that is read is checked here, so that what comes after need
 * not: finite numbers, sizes within SM_MAX_PIXELS, counts that fill their mask.
 *
 * A file can be read in parts, side by side. A part begins at a guess: a '{' that follows "}," and
 * so may be the start of a record (sm_coco_guess_record). Whether it was one is known when the part
 * before stops exactly there, in the same array; if it does not, the guess was wrong and its part
 * is thrown away.
 *
 * Memory: the table, and a window of a fixed size (window.h). Time: one scan of the text.
 */
#ifndef SM_COCO_READER_H
#define SM_COCO_READER_H

#include "objects.h"
#include "window.h"

typedef enum sm_coco_document { SM_COCO_TRUTH, SM_COCO_RESULTS } sm_coco_document;

/* Which geometry the rows are to carry. Results without a box carry their mask for any. */
typedef enum sm_coco_geometry {
    SM_COCO_MASKS,
    SM_COCO_BOXES,          /* a mask beside a box is not looked at */
    SM_COCO_MEASURED_BOXES, /* a mask beside a box is measured */
} sm_coco_geometry;

/* Where in the document the reader stands. */
typedef enum sm_coco_place {
    SM_COCO_AT_START,
    SM_COCO_AT_KEY,     /* of the root object */
    SM_COCO_IN_IMAGES,  /* at an element */
    SM_COCO_IN_RECORDS, /* at an element of "annotations", or of the results */
    SM_COCO_AT_END
} sm_coco_place;

/*
 * Category ids that LVIS lists per image: entry i says that image row `row[i]` lists
 * `category_id[i]`.
 */
typedef struct sm_listing {
    size_t n;
    uint32_t *row;
    int64_t *category_id;
    sm_buffer rows, category_ids;
} sm_listing;

typedef struct sm_images {
    size_t n;
    int64_t *id;
    uint32_t *height, *width; /* 0 where the file does not say */
    sm_buffer ids, heights, widths;
    sm_listing negative, not_exhaustive; /* "neg_category_ids", "not_exhaustive_category_ids" */
} sm_images;

typedef struct sm_coco_part {
    sm_objects objects;
    sm_images images;
    uint64_t categories_offset,
        categories_length; /* the value of "categories"; length 0 if not seen */
    uint32_t seen;         /* bit per root key: see coco_reader.c */
    uint64_t stopped_at;   /* byte offset of the element not read any more */
    sm_coco_place place;   /* there */
} sm_coco_part;

/* Bits of sm_coco_part.seen. */
enum { SM_COCO_SEEN_IMAGES = 1, SM_COCO_SEEN_ANNOTATIONS = 2, SM_COCO_SEEN_CATEGORIES = 4 };

/*
 * Reads a source from byte `begin`, standing at `place` there (SM_COCO_AT_START with begin 0,
 * or SM_COCO_IN_RECORDS), until the first element at or after byte `limit`, or the end of the
 * document (place SM_COCO_AT_END). Fills a zeroed `part`, which the caller releases whatever the
 * outcome. Record numbers in faults count from the part's first record.
 */
sm_status sm_coco_read(sm_source source, sm_coco_document document, sm_coco_geometry geometry,
                       uint64_t begin, uint64_t limit, sm_coco_place place, sm_coco_part *part,
                       sm_fault *fault);

/* Finds a '{' at or after `from` that may start a record; the source's size where there is none. */
sm_status sm_coco_guess_record(sm_source source, uint64_t from, uint64_t *guess, sm_fault *fault);

void sm_coco_part_release(sm_coco_part *part);

#endif
