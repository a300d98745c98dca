#include "counts_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * A character is '0' plus a group: five bits of the number, and MORE where another group follows.
 */
enum { GROUP_BITS = 5, GROUP_MASK = 31, SIGN = 16, MORE = 32, MAX_GROUPS = 7 };

static uint32_t group_at(const char *p) {
    return (uint8_t)((uint8_t)*p - '0');
}

/* ---- the careful walk: says what is wrong with a text ---- */

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
    if (length > UINT32_MAX) return refuse(fault, length, "a text of fewer than 2^32 characters");
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

/* ---- decoding ---- */

/*
 * Plainly: read a number, add it to the count before the last, add that count to the total. As most
 * numbers have one group, most of a text is stretches of single characters, and eight of those are
 * taken at a time. Nothing is refused on the way: evidence against the text is gathered, and where
 * there is some at the end, check() finds the fault.
 *
 * Counts are kept modulo 2^32. As long as all so far were below 2^31 and numbers fit 32 bits, the
 * next is at most one step outside, negative or too large, and shows it in bit 31. Counts that are
 * below 2^31, fewer than 2^32 of them, cannot overflow a total of 64 bits.
 */
typedef struct sm_evidence {
    uint32_t groups; /* all groups, or-ed: bits 6 and 7 are clear in a good text */
    uint32_t counts; /* all counts, or-ed: bit 31 is clear in a good text */
    uint64_t lanes;  /* all lanes of counts, or-ed: bit 15 of each is clear in a good text */
} sm_evidence;

#define EVERY_BYTE(value) (UINT64_C(0x0101010101010101) * (value))
#define EVERY_LANE(value) (UINT64_C(0x0001000100010001) * (value))

static int is_suspect(const sm_evidence *evidence) {
    return (evidence->groups >> 6) != 0 || (evidence->counts >> 31) != 0 ||
           (evidence->lanes & EVERY_LANE(0x8000)) != 0;
}

/* Whether numbers can be read one after the other: the last character ends one. */
static int is_readable(const char *text, size_t length) {
    return length != 0 && length <= UINT32_MAX && (group_at(text + length - 1) & MORE) == 0;
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
    return (group ^ SIGN) - SIGN;
}

/*
 * Reads eight single characters, each as its number + 16 in a byte, the first lowest (machines are
 * little-endian). Returns 0 where `end` comes before or one is not from '0' to 'O'; no sum carries
 * unless a byte is >= 0x80, and then that byte says so.
 */
static inline int read_8_singles(const char *p, const char *end, uint64_t *numbers) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    uint64_t from_0 = word + EVERY_BYTE(0x80 - '0'), beyond_o = word + EVERY_BYTE(0x7f - 'O');
    *numbers = (word - EVERY_BYTE('0')) ^ EVERY_BYTE(SIGN);
    return ((word | ~from_0 | beyond_o) & EVERY_BYTE(0x80)) == 0 && end - p >= 8;
}

/* Counts of one kind, background or foreground. */
typedef struct sm_chain {
    uint32_t count; /* the last one */
    uint64_t sum;
} sm_chain;

/*
 * Adds four numbers, which come as number + 16 in 16-bit lanes. Times EVERY_LANE(1), a lane becomes
 * the sum of itself and those below: what has been added to the count by then, and 16 for each.
 * Times that again, the top lane is the sum of all four. The four counts themselves matter only
 * where they could be negative, so a large one is cut to fit a lane; a lane that borrows is
 * negative itself.
 */
static inline void add_4_numbers(sm_chain *chain, uint64_t lanes, sm_evidence *evidence) {
    uint64_t added = lanes * EVERY_LANE(1);
    uint64_t low_count = chain->count < 0x4000 ? chain->count : 0x4000;
    evidence->lanes |= low_count * EVERY_LANE(1) + added - UINT64_C(0x0040003000200010);
    chain->sum += 4 * (uint64_t)chain->count + (added * EVERY_LANE(1) >> 48) - (16 + 32 + 48 + 64);
    chain->count += (uint32_t)(added >> 48) - 64;
    evidence->counts |= chain->count;
}

sm_status sm_counts_text_measure(const char *text, size_t length, uint32_t n_pixels, uint32_t *area,
                                 sm_fault *fault) {
    if (!is_readable(text, length)) return check(text, length, n_pixels, fault);
    const char *p = text, *end = text + length;
    sm_evidence evidence = {0};
    sm_chain next = {0}, other = {0};
    int next_is_foreground = 1;
    uint32_t first = read_number(&p, &evidence);
    evidence.counts |= first;
    while (p < end) {
        uint64_t numbers;
        if (read_8_singles(p, end, &numbers)) {
            add_4_numbers(&next, numbers & EVERY_LANE(0xff), &evidence);
            add_4_numbers(&other, numbers >> 8 & EVERY_LANE(0xff), &evidence);
            p += 8;
            continue;
        }
        sm_chain current = next;
        current.count += read_number(&p, &evidence);
        current.sum += current.count;
        evidence.counts |= current.count;
        next = other;
        other = current;
        next_is_foreground = !next_is_foreground;
    }
    if (is_suspect(&evidence) || first + next.sum + other.sum != n_pixels)
        return check(text, length, n_pixels, fault);
    *area = (uint32_t)(next_is_foreground ? next.sum : other.sum);
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

/* Where counts are written: as what they add up to, which starts and ends runs in turn. */
typedef struct sm_sink {
    uint32_t *bound;
    uint64_t total;
    uint32_t zeros; /* all counts - 1, or-ed: bit 31 is set by a zero (and by a negative count) */
} sm_sink;

static inline void put_count(sm_sink *sink, uint32_t count) {
    sink->zeros |= count - 1;
    sink->total += count;
    *sink->bound++ = (uint32_t)sink->total;
}

sm_status sm_counts_text_decode(const char *text, size_t length, uint32_t n_pixels, sm_run *runs,
                                size_t *n_runs, sm_fault *fault) {
    if (!is_readable(text, length)) return check(text, length, n_pixels, fault);
    const char *p = text, *end = text + length;
    sm_evidence evidence = {0};
    sm_sink sink = {.bound = &runs->start};
    uint32_t next = 0, other = 0;
    uint32_t first = read_number(&p, &evidence);
    evidence.counts |= first;
    put_count(&sink, first);
    sink.zeros = 0; /* the first count may well be zero */
    while (p < end) {
        uint64_t numbers;
        if (read_8_singles(p, end, &numbers)) {
            for (int i = 0; i < 8; i += 2, numbers >>= 16) {
                put_count(&sink, next += (uint32_t)(numbers & 0xff) - 16);
                put_count(&sink, other += (uint32_t)(numbers >> 8 & 0xff) - 16);
            }
            evidence.counts |= next | other;
            p += 8;
            continue;
        }
        uint32_t count = next + read_number(&p, &evidence);
        evidence.counts |= count;
        put_count(&sink, count);
        next = other;
        other = count;
    }
    int has_zeros = sink.zeros >> 31;
    if (is_suspect(&evidence) || has_zeros || sink.total != n_pixels) {
        sm_status status = check(text, length, n_pixels, fault);
        if (status != SM_OK) return status;
    }
    size_t n = (size_t)(sink.bound - &runs->start) / 2;
    *n_runs = has_zeros ? make_canonical(runs, n) : n;
    return SM_OK;
}

/* ---- encoding ---- */

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
