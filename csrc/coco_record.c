#include "coco_record.h"

#include "coco_segmentation.h"
#include "number.h"
#include "polygon.h"

#include <math.h>
#include <string.h>

typedef enum field {
    FIELD_ID,
    FIELD_IMAGE,
    FIELD_CATEGORY,
    FIELD_SCORE,
    FIELD_AREA,
    FIELD_CROWD,
    FIELD_IGNORE,
    FIELD_BOX,
    FIELD_SEGMENTATION,
    N_FIELDS
} field;

static const char *const field_names[N_FIELDS] = {
    "id", "image_id", "category_id", "score", "area", "iscrowd", "ignore", "bbox", "segmentation"};

#define BIT(field) ((uint32_t)1 << (field))

sm_coco_fields sm_coco_fields_for(sm_coco_document document, sm_coco_geometry geometry) {
    const uint32_t place = BIT(FIELD_IMAGE) | BIT(FIELD_CATEGORY);
    const uint32_t shapes = BIT(FIELD_BOX) | BIT(FIELD_SEGMENTATION);
    if (document == SM_COCO_RESULTS) {
        const uint32_t required = place | BIT(FIELD_SCORE);
        return (sm_coco_fields){geometry, required | shapes, required, shapes};
    }
    const uint32_t shape = BIT(geometry == SM_COCO_MASKS ? FIELD_SEGMENTATION : FIELD_BOX);
    const uint32_t required = place | BIT(FIELD_ID) | BIT(FIELD_AREA) | shape;
    return (sm_coco_fields){geometry, required | BIT(FIELD_CROWD) | BIT(FIELD_IGNORE), required, 0};
}

/* Which field a key names; N_FIELDS for any other. Lengths tell nearly all of them apart. */
static field identify(const sm_key *key) {
    switch (key->length) {
    case 2:
        return SM_KEY_IS(key, "id") ? FIELD_ID : N_FIELDS;
    case 4:
        return SM_KEY_IS(key, "bbox") ? FIELD_BOX : SM_KEY_IS(key, "area") ? FIELD_AREA : N_FIELDS;
    case 5:
        return SM_KEY_IS(key, "score") ? FIELD_SCORE : N_FIELDS;
    case 6:
        return SM_KEY_IS(key, "ignore") ? FIELD_IGNORE : N_FIELDS;
    case 7:
        return SM_KEY_IS(key, "iscrowd") ? FIELD_CROWD : N_FIELDS;
    case 8:
        return SM_KEY_IS(key, "image_id") ? FIELD_IMAGE : N_FIELDS;
    case 11:
        return SM_KEY_IS(key, "category_id") ? FIELD_CATEGORY : N_FIELDS;
    case 12:
        return SM_KEY_IS(key, "segmentation") ? FIELD_SEGMENTATION : N_FIELDS;
    default:
        return N_FIELDS;
    }
}

/* A record while its fields come in. */
typedef struct draft {
    uint32_t seen;
    int64_t id, image_id, category_id;
    double score, area, box[4];
    const char *box_text; /* where the value of "bbox" starts */
    uint32_t mask_area;
    uint8_t flags;
    sm_shape shape;
} draft;

static const char *read_integer(const char *p, int64_t *value, sm_scan *scan) {
    const char *after = sm_integer_parse(p, value);
    return after ? after : sm_scan_fail_scalar(scan, p, SM_SYNTAX, "a 64-bit integer");
}

static const char *read_finite(const char *p, double *value, sm_scan *scan) {
    const char *after = sm_number_parse(p, value);
    if (after && isfinite(*value)) return after;
    return sm_scan_fail_scalar(scan, p, SM_SYNTAX, "a finite number");
}

/* 0, 1, or a boolean. */
static const char *read_flag(const char *p, uint8_t flag, draft *d, sm_scan *scan) {
    int64_t value = 0;
    const char *after;
    if (strncmp(p, "true", 4) == 0) {
        after = p + 4;
        value = 1;
    } else if (strncmp(p, "false", 5) == 0) {
        after = p + 5;
    } else if (!(after = sm_integer_parse(p, &value))) {
        return sm_scan_fail_scalar(scan, p, SM_SYNTAX, "0 or 1");
    }
    d->flags = (uint8_t)(value ? d->flags | flag : d->flags & ~flag);
    return after;
}

