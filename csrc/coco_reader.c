#include "coco_reader.h"

#include "coco_record.h"
#include "coco_segmentation.h"
#include "json.h"
#include "number.h"
#include "runs.h"
#include "window.h"

#include <stdio.h>
#include <string.h>

typedef struct reader {
    sm_window window;
    sm_scan scan;
    sm_coco_document document;
    sm_coco_fields fields;
    sm_coco_part *part;
    sm_fault *fault;
} reader;

/* ---- images ---- */

static sm_status listing_reserve(sm_listing *listing) {
    sm_status status = sm_buffer_reserve(&listing->rows, listing->n + 1, sizeof *listing->row);
    if (status != SM_OK) return status;
    status =
        sm_buffer_reserve(&listing->category_ids, listing->n + 1, sizeof *listing->category_id);
    listing->row = listing->rows.data;
    listing->category_id = listing->category_ids.data;
    return status;
}

static sm_status images_reserve(sm_images *images) {
    sm_status status = sm_buffer_reserve(&images->ids, images->n + 1, sizeof *images->id);
    if (status == SM_OK) {
        status = sm_buffer_reserve(&images->heights, images->n + 1, sizeof *images->height);
    }
    if (status == SM_OK) {
        status = sm_buffer_reserve(&images->widths, images->n + 1, sizeof *images->width);
    }
    images->id = images->ids.data;
    images->height = images->heights.data;
    images->width = images->widths.data;
    return status;
}

/* An array of category ids. */
static const char *read_listing(reader *r, const char *p, sm_listing *listing) {
    sm_scan *scan = &r->scan;
    int more;
    if (!(p = sm_json_expect(p, '[', scan, "an array of category ids"))) return NULL;
    p = sm_json_first(p, ']', &more);
    while (more) {
        if (listing_reserve(listing) != SM_OK) return sm_scan_fail(scan, p, SM_NO_MEMORY, NULL);
        const char *after = sm_integer_parse(p, &listing->category_id[listing->n]);
        if (!after) return sm_scan_fail_scalar(scan, p, SM_SYNTAX, "a 64-bit integer");
        listing->row[listing->n++] = (uint32_t)r->part->images.n;
        if (!(p = sm_json_next(after, ']', &more, scan))) return NULL;
    }
    return p;
}

static const char *read_image_field(reader *r, const sm_key *key, const char *p, int *has_id) {
    sm_images *images = &r->part->images;
    if (SM_KEY_IS(key, "id")) {
        sm_scan_enter(&r->scan, "id", p);
        *has_id = 1;
        const char *after = sm_integer_parse(p, &images->id[images->n]);
        return after ? after : sm_scan_fail_scalar(&r->scan, p, SM_SYNTAX, "a 64-bit integer");
    }
    if (SM_KEY_IS(key, "height")) {
        sm_scan_enter(&r->scan, "height", p);
        return sm_coco_read_side(p, &images->height[images->n], &r->scan);
    }
    if (SM_KEY_IS(key, "width")) {
        sm_scan_enter(&r->scan, "width", p);
        return sm_coco_read_side(p, &images->width[images->n], &r->scan);
    }
    if (SM_KEY_IS(key, "neg_category_ids")) {
        sm_scan_enter(&r->scan, "neg_category_ids", p);
        return read_listing(r, p, &images->negative);
    }
    if (SM_KEY_IS(key, "not_exhaustive_category_ids")) {
        sm_scan_enter(&r->scan, "not_exhaustive_category_ids", p);
        return read_listing(r, p, &images->not_exhaustive);
    }
    return sm_json_skip(p, &r->scan);
}

