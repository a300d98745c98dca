#include "coco_segmentation.h"

#include "counts_text.h"
#include "number.h"
#include "polygon.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Room for the rest of the window in a form that takes at most twice the bytes of its text. */
static uint8_t *reserve(const char *p, sm_objects *objects, sm_scan *scan) {
    size_t bytes = 2 * (size_t)(scan->end > p ? scan->end - p : 0) + 2 * SM_PADDING;
    if (sm_objects_reserve_payload(objects, bytes) != SM_OK) {
        sm_scan_fail(scan, p, SM_NO_MEMORY, NULL);
        return NULL;
    }
    return objects->payload + sm_objects_payload_start(objects);
}

static const char *keep(const char *p, size_t bytes, uint32_t kind, sm_objects *objects,
                        sm_shape *shape, sm_scan *scan) {
    if (bytes > UINT32_MAX)
        return sm_scan_fail(scan, p, SM_INVALID, "a segmentation of at most 4 GiB");
    shape->kind = kind;
    shape->offset = sm_objects_payload_start(objects);
    shape->length = (uint32_t)bytes;
    objects->payload_size = shape->offset + bytes;
    return p;
}

/* ---- polygons ---- */

static const char *read_coordinate(const char *p, int32_t *scaled, sm_scan *scan) {
    double value;
    const char *after = sm_number_parse(p, &value);
    if (!after) return sm_scan_fail_scalar(scan, p, SM_SYNTAX, "a coordinate (a number)");
    if (!(fabs(value) <= SM_MAX_COORDINATE)) {
        return sm_scan_fail_scalar(scan, p, SM_INVALID, "a coordinate within 1,000,000 pixels");
    }
    *scaled = sm_polygon_scale(value);
    return after;
}

/* One flat array of coordinates, written as a count of vertices and the scaled coordinates. */
static const char *read_polygon(const char *p, int is_first, uint8_t *out, size_t *bytes,
                                sm_scan *scan) {
    const char *start = p;
    uint32_t n = 0;
    int more;
    if (!(p = sm_json_expect(p, '[', scan, "a polygon (an array of coordinates)"))) return NULL;
    p = sm_json_first(p, ']', &more);
    while (more) {
        int32_t scaled = 0;
        if (!(p = read_coordinate(p, &scaled, scan))) return NULL;
        memcpy(out + (1 + (size_t)n++) * sizeof scaled, &scaled, sizeof scaled);
        if (!(p = sm_json_next(p, ']', &more, scan))) return NULL;
    }
    if (n % 2 != 0) return sm_scan_fail(scan, start, SM_INVALID, "an even number of coordinates");
    if (n < (is_first ? 6 : 2)) {
        const char *points = is_first ? "a polygon of 3 points or more" : "a polygon with points";
        return sm_scan_fail(scan, start, SM_INVALID, points);
    }
    uint32_t vertices = n / 2;
    memcpy(out, &vertices, sizeof vertices);
    *bytes = (1 + (size_t)n) * sizeof(int32_t);
    return p;
}

static const char *read_polygons(const char *p, sm_objects *objects, sm_shape *shape,
                                 sm_scan *scan) {
    const char *start = p;
    uint8_t *out = reserve(p, objects, scan);
    size_t total = 0, bytes = 0;
    int more;
    if (!out) return NULL;
    p = sm_json_first(p + 1, ']', &more);
    if (!more) return sm_scan_fail(scan, start, SM_INVALID, "at least one polygon");
    while (more) {
        if (!(p = read_polygon(p, total == 0, out + total, &bytes, scan))) return NULL;
        total += bytes;
        if (!(p = sm_json_next(p, ']', &more, scan))) return NULL;
    }
    return keep(p, total, SM_SHAPE_POLYGONS, objects, shape, scan);
}

/* ---- counts ---- */

const char *sm_coco_read_side(const char *p, uint32_t *side, sm_scan *scan) {
    int64_t value;
    const char *after = sm_integer_parse(p, &value);
    if (!after || value <= 0 || value > SM_MAX_PIXELS) {
        return sm_scan_fail_scalar(scan, p, SM_INVALID, "an integer from 1 to 2,147,483,647");
    }
    *side = (uint32_t)value;
    return after;
}

static const char *read_size(const char *p, sm_shape *shape, sm_scan *scan) {
    const char *start = p;
    uint32_t *const sides[] = {&shape->height, &shape->width};
    int n = 0, more;
    if (!(p = sm_json_expect(p, '[', scan, "[height, width]"))) return NULL;
    p = sm_json_first(p, ']', &more);
    for (; more && n < 2; n++) {
        if (!(p = sm_coco_read_side(p, sides[n], scan))) return NULL;
        if (!(p = sm_json_next(p, ']', &more, scan))) return NULL;
    }
    if (more || n < 2) return sm_scan_fail(scan, start, SM_INVALID, "[height, width]");
    if (!sm_size_is_valid(shape->height, shape->width)) {
        return sm_scan_fail(scan, start, SM_INVALID, "a size of at most 2,147,483,647 pixels");
    }
    return p;
}

