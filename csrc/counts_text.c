#include "counts_text.h"

#include "memory.h"

#include <inttypes.h>
#include <stdio.h>

/* A character is '0' plus a group: five bits of the number, and MORE where another group follows.
 */
enum { GROUP_BITS = 5, GROUP_MASK = 31, SIGN = 16, MORE = 32, MAX_GROUPS = 7 };

static uint32_t group_at(const char *p) {
    return (uint8_t)((uint8_t)*p - '0');
}

/* ---- the careful walk: says what is wrong with a text --------------------------------------- */

static sm_status refuse(sm_fault *fault, size_t offset, const char *expected) {
    *fault = (sm_fault){.offset = offset, .record = -1, .field = "counts", .expected = expected};
    return SM_INVALID;
}

static sm_status refuse_character(sm_fault *fault, const char *text, size_t offset) {
    uint8_t character = (uint8_t)text[offset];
    int is_printable = character >= ' ' && character <= '~';
    refuse(fault, offset, "a character from '0' to 'o'");
    snprintf(fault->found, sizeof fault->found, is_printable ? "'%c'" : "byte %d", character);
    return SM_INVALID;
}

static sm_status refuse_count(sm_fault *fault, size_t offset, int64_t count) {
    refuse(fault, offset, "a count of at least 0");
    snprintf(fault->found, sizeof fault->found, "%" PRId64, count);
    return SM_INVALID;
}

static sm_status refuse_total(sm_fault *fault, size_t length, const char *prefix, int64_t total) {
    refuse(fault, length, "counts that add up to height * width");
    snprintf(fault->found, sizeof fault->found, "a total of %s%" PRId64, prefix, total);
    return SM_INVALID;
}

/* Reads the number at *i and moves *i behind it. */
static sm_status read_checked(const char *text, size_t length, size_t *i, int64_t *number,
                              sm_fault *fault) {
    uint32_t group = MORE;
    int64_t unit = 1; /* what the lowest bit of the group is worth */
    *number = 0;
    for (int n = 0; group & MORE; n++, ++*i) {
        if (*i == length) return refuse(fault, length, "another character of the last number");
        group = group_at(text + *i);
        if (group >= 2 * MORE) return refuse_character(fault, text, *i);
        if (n == MAX_GROUPS) return refuse(fault, *i, "a number of at most 7 characters");
        *number += unit * (int64_t)(group & GROUP_MASK);
        unit *= 1 << GROUP_BITS;
    }
    if (group & SIGN) *number -= unit;
    return SM_OK;
}

/* The definition, one number at a time: SM_OK exactly for the texts that may be decoded. */
static sm_status check(const char *text, size_t length, uint32_t n_pixels, sm_fault *fault) {
    int64_t background = 0, foreground = 0, total = 0;
    size_t i = 0;
    for (size_t k = 0; i < length; k++) {
        size_t first = i;
        int64_t number;
        sm_status status = read_checked(text, length, &i, &number, fault);
        if (status != SM_OK) return status;
        int64_t *count = k % 2 == 1 ? &foreground : &background;
        *count = k <= 2 ? number : *count + number;
        if (*count < 0) return refuse_count(fault, first, *count);
        total += *count;
        if (total > n_pixels) return refuse_total(fault, length, "at least ", total);
    }
    if (total < n_pixels) return refuse_total(fault, length, "", total);
    return SM_OK;
}

/* ---- decoding ------------------------------------------------------------------------------- */

/*
 * The reader below trusts the text and only gathers evidence against it; whoever finds evidence
 * asks check() for the fault. Counts and totals are kept modulo 2^32: as long as all so far were
 * below 2^31, the next is at most one step outside, negative or too large, and shows it in bit 31.
 */
typedef struct sm_evidence {
    uint32_t groups; /* all groups, or-ed: bits 6 and 7 are clear in a good text */
    uint32_t counts; /* all counts and totals, or-ed: bit 31 is clear in a good text */
} sm_evidence;

static int is_suspect(const sm_evidence *evidence) {
    return (evidence->groups >> 6) != 0 || (evidence->counts >> 31) != 0;
}

/* Whether a number can be read wherever one starts: the last character ends one. */
static int ends_with_number(const char *text, size_t length) {
    return length != 0 && (group_at(text + length - 1) & MORE) == 0;
}

static uint32_t sign_extended(uint32_t bits, uint32_t sign) {
    return (bits ^ sign) - sign;
}

