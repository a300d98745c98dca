#include "json.h"

#include <stdio.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

const char *sm_scan_fail(sm_scan *scan, const char *p, sm_status status, const char *expected) {
    int about_text = status == SM_SYNTAX || status == SM_INVALID;
    scan->status = about_text && p >= scan->end ? SM_TRUNCATED : status;
    scan->at = p;
    scan->expected = expected;
    return NULL;
}

/* The end of the number or word at p. */
static const char *pass_word(const char *p, const char *end) {
    while (p < end && !strchr(",:]} \t\r\n", *p)) p++;
    return p;
}

const char *sm_scan_fail_scalar(sm_scan *scan, const char *p, sm_status status,
                                const char *expected) {
    sm_scan_fail(scan, p, status, expected);
    if (pass_word(p, scan->end) == scan->end) scan->status = SM_TRUNCATED;
    return NULL;
}

/* ---- strings ---- */

/* A plain byte stands for itself: neither quote nor backslash nor control character. */
#ifdef __SSE2__
enum { STRIDE = 16 };
/*
 * One bit for each of the next 16 bytes that is not plain; stores all 16 to `out` where it is
 * given.
 */
static unsigned special_bytes(const char *p, char *out) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    if (out) _mm_storeu_si128((__m128i *)out, bytes);
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, escape), control));
}
#endif

/* The first byte from p on that is not plain; plain ones are copied to `out` where it is given. */
static const char *pass_plain(const char *p, char *out) {
#ifdef __SSE2__
    for (;;) {
        unsigned special = special_bytes(p, out);
        if (special) return p + __builtin_ctz(special);
        p += STRIDE;
        if (out) out += STRIDE;
    }
#else
    for (; *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20; p++) {
        if (out) *out++ = *p;
    }
    return p;
#endif
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* p stands at four hexadecimal digits. */
static const char *read_unit(const char *p, uint32_t *unit, sm_scan *scan) {
    *unit = 0;
    for (int i = 0; i < 4; i++, p++) {
        int digit = hex_digit(*p);
        if (digit < 0) return sm_scan_fail(scan, p, SM_SYNTAX, "four hexadecimal digits");
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return p;
}

static size_t write_utf8(uint32_t c, char *out) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf0 << (4 - n)) | c);
    return n;
}

/*
 * p stands after "\u". A high surrogate joins the low one that follows; a lone one is kept as it
 * is.
 */
static const char *read_unicode(const char *p, char *out, size_t *written, sm_scan *scan) {
    uint32_t unit, low;
    if (!(p = read_unit(p, &unit, scan))) return NULL;
    if (unit >= 0xd800 && unit < 0xdc00 && p[0] == '\\' && p[1] == 'u') {
        const char *after = read_unit(p + 2, &low, scan);
        if (!after) return NULL;
        if (low >= 0xdc00 && low < 0xe000) {
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            p = after;
        }
    }
    *written = write_utf8(unit, out);
    return p;
}

/* p stands after a backslash. Writes at most 4 bytes, never more than the escape is long. */
static const char *read_escape(const char *p, char *out, size_t *written, sm_scan *scan) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (*p == 'u') return read_unicode(p + 1, out, written, scan);
    const char *found = *p ? strchr(from, *p) : NULL;
    if (!found) return sm_scan_fail(scan, p, SM_SYNTAX, "an escape sequence");
    *out = to[found - from];
    *written = 1;
    return p + 1;
}

const char *sm_json_string(const char *p, int *escaped, sm_scan *scan) {
    char ignored[4];
    size_t written;
    *escaped = 0;
    for (;;) {
        p = pass_plain(p, NULL);
        if (*p == '"') return p;
        if (*p != '\\') return sm_scan_fail(scan, p, SM_SYNTAX, "the end of a string");
        *escaped = 1;
        if (!(p = read_escape(p + 1, ignored, &written, scan))) return NULL;
    }
}

const char *sm_json_copy_string(const char *p, char *out, size_t *length, sm_scan *scan) {
    size_t written;
    char *start = out;
    for (;;) {
        const char *stop = pass_plain(p, out);
        out += stop - p;
        p = stop;
        if (*p == '"') break;
        if (*p != '\\') return sm_scan_fail(scan, p, SM_SYNTAX, "the end of a string");
        if (!(p = read_escape(p + 1, out, &written, scan))) return NULL;
        out += written;
    }
    *length = (size_t)(out - start);
    return p + 1;
}

/* ---- keys ---- */

/* Resolves escapes of a short key; longer ones become empty. */
static void resolve_key(sm_key *key, sm_scan *scan) {
    char out[6 * SM_KEY_SIZE + SM_PADDING];
    size_t length = 0;
    if (key->length > sizeof out - SM_PADDING) {
        key->length = 0;
        return;
    }
    sm_json_copy_string(key->text, out, &length, scan);
    if (length >= SM_KEY_SIZE) length = 0;
    memcpy(key->resolved, out, length);
    key->text = key->resolved;
    key->length = length;
}

