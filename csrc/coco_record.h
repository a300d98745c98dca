/*
 * coco_record.h - one annotation or result of COCO-shaped JSON into one row of a table.
 *
 * See coco_reader.h for the documents these records stand in.
 */
#ifndef SM_COCO_RECORD_H
#define SM_COCO_RECORD_H

#include "coco_reader.h"
#include "json.h"

/*
 * Which fields of a record are read (the others are skipped), and which must be there. Bits 1 <<
 * field.
 */
typedef struct sm_coco_fields {
    sm_coco_geometry geometry;
    uint32_t read, required;
    uint32_t one_of; /* at least one of these must be there; 0 for no such rule */
} sm_coco_fields;

sm_coco_fields sm_coco_fields_for(sm_coco_document document, sm_coco_geometry geometry);

/*
 * Reads the record at p and appends it to the table. Returns the place after it; after a NULL the
 * payload may have grown, and the caller sets it back.
 */
const char *sm_coco_read_record(const char *p, const sm_coco_fields *fields, sm_objects *objects,
                                sm_scan *scan);

#endif