/* A number of two groups or more, the first of which has been read. */
static uint32_t read_long_number(const char **p, uint32_t group, sm_evidence *evidence) {
    const char *second = *p;
    uint64_t number = group & GROUP_MASK;
    unsigned shift = GROUP_BITS;
    do {
        group = group_at((*p)++);
        evidence->groups |= group;
        number |= (uint64_t)(group & GROUP_MASK) << (shift & 63);
        shift += GROUP_BITS;
    } while (group & MORE);
    if (group & SIGN) number -= UINT64_C(1) << (shift & 63);
    int is_far = number + (UINT64_C(1) << 31) > UINT32_MAX; /* outside int32_t */
    if (is_far || *p - second >= MAX_GROUPS) evidence->counts = UINT32_MAX;
    return (uint32_t)number;
}

static inline uint32_t read_number(const char **p, sm_evidence *evidence) {
    uint32_t group = group_at((*p)++);
    evidence->groups |= group;
    if (group & MORE) return read_long_number(p, group, evidence);
    return sign_extended(group & GROUP_MASK, SIGN);
}

sm_status sm_counts_text_measure(const char *text, size_t length, uint32_t n_pixels, uint32_t *area,
                                 sm_fault *fault) {
    if (!ends_with_number(text, length)) return check(text, length, n_pixels, fault);
    const char *p = text, *text_end = text + length;
    sm_evidence evidence = {0};
    uint32_t foreground = 0, background = 0, sum = 0;
    uint32_t total = read_number(&p, &evidence);
    evidence.counts |= total;
    while (p < text_end) {
        foreground += read_number(&p, &evidence);
        sum += foreground;
        total += foreground;
        evidence.counts |= foreground | total;
        if (p == text_end) break;
        background += read_number(&p, &evidence);
        total += background;
        evidence.counts |= background | total;
    }
    if (is_suspect(&evidence) || total != n_pixels) return check(text, length, n_pixels, fault);
    *area = sum;
    return SM_OK;
}

/* Drops empty runs and joins those that touch. */
static size_t make_canonical(sm_run *runs, size_t n) {
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (runs[i].start == runs[i].end) continue;
        if (k > 0 && runs[k - 1].end == runs[i].start)
            runs[k - 1].end = runs[i].end;
        else
            runs[k++] = runs[i];
    }
    return k;
}

sm_status sm_counts_text_decode(const char *text, size_t length, uint32_t n_pixels, sm_run *runs,
                                size_t *n_runs, sm_fault *fault) {
    if (!ends_with_number(text, length)) return check(text, length, n_pixels, fault);
    const char *p = text, *text_end = text + length;
    sm_evidence evidence = {0};
    sm_run *out = runs;
    uint32_t foreground = 0, background = 0;
    uint32_t total = read_number(&p, &evidence);
    uint32_t zeros = 0; /* bit 31: a count after the first is zero */
    evidence.counts |= total;
    while (p < text_end) {
        foreground += read_number(&p, &evidence);
        out->start = total;
        total += foreground;
        out->end = total;
        out++;
        evidence.counts |= foreground | total;
        zeros |= foreground - 1;
        if (p == text_end) break;
        background += read_number(&p, &evidence);
        total += background;
        evidence.counts |= background | total;
        zeros |= background - 1;
    }
    if (is_suspect(&evidence) || total != n_pixels) return check(text, length, n_pixels, fault);
    size_t n = (size_t)(out - runs);
    *n_runs = (zeros >> 31) ? make_canonical(runs, n) : n;
    return SM_OK;
}

/* ---- encoding ------------------------------------------------------------------------------- */

size_t sm_counts_text_bound(size_t n) {
    return MAX_GROUPS * (2 * n + 1);
}

/* Groups are cut off until the rest is all sign. The shift of a negative number is arithmetic. */
static char *write_number(char *p, int64_t number) {
    for (;;) {
        uint32_t bits = (uint32_t)number & GROUP_MASK;
        number = number >= 0 ? number >> GROUP_BITS : ~(~number >> GROUP_BITS);
        int is_last = number == ((bits & SIGN) ? -1 : 0);
        *p++ = (char)('0' + bits + (is_last ? 0 : MORE));
        if (is_last) return p;
    }
}

size_t sm_counts_text_encode(const sm_run *runs, size_t n, uint32_t n_pixels, char *text) {
    char *p = text;
    int64_t foreground = 0, background = 0;
    uint32_t end = n > 0 ? runs[0].start : n_pixels;
    p = write_number(p, end);
    for (size_t i = 0; i < n; i++) {
        int64_t length = (int64_t)runs[i].end - runs[i].start;
        p = write_number(p, length - foreground);
        foreground = length;
        end = i + 1 < n ? runs[i + 1].start : n_pixels;
        int64_t gap = (int64_t)end - runs[i].end;
        if (gap == 0) break; /* only behind the last run */
        p = write_number(p, gap - background);
        background = gap;
    }
    return (size_t)(p - text);
}
