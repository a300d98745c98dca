#include "json.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 4096 };

/* A text in a window of its own, as the scanner wants it: padded with zeros. */
typedef struct padded {
    char text[ROOM + SM_PADDING];
    sm_scan scan;
} padded;

static const char *pad(padded *window, const char *text, size_t length) {
    memset(window, 0, sizeof *window);
    memcpy(window->text, text, length);
    window->scan.end = window->text + length;
    return window->text;
}

/* What skipping a value comes to: SM_OK where all of the text is one. */
static sm_status skip(const char *text) {
    static padded window;
    const char *after = sm_json_skip(pad(&window, text, strlen(text)), &window.scan);
    if (!after) return window.scan.status;
    CHECK(after == window.scan.end);
    return SM_OK;
}

static void check_skip(void) {
    static const char *const whole[] = {
        "0 ",   "-0.5e-7,",  "true",        "null",         "NaN",
        "[]",   " {} ",      "\"\"",        "[[],{},[{}]]", "{\"a\":{\"b\":[1,2,{}]}}",
        "[ 1]", "-Infinity", "\"\\u00e9\"", "{ \"\" : 1 }", "\"\\\\\\\"\""};
    static const char *const wrong[] = {
        "]",    "}",         "[1 2]",  "[1,]",    "{1:2}",       "{\"a\" 1}", "{\"a\":1,}",
        "tru ", "nulll ",    "01 ",    "1. ",     "+1 ",         "[}",        "{]",
        "[1}",  "{\"a\":1]", "\"\t\"", "\"\\x\"", "\"\\u00g0\"", "--1 ",      "[,1]"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        padded window;
        const char *p = pad(&window, whole[i], strlen(whole[i]));
        CHECK(sm_json_skip(p, &window.scan) != NULL);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        padded window;
        const char *p = pad(&window, wrong[i], strlen(wrong[i]));
        const char *after = sm_json_skip(p, &window.scan);
        /* Some are a value with something behind it, which the caller sees. */
        CHECK(after ? after < window.scan.end && *after != ' ' : window.scan.status == SM_SYNTAX);
    }
}

/* Every beginning of a value is cut, not wrong. */
static void check_cuts(void) {
    static const char text[] = "{\"a\\u00e9\\\\\":[1.5e+7,-0,true,false,null,NaN,-Infinity],\"b\":{"
                               "\"\":\"\\ud83d\\ude00\"}}";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        padded window;
        const char *p = pad(&window, text, n);
        CHECK(sm_json_skip(p, &window.scan) == NULL && window.scan.status == SM_TRUNCATED);
    }
    CHECK(skip(text) == SM_OK);
}

static void check_depth(void) {
    char text[2 * 513 + 1] = {0};
    for (int depth = 511; depth <= 513; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = 0;
        CHECK(skip(text) == (depth <= 512 ? SM_OK : SM_INVALID));
    }
}

static void check_copy(const char *text, const char *expected, size_t size) {
    padded window;
    char out[ROOM + SM_PADDING];
    size_t length = 99;
    int escaped;
    const char *p = pad(&window, text, strlen(text));
    const char *after = sm_json_copy_string(p, out, &length, &window.scan);
    CHECK(after == window.scan.end);
    CHECK(length == size && memcmp(out, expected, size) == 0);
    CHECK(sm_json_string(p, &escaped, &window.scan) == after - 1);
    CHECK(escaped == (strchr(text, '\\') != NULL));
}

static void check_strings(void) {
    check_copy("\"", "", 0);
    check_copy("plain\"", "plain", 5);
    check_copy("\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8);
    check_copy("\\u0000\\u007F\\u00e9\\u20AC\"", "\0\x7f\xc3\xa9\xe2\x82\xac", 7);
    check_copy("\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", 4);
    check_copy("\\ud83dx\\ud83d\\u0041\\ude00\"",
               "\xed\xa0\xbdx\xed\xa0\xbd"
               "A\xed\xb8\x80",
               11);
    /* A special byte at every place of a stride. */
    for (size_t n = 0; n < 70; n++) {
        char text[100], expected[100];
        memset(text, 'x', n);
        memset(expected, 'x', n);
        memcpy(text + n, "\\/yz\"", 6);
        memcpy(expected + n, "/yz", 3);
        check_copy(text, expected, n + 3);
    }
}

static void check_key(const char *text, const char *expected, const char *value) {
    padded window;
    sm_key key;
    const char *p = sm_json_key(pad(&window, text, strlen(text)), &key, &window.scan);
    CHECK(p && strcmp(p, value) == 0);
    CHECK(key.length == strlen(expected) && memcmp(key.text, expected, key.length) == 0);
}

static void check_keys(void) {
    char text[400];
    check_key("\"score\" : \n5", "score", "5");
    check_key("\"sc\\u006fre\":5", "score", "5");
    check_key("\"\\u0073\\u0063\":", "sc", "");
    memset(text, 'k', sizeof text);
    memcpy(text + sizeof text - 6, "\\/\":1", 6);
    text[0] = '"';
    check_key(text, "", "1");
    memcpy(text + 40, "\\/\":1", 6);
    check_key(text, "", "1");
}

static void check_loops(void) {
    padded window;
    int more = 1;
    const char *p = pad(&window, " ] , 5 } x", 10);
    CHECK(sm_json_first(p, ']', &more) == p + 2 && !more);
    CHECK(sm_json_first(p + 2, ']', &more) == p + 3 && more);
    CHECK(sm_json_next(p + 2, ']', &more, &window.scan) == p + 5 && more);
    CHECK(sm_json_next(p + 6, '}', &more, &window.scan) == p + 8 && !more);
    CHECK(sm_json_next(p + 8, '}', &more, &window.scan) == NULL);
    CHECK(window.scan.status == SM_SYNTAX && window.scan.at == p + 9);
    CHECK(strcmp(window.scan.expected, "',' or '}'") == 0);
    CHECK(sm_json_expect(p + 4, '5', &window.scan, "five") == p + 6);
    CHECK(sm_json_expect(p + 4, '6', &window.scan, "six") == NULL && window.scan.at == p + 5);
    CHECK(sm_json_expect(p + 10, '6', &window.scan, "six") == NULL);
    CHECK(window.scan.status == SM_TRUNCATED);
}

static void check_excerpt(const char *text, const char *expected) {
    padded window;
    char out[SM_FOUND_SIZE];
    const char *p = pad(&window, text, strlen(text));
    sm_json_excerpt(p, window.scan.end, out);
    CHECK(strcmp(out, expected) == 0);
}

static void check_excerpts(void) {
    check_excerpt("", "");
    check_excerpt("0.5,1", "0.5");
    check_excerpt("\"a b\", 1", "\"a b\"");
    check_excerpt("\"a b", "\"a b");
    check_excerpt("[1,\n  [2]] 3", "[1, [2]]");
    check_excerpt("{\"a\":1", "{\"a\":1");
    check_excerpt("} ]", "}");
    check_excerpt("\n", "\\x0a");
    check_excerpt("\xef\xbb\xbf[", "\\xef\\xbb\\xbf[");
    check_excerpt("12345678901234567890123456789012345678901234567890123456789012345",
                  "123456789012345678901234567890123456789012345678901234567...");
}

int main(void) {
    check_skip();
    check_cuts();
    check_depth();
    check_strings();
    check_keys();
    check_loops();
    check_excerpts();
    CHECK_SUMMARY();
}
