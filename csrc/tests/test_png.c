#include "png.h"

#include "check.h"
#include "crc32.h"

#include <stdlib.h>
#include <string.h>

static sm_crc32_tables tables;

typedef struct file {
    uint8_t bytes[4096];
    size_t size;
} file;

static void store_big_endian(uint8_t *p, uint32_t value) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static file begin(void) {
    return (file){.bytes = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, .size = 8};
}

static void append(file *f, const char *type, const void *bytes, uint32_t length) {
    uint8_t *p = f->bytes + f->size;
    store_big_endian(p, length);
    memcpy(p + 4, type, 4);
    if (length > 0) memcpy(p + 8, bytes, length);
    store_big_endian(p + 8 + length, sm_crc32(&tables, p + 4, length + 4));
    f->size += 12 + length;
}

static void append_header(file *f, uint32_t height, uint32_t width, const char *rest) {
    uint8_t bytes[13];
    store_big_endian(bytes, width);
    store_big_endian(bytes + 4, height);
    memcpy(bytes + 8, rest, 5);
    append(f, "IHDR", bytes, sizeof bytes);
}

/* Parses a copy of exactly its size, so that a sanitizer sees a read behind the end. */
static sm_status parse(const uint8_t *bytes, size_t size, sm_png *png, sm_fault *fault) {
    uint8_t *copy = malloc(size + (size == 0));
    memcpy(copy, bytes, size);
    sm_status status = sm_png_parse(copy, size, png, fault);
    if (status == SM_OK) {
        uint8_t *data = malloc(png->data_size);
        sm_png_join_data(copy, png, data);
        CHECK(data[0] == 'a' && data[png->data_size - 1] == 'f');
        free(data);
    }
    free(copy);
    return status;
}

static void check_refused(const file *f, sm_status status, const char *field, const char *found) {
    sm_png png;
    sm_fault fault;
    CHECK(parse(f->bytes, f->size, &png, &fault) == status);
    CHECK(field ? fault.field && strcmp(fault.field, field) == 0 : !fault.field);
    CHECK(strcmp(fault.found, found) == 0);
}

static file whole(void) {
    file f = begin();
    append_header(&f, 3, 5, "\x08\3\0\0\1");
    append(&f, "tEXt", "hello", 5);
    append(&f, "PLTE", "rgbrgb", 6);
    append(&f, "IDAT", NULL, 0);
    append(&f, "IDAT", "abc", 3);
    append(&f, "IDAT", "def", 3);
    append(&f, "IEND", NULL, 0);
    return f;
}

static void check_whole(void) {
    sm_png png;
    sm_fault fault;
    file f = whole();
    CHECK(parse(f.bytes, f.size, &png, &fault) == SM_OK);
    CHECK(png.height == 3 && png.width == 5 && png.bit_depth == 8 && png.is_interlaced);
    CHECK(png.color == SM_PNG_PALETTE && png.data_size == 6);
    CHECK(parse(f.bytes, f.size + 7, &png, &fault) == SM_OK);
    for (size_t size = 0; size < f.size; size++) {
        CHECK(parse(f.bytes, size, &png, &fault) == SM_TRUNCATED && fault.offset == size);
    }
    for (size_t i = 0; i < f.size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            f.bytes[i] ^= (uint8_t)(1 << bit);
            CHECK(parse(f.bytes, f.size, &png, &fault) != SM_OK);
            f.bytes[i] ^= (uint8_t)(1 << bit);
        }
    }
}

static void check_headers(void) {
    static const struct {
        uint32_t height, width;
        const char *rest, *field, *found;
    } cases[] = {
        {0, 5, "\x08\0\0\0\0", "height x width", "0 x 5"},
        {5, 0, "\x08\0\0\0\0", "height x width", "5 x 0"},
        {65536, 32768, "\x08\0\0\0\0", "height x width", "65536 x 32768"},
        {0xffffffff, 0xffffffff, "\x08\0\0\0\0", "height x width", "4294967295 x 4294967295"},
        {5, 5, "\x08\1\0\0\0", "color type", "1"},
        {5, 5, "\x08\7\0\0\0", "color type", "7"},
        {5, 5, "\3\0\0\0\0", "bit depth", "3"},
        {5, 5, "\x10\3\0\0\0", "bit depth", "16"},
        {5, 5, "\4\2\0\0\0", "bit depth", "4"},
        {5, 5, "\x08\0\1\0\0", "compression method", "1"},
        {5, 5, "\x08\0\0\1\0", "filter method", "1"},
        {5, 5, "\x08\0\0\0\2", "interlace method", "2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        file f = begin();
        append_header(&f, cases[i].height, cases[i].width, cases[i].rest);
        append(&f, "IDAT", "abcdef", 6);
        append(&f, "IEND", NULL, 0);
        check_refused(&f, SM_INVALID, cases[i].field, cases[i].found);
    }
}

static void check_chunk_order(void) {
    file f = begin();
    append(&f, "IDAT", "abcdef", 6);
    check_refused(&f, SM_SYNTAX, NULL, "IDAT");

    file short_header = begin();
    append(&short_header, "IHDR", "abcdef", 6);
    check_refused(&short_header, SM_INVALID, "length of IHDR", "6");

    file gray = begin();
    append_header(&gray, 1, 1, "\x08\0\0\0\0");
    f = gray;
    append(&f, "IEND", NULL, 0);
    check_refused(&f, SM_MISSING, "IDAT", "");
    f = gray;
    append_header(&f, 1, 1, "\x08\0\0\0\0");
    check_refused(&f, SM_SYNTAX, NULL, "IHDR");
    f = gray;
    append(&f, "A\xff\n!", NULL, 0);
    check_refused(&f, SM_SYNTAX, NULL, "A?\?!");
    f = gray;
    append(&f, "IDAT", "abc", 3);
    append(&f, "tIME", NULL, 0);
    append(&f, "IDAT", "def", 3);
    check_refused(&f, SM_SYNTAX, NULL, "IDAT");
}

static void check_palettes(void) {
    file palette = begin();
    append_header(&palette, 1, 1, "\x08\3\0\0\0");
    file f = palette;
    append(&f, "IDAT", "abcdef", 6);
    append(&f, "IEND", NULL, 0);
    check_refused(&f, SM_MISSING, "PLTE", "");
    f = palette;
    append(&f, "PLTE", "rgbr", 4);
    check_refused(&f, SM_INVALID, "length of PLTE", "4");
    f = palette;
    append(&f, "PLTE", NULL, 0);
    check_refused(&f, SM_INVALID, "length of PLTE", "0");
    f = palette;
    append(&f, "PLTE", "rgb", 3);
    append(&f, "PLTE", "rgb", 3);
    check_refused(&f, SM_SYNTAX, NULL, "PLTE");
    f = palette;
    append(&f, "IDAT", "abcdef", 6);
    append(&f, "PLTE", "rgb", 3);
    check_refused(&f, SM_SYNTAX, NULL, "PLTE");
}

int main(void) {
    sm_crc32_fill(&tables);
    CHECK(sm_crc32(&tables, (const uint8_t *)"123456789", 9) == 0xcbf43926);
    CHECK(sm_crc32(&tables, (const uint8_t *)"IEND", 4) == 0xae426082);
    CHECK(sm_crc32(&tables, NULL, 0) == 0);
    check_whole();
    check_headers();
    check_chunk_order();
    check_palettes();
    CHECK_SUMMARY();
}