static const char *check_box(const char *p, const draft *d, sm_scan *scan) {
    const double *box = d->box;
    if (box[2] < 0 || box[3] < 0) {
        return sm_scan_fail(scan, d->box_text, SM_INVALID,
                            "a width and a height that are not negative");
    }
    if (!isfinite(box[0] + box[2]) || !isfinite(box[1] + box[3]) || !isfinite(box[2] * box[3])) {
        return sm_scan_fail(scan, d->box_text, SM_INVALID, "a box of finite size");
    }
    return p;
}

/* [x, y, width, height]; an empty array is no box. */
static const char *read_box(const char *p, draft *d, sm_scan *scan) {
    int n = 0, more;
    d->box_text = p;
    if (!(p = sm_json_expect(p, '[', scan, "[x, y, width, height]"))) return NULL;
    p = sm_json_first(p, ']', &more);
    if (!more) {
        d->seen &= ~BIT(FIELD_BOX);
        return p;
    }
    for (; more && n < 4; n++) {
        if (!(p = read_finite(p, &d->box[n], scan))) return NULL;
        if (!(p = sm_json_next(p, ']', &more, scan))) return NULL;
    }
    if (more || n < 4) return sm_scan_fail(scan, d->box_text, SM_INVALID, "[x, y, width, height]");
    return check_box(p, d, scan);
}

static const char *read_field(const char *p, field which, draft *d, sm_objects *objects,
                              sm_scan *scan) {
    int has_area;
    switch (which) {
    case FIELD_ID:
        return read_integer(p, &d->id, scan);
    case FIELD_IMAGE:
        return read_integer(p, &d->image_id, scan);
    case FIELD_CATEGORY:
        return read_integer(p, &d->category_id, scan);
    case FIELD_SCORE:
        return read_finite(p, &d->score, scan);
    case FIELD_AREA:
        return read_finite(p, &d->area, scan);
    case FIELD_CROWD:
        return read_flag(p, SM_CROWD, d, scan);
    case FIELD_IGNORE:
        return read_flag(p, SM_IGNORE, d, scan);
    case FIELD_BOX:
        return read_box(p, d, scan);
    case FIELD_SEGMENTATION:
        p = sm_coco_read_segmentation(p, objects, &d->shape, &d->mask_area, &has_area, scan);
        if (has_area) d->flags |= SM_HAS_MASK_AREA;
        return p;
    default:
        return sm_json_skip(p, scan);
    }
}

/* A mask that stands behind a box which suffices need not be read at all. */
static int is_wanted(field which, const draft *d, const sm_coco_fields *fields) {
    if (which == N_FIELDS || !(fields->read & BIT(which))) return 0;
    return !(which == FIELD_SEGMENTATION && fields->geometry == SM_COCO_BOXES &&
             d->seen & BIT(FIELD_BOX));
}

static const char *read_fields(const char *p, const sm_coco_fields *fields, draft *d,
                               sm_objects *objects, sm_scan *scan) {
    sm_key key;
    int more;
    if (!(p = sm_json_expect(p, '{', scan, "a record (an object)"))) return NULL;
    p = sm_json_first(p, '}', &more);
    while (more) {
        if (!(p = sm_json_key(p, &key, scan))) return NULL;
        field which = identify(&key);
        if (is_wanted(which, d, fields)) {
            sm_scan_enter(scan, field_names[which], p);
            d->seen |= BIT(which);
            p = read_field(p, which, d, objects, scan);
        } else {
            p = sm_json_skip(p, scan);
        }
        if (!p) return NULL;
        sm_scan_enter(scan, NULL, p);
        if (!(p = sm_json_next(p, '}', &more, scan))) return NULL;
    }
    return p;
}