/* p stands after an image's fields; `start` where it began. */
static const char *finish_image(reader *r, const char *p, const char *start, int has_id) {
    sm_images *images = &r->part->images;
    uint32_t height = images->height[images->n], width = images->width[images->n];
    if (!has_id) {
        sm_scan_enter(&r->scan, "id", start);
        return sm_scan_fail(&r->scan, start, SM_MISSING, NULL);
    }
    if (height != 0 && width != 0 && !sm_size_is_valid(height, width)) {
        return sm_scan_fail(&r->scan, start, SM_INVALID,
                            "an image of at most 2,147,483,647 pixels");
    }
    images->n++;
    return p;
}

static const char *read_image(reader *r, const char *p) {
    sm_images *images = &r->part->images;
    sm_scan *scan = &r->scan;
    sm_key key;
    int has_id = 0, more;
    const char *start = p;
    if (images->n == UINT32_MAX || images_reserve(images) != SM_OK) {
        return sm_scan_fail(scan, p, SM_NO_MEMORY, NULL);
    }
    images->height[images->n] = images->width[images->n] = 0;
    if (!(p = sm_json_expect(p, '{', scan, "an image (an object)"))) return NULL;
    p = sm_json_first(p, '}', &more);
    while (more) {
        if (!(p = sm_json_key(p, &key, scan))) return NULL;
        if (!(p = read_image_field(r, &key, p, &has_id))) return NULL;
        sm_scan_enter(scan, NULL, p);
        if (!(p = sm_json_next(p, '}', &more, scan))) return NULL;
    }
    return finish_image(r, p, start, has_id);
}

/* ---- the document ---- */

/* After a value of the root object. */
static const char *after_value(reader *r, const char *p) {
    int more = 1;
    sm_scan_enter(&r->scan, NULL, p);
    if (!(p = sm_json_next(p, '}', &more, &r->scan))) return NULL;
    r->part->place = more ? SM_COCO_AT_KEY : SM_COCO_AT_END;
    return p;
}

/* After the ']' of an array that is read element by element. */
static const char *after_array(reader *r, const char *p) {
    if (r->document == SM_COCO_TRUTH) return after_value(r, p);
    r->part->place = SM_COCO_AT_END;
    return p;
}

/* An array to be read element by element. */
static const char *enter_array(reader *r, const char *p, sm_coco_place place,
                               const char *expected) {
    int more;
    if (!(p = sm_json_expect(p, '[', &r->scan, expected))) return NULL;
    p = sm_json_first(p, ']', &more);
    if (!more) return after_array(r, p);
    r->part->place = place;
    return p;
}

static const char *read_element(reader *r, const char *p) {
    int more = 1;
    p = r->part->place == SM_COCO_IN_IMAGES
            ? read_image(r, p)
            : sm_coco_read_record(p, &r->fields, &r->part->objects, &r->scan);
    if (!p || !(p = sm_json_next(p, ']', &more, &r->scan))) return NULL;
    return more ? p : after_array(r, p);
}

/* p stands at the value of a root key that is read. */
static const char *note_seen(reader *r, const char *p, const char *key, uint32_t bit) {
    sm_scan_enter(&r->scan, key, p);
    if (r->part->seen & bit) {
        snprintf(r->scan.found, sizeof r->scan.found, "given twice");
        return sm_scan_fail(&r->scan, p, SM_INVALID, "each key once");
    }
    r->part->seen |= bit;
    return p;
}

static const char *read_categories(reader *r, const char *p) {
    const char *end = sm_json_skip(p, &r->scan);
    if (!end) return NULL;
    r->part->categories_offset = sm_window_tell(&r->window, p);
    r->part->categories_length = (uint64_t)(end - p);
    return after_value(r, end);
}

