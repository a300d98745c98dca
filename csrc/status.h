/*
 * status.h - how C functions of this library say what went wrong.
 *
 * A function that can fail returns an sm_status. Where a caller could want to know more than which
 * kind of failure it was, the function also fills an sm_fault: the place, what stood there, and
 * what should have stood there. Nothing is allocated for it and nothing needs freeing.
 */
#ifndef SM_STATUS_H
#define SM_STATUS_H

#include <stddef.h>
#include <stdint.h>

typedef enum sm_status {
    SM_OK = 0,
    SM_NO_MEMORY, /* an allocation failed */
    SM_IO,        /* a read failed; fault.found holds errno in decimal */
    SM_TRUNCATED, /* the input ends where more was expected */
    SM_SYNTAX,    /* the input is not well formed */
    SM_INVALID,   /* well formed, but a value is not one that can be meant */
    SM_MISSING,   /* well formed, but a field that must be there is not */
} sm_status;

enum { SM_FOUND_SIZE = 64 };

typedef struct sm_fault {
    uint64_t offset;           /* byte offset in the input, or index of the offending element */
    int64_t record;            /* zero-based record number, or -1 where records do not apply */
    const char *unit;          /* what a record is called ("annotation"; static string), or NULL */
    const char *field;         /* name of the field (static string), or NULL */
    const char *expected;      /* what was expected, in words (static string), or NULL */
    char found[SM_FOUND_SIZE]; /* what was found, cut to fit, NUL-terminated; may be empty */
    int inside;                /* what was found is not the field's value but a part of it */
} sm_fault;

#endif