const char *sm_json_key(const char *p, sm_key *key, sm_scan *scan) {
    int escaped;
    if (*p != '"') return sm_scan_fail(scan, p, SM_SYNTAX, "a key in quotes");
    key->text = p + 1;
    if (!(p = sm_json_string(p + 1, &escaped, scan))) return NULL;
    key->length = (size_t)(p - key->text);
    if (escaped) resolve_key(key, scan);
    if (!(p = sm_json_expect(p + 1, ':', scan, "':'"))) return NULL;
    return sm_json_space(p);
}

/* ---- values of no interest ---- */

static const char *skip_word(const char *p) {
    static const char *const words[] = {"true", "false", "null", "NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if (strncmp(p, words[i], length) == 0) return p + length;
    }
    return NULL;
}

static const char *skip_digits(const char *p) {
    while (*p >= '0' && *p <= '9') p++;
    return p;
}

/*
 * The place after a number (grammar: number.h), or NULL. Its value is of no interest, which saves
 * most.
 */
static const char *skip_number(const char *p) {
    if (*p == '-') p++;
    const char *digits = p;
    p = skip_digits(p);
    if (p == digits || (*digits == '0' && p > digits + 1)) return NULL;
    if (*p == '.') {
        digits = p + 1;
        p = skip_digits(digits);
        if (p == digits) return NULL;
    }
    if (*p == 'e' || *p == 'E') {
        digits = p + 1 + (p[1] == '+' || p[1] == '-');
        p = skip_digits(digits);
        if (p == digits) return NULL;
    }
    return p;
}

static const char *skip_scalar(const char *p, sm_scan *scan) {
    int escaped;
    if (*p == '"') {
        p = sm_json_string(p + 1, &escaped, scan);
        return p ? p + 1 : NULL;
    }
    const char *after = skip_number(p);
    if (!after) after = skip_word(p);
    return after ? after : sm_scan_fail_scalar(scan, p, SM_SYNTAX, "a value");
}

enum { MAX_DEPTH = 512 };

/* The containers around the value being skipped: one bit each, set for objects. */
typedef struct nesting {
    uint64_t objects[MAX_DEPTH / 64];
    unsigned depth;
} nesting;

static int in_object(const nesting *nest) {
    unsigned level = nest->depth - 1;
    return (int)(nest->objects[level / 64] >> (level % 64) & 1);
}

/* p stands at '{' or '['. */
static const char *enter(const char *p, nesting *nest, sm_scan *scan) {
    if (nest->depth == MAX_DEPTH)
        return sm_scan_fail(scan, p, SM_INVALID, "at most 512 levels of nesting");
    uint64_t bit = (uint64_t)1 << (nest->depth % 64), *word = &nest->objects[nest->depth / 64];
    *word = *p == '{' ? *word | bit : *word & ~bit;
    nest->depth++;
    return sm_json_space(p + 1);
}

/*
 * After a value: leaves what ends here and stands at the next value (or key), or outside of
 * everything.
 */
static const char *leave(const char *p, nesting *nest, sm_scan *scan) {
    while (nest->depth > 0) {
        p = sm_json_space(p);
        if (*p == ',') return sm_json_space(p + 1);
        if (*p != (in_object(nest) ? '}' : ']')) {
            return sm_scan_fail(scan, p, SM_SYNTAX, in_object(nest) ? "',' or '}'" : "',' or ']'");
        }
        nest->depth--;
        p++;
    }
    return p;
}

const char *sm_json_skip(const char *p, sm_scan *scan) {
    nesting nest = {.depth = 0};
    sm_key key;
    p = sm_json_space(p);
    do {
        if (nest.depth > 0 && in_object(&nest) && !(p = sm_json_key(p, &key, scan))) return NULL;
        if (*p == '{' || *p == '[') {
            char close = *p == '{' ? '}' : ']';
            if (!(p = enter(p, &nest, scan))) return NULL;
            if (*p != close) continue;
            nest.depth--;
            p++;
        } else if (!(p = skip_scalar(p, scan))) {
            return NULL;
        }
        if (!(p = leave(p, &nest, scan))) return NULL;
    } while (nest.depth > 0);
    return p;
}

/* ---- messages ---- */

/* The end of the value at p, however malformed, or of the one character that starts none. */
static const char *pass_roughly(const char *p, const char *end) {
    if (*p == '"') {
        const char *quote = memchr(p + 1, '"', (size_t)(end - p - 1));
        return quote ? quote + 1 : end;
    }
    if (*p != '{' && *p != '[') {
        const char *stop = pass_word(p, end);
        return stop > p ? stop : p + 1;
    }
    size_t depth = 0;
    for (; p < end; p++) {
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
        if (depth == 0) return p + 1;
    }
    return end;
}

void sm_json_excerpt(const char *p, const char *end, char out[SM_FOUND_SIZE]) {
    const size_t room = SM_FOUND_SIZE - sizeof "\\xNN...";
    const char *stop = p < end ? pass_roughly(p, end) : end;
    size_t n = 0;
    while (p < stop && n <= room) {
        const char *after = sm_json_space(p);
        if (n > 0 && after > p) {
            out[n++] = ' ';
            p = after;
        } else if (*p >= ' ' && *p <= '~') {
            out[n++] = *p++;
        } else {
            n += (size_t)snprintf(out + n, sizeof "\\xNN", "\\x%02x", (unsigned char)*p++);
        }
    }
    snprintf(out + n, SM_FOUND_SIZE - n, "%s", p < stop ? "..." : "");
}