static const char *read_root_key(reader *r, const char *p) {
    sm_key key;
    /* White space before the key was skipped, but perhaps only as far as the window went. */
    if (!(p = sm_json_key(sm_json_space(p), &key, &r->scan))) return NULL;
    if (SM_KEY_IS(&key, "images")) {
        p = note_seen(r, p, "images", SM_COCO_SEEN_IMAGES);
        return p ? enter_array(r, p, SM_COCO_IN_IMAGES, "an array of images") : NULL;
    }
    if (SM_KEY_IS(&key, "annotations")) {
        p = note_seen(r, p, "annotations", SM_COCO_SEEN_ANNOTATIONS);
        return p ? enter_array(r, p, SM_COCO_IN_RECORDS, "an array of annotations") : NULL;
    }
    if (SM_KEY_IS(&key, "categories")) {
        p = note_seen(r, p, "categories", SM_COCO_SEEN_CATEGORIES);
        return p ? read_categories(r, p) : NULL;
    }
    p = sm_json_skip(p, &r->scan);
    return p ? after_value(r, p) : NULL;
}

static const char *read_start(reader *r, const char *p) {
    const char *truth = "an object with images, annotations and categories";
    int more;
    if (r->document == SM_COCO_RESULTS) {
        return enter_array(r, p, SM_COCO_IN_RECORDS, "an array of results");
    }
    if (!(p = sm_json_expect(p, '{', &r->scan, truth))) return NULL;
    p = sm_json_first(p, '}', &more);
    r->part->place = more ? SM_COCO_AT_KEY : SM_COCO_AT_END;
    return p;
}

/* Nothing but white space may follow; the end of the text is found as "truncated". */
static const char *read_end(reader *r, const char *p) {
    return sm_scan_fail(&r->scan, sm_json_space(p), SM_SYNTAX, "the end of the file");
}

/* Reads one piece: a record with its comma, an opening, a value of no interest. */
static const char *step(reader *r, const char *p) {
    sm_scan_enter(&r->scan, NULL, p);
    r->scan.found[0] = 0;
    switch (r->part->place) {
    case SM_COCO_AT_START:
        return read_start(r, p);
    case SM_COCO_AT_KEY:
        return read_root_key(r, p);
    case SM_COCO_IN_IMAGES:
    case SM_COCO_IN_RECORDS:
        return read_element(r, p);
    default:
        return read_end(r, p);
    }
}

/*
 * What a piece may have changed before the text ended; restored so that the piece can be read
 * again.
 */
typedef struct mark {
    sm_coco_place place;
    uint32_t seen;
    size_t rows, payload, images, negative, not_exhaustive;
} mark;

static mark take_mark(const sm_coco_part *part) {
    return (mark){part->place,
                  part->seen,
                  part->objects.n,
                  part->objects.payload_size,
                  part->images.n,
                  part->images.negative.n,
                  part->images.not_exhaustive.n};
}

static void return_to(sm_coco_part *part, const mark *m) {
    part->place = m->place;
    part->seen = m->seen;
    part->objects.n = m->rows;
    part->objects.payload_size = m->payload;
    part->images.n = m->images;
    part->images.negative.n = m->negative;
    part->images.not_exhaustive.n = m->not_exhaustive;
}

/* Says what was found: a little of the text there, as much of it whatever the window held. */
static void show_found(reader *r) {
    sm_scan *scan = &r->scan;
    sm_fault ignored;
    if (scan->found[0]) {
        memcpy(r->fault->found, scan->found, sizeof scan->found);
        return;
    }
    if (r->window.end - scan->at < 2 * SM_FOUND_SIZE) {
        (void)sm_window_more(&r->window, scan->at, &ignored);
        scan->at = r->window.text;
    }
    sm_json_excerpt(scan->at, r->window.end, r->fault->found);
}

static sm_status fail(reader *r, sm_status status) {
    const sm_scan *scan = &r->scan;
    sm_fault *fault = r->fault;
    sm_coco_place place = r->part->place;
    fault->offset = scan->at ? sm_window_tell(&r->window, scan->at) : r->window.offset;
    fault->field = scan->field;
    fault->inside = scan->field && scan->at != scan->field_at;
    fault->expected = scan->expected;
    fault->record = -1;
    if (place == SM_COCO_IN_IMAGES) {
        fault->record = (int64_t)r->part->images.n;
        fault->unit = "image";
    } else if (place == SM_COCO_IN_RECORDS) {
        fault->record = (int64_t)r->part->objects.n;
        fault->unit = r->document == SM_COCO_TRUTH ? "annotation" : "record";
    }
    if (status == SM_SYNTAX || status == SM_INVALID) show_found(r);
    return status;
}