/* The name of a field that should be there and is not, or NULL. */
static const char *missing_field(const draft *d, const sm_coco_fields *fields) {
    for (int i = 0; i < N_FIELDS; i++) {
        if (fields->required & ~d->seen & BIT(i)) return field_names[i];
    }
    if (!fields->one_of || fields->one_of & d->seen) return NULL;
    return field_names[fields->geometry == SM_COCO_MASKS ? FIELD_SEGMENTATION : FIELD_BOX];
}

/* Takes the box as the row's geometry, in place of a mask that was read since `payload_size`. */
static sm_status keep_box(draft *d, sm_objects *objects, size_t payload_size) {
    objects->payload_size = payload_size;
    sm_status status = sm_objects_reserve_payload(objects, sizeof d->box);
    if (status != SM_OK) return status;
    d->shape = (sm_shape){.offset = sm_objects_payload_start(objects),
                          .length = sizeof d->box,
                          .height = d->shape.height,
                          .width = d->shape.width,
                          .kind = SM_SHAPE_BOX};
    memcpy(objects->payload + d->shape.offset, d->box, sizeof d->box);
    objects->payload_size = d->shape.offset + sizeof d->box;
    return SM_OK;
}

/* A mask before a box says as little as one after it, which is not read. */
static void forget_mask(draft *d) {
    d->shape = (sm_shape){.kind = SM_SHAPE_NONE};
    d->mask_area = 0;
    d->flags &= (uint8_t)~SM_HAS_MASK_AREA;
}

/* Whether a box can be filled as a mask. */
static int is_fillable(const double box[4]) {
    for (int axis = 0; axis < 2; axis++) {
        if (!(fabs(box[axis]) <= SM_MAX_COORDINATE)) return 0;
        if (!(fabs(box[axis] + box[axis + 2]) <= SM_MAX_COORDINATE)) return 0;
    }
    return 1;
}

static sm_status append(const draft *d, sm_objects *objects) {
    sm_status status = sm_objects_reserve_row(objects);
    if (status != SM_OK) return status;
    size_t row = objects->n++;
    objects->id[row] = d->id;
    objects->image_id[row] = d->image_id;
    objects->category_id[row] = d->category_id;
    objects->score[row] = d->score;
    objects->area[row] = d->area;
    objects->mask_area[row] = d->mask_area;
    objects->flags[row] = d->flags;
    objects->shape[row] = d->shape;
    return SM_OK;
}

/* Gives the row its geometry; p stands after the record, which began at `start`. */
static const char *settle_shape(const char *p, const char *start, draft *d,
                                const sm_coco_fields *fields, sm_objects *objects,
                                size_t payload_size, sm_scan *scan) {
    if (!(d->seen & BIT(FIELD_BOX))) return p;
    d->flags |= SM_HAS_BOX;
    if (!(fields->read & BIT(FIELD_AREA))) d->area = d->box[2] * d->box[3];
    if (fields->geometry == SM_COCO_MASKS) {
        if (d->seen & BIT(FIELD_SEGMENTATION)) return p;
        if (!is_fillable(d->box)) {
            sm_scan_enter(scan, field_names[FIELD_BOX], d->box_text);
            return sm_scan_fail(scan, d->box_text, SM_INVALID, "a box within 1,000,000 pixels");
        }
    }
    if (fields->geometry == SM_COCO_BOXES) forget_mask(d);
    if (keep_box(d, objects, payload_size) == SM_OK) return p;
    return sm_scan_fail(scan, start, SM_NO_MEMORY, NULL);
}

const char *sm_coco_read_record(const char *p, const sm_coco_fields *fields, sm_objects *objects,
                                sm_scan *scan) {
    const char *start = p;
    size_t payload_size = objects->payload_size;
    draft d = {.seen = 0};
    if (!(p = read_fields(p, fields, &d, objects, scan))) return NULL;
    const char *missing = missing_field(&d, fields);
    if (missing) {
        sm_scan_enter(scan, missing, start);
        return sm_scan_fail(scan, start, SM_MISSING, NULL);
    }
    if (!(p = settle_shape(p, start, &d, fields, objects, payload_size, scan))) return NULL;
    return append(&d, objects) == SM_OK ? p : sm_scan_fail(scan, start, SM_NO_MEMORY, NULL);
}
