/*
 * json.h - a cursor over JSON text (RFC 8259) that stands in a window of a larger file.
 *
 * Every function takes the place to read from and returns the place after what it read, or NULL.
 * After a NULL, `scan` says what failed and where: SM_TRUNCATED if the text of the window ended
 * there (more of the file may mend that), SM_SYNTAX or SM_INVALID if it is wrong whatever follows.
 *
 * The text [.., scan->end) must be followed by SM_PADDING zero bytes (memory.h). A zero byte is not
 * legal anywhere in JSON, so no function needs to look at `end` on its way.
 */
#ifndef SM_JSON_H
#define SM_JSON_H

#include "memory.h"

typedef struct sm_scan {
    const char *end; /* end of the text in the window */
    /* what failed, once a function has returned NULL */
    const char *at;
    const char *expected;
    sm_status status;
    /* set by those who know */
    const char *field, *field_at; /* the field being read, and where its value starts */
    char found[SM_FOUND_SIZE];    /* what is wrong, where the text at `at` does not show it */
} sm_scan;

/* Notes whose value is read next, at p; NULL for no field's. */
static inline void sm_scan_enter(sm_scan *scan, const char *field, const char *p) {
    scan->field = field;
    scan->field_at = p;
}

/*
 * Notes a failure at p and returns NULL. At the end of the text, what is wrong is only
 * SM_TRUNCATED so far.
 */
const char *sm_scan_fail(sm_scan *scan, const char *p, sm_status status, const char *expected);

/* The same at a number or a word, which may go on where the text ends. */
const char *sm_scan_fail_scalar(sm_scan *scan, const char *p, sm_status status,
                                const char *expected);

/* Skips white space. */
static inline const char *sm_json_space(const char *p) {
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t') p++;
    return p;
}

/* Skips white space, then exactly the character c (`expected` names it in words). */
static inline const char *sm_json_expect(const char *p, char c, sm_scan *scan,
                                         const char *expected) {
    p = sm_json_space(p);
    return *p == c ? p + 1 : sm_scan_fail(scan, p, SM_SYNTAX, expected);
}

/*
 * The two ends of a loop over the members of an object or the elements of an array that `close`
 * ends:
 *
 *     p = sm_json_first(p, '}', &more);
 *     while (more) {
 *         ... one member ...
 *         if (!(p = sm_json_next(p, '}', &more, scan))) return NULL;
 *     }
 *
 * sm_json_first stands after the opening bracket, sm_json_next after a member. Where there is one
 * more, both return where it starts; otherwise the place after the closing bracket.
 */
static inline const char *sm_json_first(const char *p, char close, int *more) {
    p = sm_json_space(p);
    *more = *p != close;
    return *more ? p : p + 1;
}

static inline const char *sm_json_next(const char *p, char close, int *more, sm_scan *scan) {
    p = sm_json_space(p);
    if (*p == ',') return sm_json_space(p + 1);
    *more = 0;
    if (*p == close) return p + 1;
    return sm_scan_fail(scan, p, SM_SYNTAX, close == '}' ? "',' or '}'" : "',' or ']'");
}

/*
 * p stands after an opening quote. Returns the closing quote; *escaped tells whether a backslash
 * was passed on the way. Escapes are checked for form.
 */
const char *sm_json_string(const char *p, int *escaped, sm_scan *scan);

/*
 * Copies the string whose opening quote ends before p to `out`, resolving escapes (to UTF-8), and
 * returns the place after the closing quote. `out` must have room for every byte up to scan->end
 * plus SM_PADDING.
 */
const char *sm_json_copy_string(const char *p, char *out, size_t *length, sm_scan *scan);

/*
 * A key of a JSON object. Keys longer than SM_KEY_SIZE - 1 are given as empty: no reader knows
 * them.
 */
enum { SM_KEY_SIZE = 32 };
typedef struct sm_key {
    const char *text; /* not NUL-terminated; points into the window or to `resolved` */
    size_t length;
    char resolved[SM_KEY_SIZE];
} sm_key;

/*
 * p stands at a key's opening quote. Returns the start of its value, white space and colon skipped.
 */
const char *sm_json_key(const char *p, sm_key *key, sm_scan *scan);

/* Whether the key is this string literal. */
#define SM_KEY_IS(key, literal)                                                                    \
    ((key)->length == sizeof(literal) - 1 && memcmp((key)->text, literal, sizeof(literal) - 1) == 0)

/*
 * Skips one value of any kind, checking its form (and passing NaN and Infinity, as Python's json
 * does).
 */
const char *sm_json_skip(const char *p, sm_scan *scan);

/*
 * Writes the value at p to show it in a message: on one line, what is not printable as \xNN, cut to
 * fit.
 */
void sm_json_excerpt(const char *p, const char *end, char out[SM_FOUND_SIZE]);

#endif