static sm_status read_all(reader *r, uint64_t limit) {
    sm_coco_part *part = r->part;
    sm_status status = sm_window_more(&r->window, NULL, r->fault);
    const char *p = r->window.text;
    if (status != SM_OK) return fail(r, status);
    for (;;) {
        if (part->place == SM_COCO_IN_RECORDS && sm_window_tell(&r->window, p) >= limit) break;
        mark before = take_mark(part);
        r->scan.end = r->window.end;
        const char *after = step(r, p);
        if (after) {
            p = after;
            continue;
        }
        if (r->scan.status != SM_TRUNCATED) return fail(r, r->scan.status);
        status = sm_window_more(&r->window, p, r->fault);
        if (status == SM_TRUNCATED && before.place == SM_COCO_AT_END) break;
        if (status != SM_OK) {
            r->scan.at = r->window.end;
            return_to(part, &before);
            return fail(r, status);
        }
        return_to(part, &before);
        p = r->window.text;
    }
    part->stopped_at = sm_window_tell(&r->window, p);
    return SM_OK;
}

sm_status sm_coco_read(sm_source source, sm_coco_document document, sm_coco_geometry geometry,
                       uint64_t begin, uint64_t limit, sm_coco_place place, sm_coco_part *part,
                       sm_fault *fault) {
    reader r = {.document = document,
                .fields = sm_coco_fields_for(document, geometry),
                .part = part,
                .fault = fault};
    *fault = (sm_fault){.record = -1};
    part->place = place;
    sm_window_open(&r.window, source, begin);
    sm_status status = read_all(&r, limit);
    sm_window_release(&r.window);
    if (status == SM_OK) sm_objects_trim(&part->objects);
    return status;
}

/* ---- guesses ---- */

/* The '{' of the first "} , {" in the text that lies wholly before `end`, or NULL. */
static const char *find_seam(const char *p, const char *end) {
    while ((p = memchr(p, '}', (size_t)(end - p)))) {
        const char *q = sm_json_space(++p);
        if (*q != ',') continue;
        q = sm_json_space(q + 1);
        if (*q == '{' && q < end) return q;
    }
    return NULL;
}

sm_status sm_coco_guess_record(sm_source source, uint64_t from, uint64_t *guess, sm_fault *fault) {
    sm_window window;
    *fault = (sm_fault){.record = -1};
    sm_window_open(&window, source, from);
    *guess = source.size;
    sm_status status = SM_OK;
    const char *seam = NULL, *keep = NULL;
    while (!seam && (status = sm_window_more(&window, keep, fault)) == SM_OK) {
        seam = find_seam(window.text, window.end);
        /* A seam may straddle the end of the window: keep enough to see it whole next time. */
        keep = window.end - window.text > SM_PADDING ? window.end - SM_PADDING : window.text;
    }
    if (seam) *guess = sm_window_tell(&window, seam);
    sm_window_release(&window);
    return seam || status == SM_TRUNCATED ? SM_OK : status;
}

void sm_coco_part_release(sm_coco_part *part) {
    sm_images *images = &part->images;
    sm_buffer *buffers[] = {&images->ids,
                            &images->heights,
                            &images->widths,
                            &images->negative.rows,
                            &images->negative.category_ids,
                            &images->not_exhaustive.rows,
                            &images->not_exhaustive.category_ids};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) sm_buffer_release(buffers[i]);
    sm_objects_release(&part->objects);
    *part = (sm_coco_part){.place = SM_COCO_AT_START};
}