static const char *read_count_list(const char *p, sm_objects *objects, sm_shape *shape,
                                   sm_scan *scan) {
    uint8_t *out = reserve(p, objects, scan);
    size_t n = 0;
    int more;
    if (!out) return NULL;
    p = sm_json_first(p + 1, ']', &more);
    while (more) {
        int64_t value;
        const char *after = sm_integer_parse(p, &value);
        if (!after || value < 0 || value > SM_MAX_PIXELS) {
            return sm_scan_fail_scalar(scan, p, SM_INVALID, "an integer from 0 to 2,147,483,647");
        }
        uint32_t count = (uint32_t)value;
        memcpy(out + n++ * sizeof count, &count, sizeof count);
        if (!(p = sm_json_next(after, ']', &more, scan))) return NULL;
    }
    return keep(p, n * sizeof(uint32_t), SM_SHAPE_COUNTS, objects, shape, scan);
}

static const char *read_count_text(const char *p, sm_objects *objects, sm_shape *shape,
                                   sm_scan *scan) {
    uint8_t *out = reserve(p, objects, scan);
    size_t length;
    if (!out || !(p = sm_json_copy_string(p + 1, (char *)out, &length, scan))) return NULL;
    return keep(p, length, SM_SHAPE_TEXT, objects, shape, scan);
}

static const char *read_counts(const char *p, sm_objects *objects, sm_shape *shape, sm_scan *scan) {
    if (*p == '"') return read_count_text(p, objects, shape, scan);
    if (*p == '[') return read_count_list(p, objects, shape, scan);
    return sm_scan_fail(scan, p, SM_SYNTAX, "counts (a string or an array of integers)");
}

static sm_status measure_list(const uint8_t *counts, size_t n, uint32_t n_pixels, uint32_t *area,
                              sm_fault *fault) {
    uint64_t total[2] = {0, 0};
    for (size_t i = 0; i < n; i++) {
        uint32_t count;
        memcpy(&count, counts + i * sizeof count, sizeof count);
        total[i & 1] += count;
    }
    *area = (uint32_t)total[1];
    if (total[0] + total[1] == n_pixels) return SM_OK;
    *fault = (sm_fault){.expected = "counts that add up to height * width"};
    snprintf(fault->found, sizeof fault->found, "a total of %" PRIu64, total[0] + total[1]);
    return SM_INVALID;
}

/* Checks the counts, whose value starts at `start`, once the size is known too. */
static const char *check_counts(const char *p, const char *start, const sm_objects *objects,
                                const sm_shape *shape, uint32_t *area, sm_scan *scan) {
    const uint8_t *payload = objects->payload + shape->offset;
    uint32_t n_pixels = shape->height * shape->width;
    sm_fault fault;
    sm_scan_enter(scan, "counts", start);
    sm_status status =
        shape->kind == SM_SHAPE_COUNTS
            ? measure_list(payload, shape->length / sizeof(uint32_t), n_pixels, area, &fault)
            : sm_counts_text_measure((const char *)payload, shape->length, n_pixels, area, &fault);
    if (status == SM_OK) return p;
    memcpy(scan->found, fault.found, sizeof fault.found);
    return sm_scan_fail(scan, start, status, fault.expected);
}

static const char *read_encoded(const char *p, sm_objects *objects, sm_shape *shape, uint32_t *area,
                                sm_scan *scan) {
    const char *start = p, *field = scan->field, *counts = NULL;
    sm_key key;
    int more;
    p = sm_json_first(p + 1, '}', &more);
    while (more) {
        if (!(p = sm_json_key(p, &key, scan))) return NULL;
        if (SM_KEY_IS(&key, "size")) {
            sm_scan_enter(scan, "size", p);
            p = read_size(p, shape, scan);
        } else if (SM_KEY_IS(&key, "counts")) {
            sm_scan_enter(scan, "counts", counts = p);
            p = read_counts(p, objects, shape, scan);
        } else {
            p = sm_json_skip(p, scan);
        }
        if (!p) return NULL;
        sm_scan_enter(scan, field, start);
        if (!(p = sm_json_next(p, '}', &more, scan))) return NULL;
    }
    if (counts && shape->height > 0) return check_counts(p, counts, objects, shape, area, scan);
    sm_scan_enter(scan, counts ? "size" : "counts", start);
    return sm_scan_fail(scan, start, SM_MISSING, NULL);
}

const char *sm_coco_read_segmentation(const char *p, sm_objects *objects, sm_shape *shape,
                                      uint32_t *area, int *has_area, sm_scan *scan) {
    *shape = (sm_shape){.kind = SM_SHAPE_NONE};
    *has_area = *p == '{';
    *area = 0;
    if (*p == '{') return read_encoded(p, objects, shape, area, scan);
    if (*p == '[') return read_polygons(p, objects, shape, scan);
    return sm_scan_fail(scan, p, SM_SYNTAX,
                        "polygons (an array) or counts with a size (an object)");
}
