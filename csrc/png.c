#include "png.h"

#include "crc32.h"
#include "runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint8_t SIGNATURE[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

/* A chunk's length and type stand before its bytes, its CRC-32 after them. */
enum { BEFORE = 8, AFTER = 4 };

#define TYPE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))
#define IHDR TYPE('I', 'H', 'D', 'R')
#define PLTE TYPE('P', 'L', 'T', 'E')
#define IDAT TYPE('I', 'D', 'A', 'T')
#define IEND TYPE('I', 'E', 'N', 'D')

/* The bit that says that a chunk may be skipped by who does not know it. */
#define ANCILLARY TYPE(0x20, 0, 0, 0)

typedef struct png_chunk {
    size_t offset; /* in the file */
    uint32_t type, length;
    const uint8_t *bytes;
} png_chunk;

typedef struct png_walk {
    const uint8_t *file;
    size_t size, next; /* `next`: where the next chunk starts */
    sm_crc32_tables tables;
    sm_fault *fault;
} png_walk;

static uint32_t load_big_endian(const uint8_t *p) {
    return TYPE(p[0], p[1], p[2], p[3]);
}

static sm_status fail(sm_fault *fault, size_t offset, sm_status status, const char *field,
                      const char *expected) {
    *fault = (sm_fault){
        .offset = offset, .record = -1, .unit = NULL, .field = field, .expected = expected};
    return status;
}

static sm_status fail_chunk(sm_fault *fault, const png_chunk *chunk, const char *expected) {
    fail(fault, chunk->offset, SM_SYNTAX, NULL, expected);
    for (int i = 0; i < 4; i++) {
        uint32_t letter = chunk->type >> (24 - 8 * i) & 0xff;
        fault->found[i] = letter > ' ' && letter <= '~' ? (char)letter : '?';
    }
    return SM_SYNTAX;
}

unsigned sm_png_channels(unsigned color) {
    static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};
    return color < sizeof channels ? channels[color] : 0;
}

/* ---- IHDR ---- */

static sm_status fail_field(sm_fault *fault, const png_chunk *chunk, const char *field,
                            unsigned found, const char *expected) {
    fail(fault, chunk->offset, SM_INVALID, field, expected);
    snprintf(fault->found, sizeof fault->found, "%u", found);
    return SM_INVALID;
}

static int is_bit_depth(unsigned depth, unsigned color) {
    if (depth == 8) return 1;
    if (depth == 16) return color != SM_PNG_PALETTE;
    return (depth == 1 || depth == 2 || depth == 4) && sm_png_channels(color) == 1;
}

static sm_status read_header(const png_chunk *header, sm_png *png, sm_fault *fault) {
    const uint8_t *bytes = header->bytes;
    if (header->type != IHDR) return fail_chunk(fault, header, "the header (IHDR)");
    if (header->length != 13)
        return fail_field(fault, header, "length of IHDR", header->length, "13 bytes");
    *png = (sm_png){.width = load_big_endian(bytes),
                    .height = load_big_endian(bytes + 4),
                    .bit_depth = bytes[8],
                    .color = bytes[9],
                    .is_interlaced = bytes[12]};
    if (!sm_size_is_valid(png->height, png->width)) {
        fail(fault, header->offset, SM_INVALID, "height x width", "1 to 2,147,483,647 pixels");
        snprintf(fault->found, sizeof fault->found, "%" PRIu32 " x %" PRIu32, png->height,
                 png->width);
        return SM_INVALID;
    }
    if (sm_png_channels(png->color) == 0)
        return fail_field(fault, header, "color type", png->color, "0, 2, 3, 4 or 6");
    if (!is_bit_depth(png->bit_depth, png->color))
        return fail_field(fault, header, "bit depth", png->bit_depth, "one of its color type");
    if (bytes[10] != 0) return fail_field(fault, header, "compression method", bytes[10], "0");
    if (bytes[11] != 0) return fail_field(fault, header, "filter method", bytes[11], "0");
    if (bytes[12] > 1) return fail_field(fault, header, "interlace method", bytes[12], "0 or 1");
    return SM_OK;
}

/* ---- all chunks ---- */

static sm_status next_chunk(png_walk *walk, png_chunk *chunk) {
    size_t left = walk->size - walk->next;
    const uint8_t *start = walk->file + walk->next;
    if (left < BEFORE + AFTER) return fail(walk->fault, walk->size, SM_TRUNCATED, NULL, "a chunk");
    chunk->offset = walk->next;
    chunk->length = load_big_endian(start);
    chunk->type = load_big_endian(start + 4);
    chunk->bytes = start + BEFORE;
    if (chunk->length > left - BEFORE - AFTER)
        return fail(walk->fault, walk->size, SM_TRUNCATED, NULL, "the rest of a chunk");
    uint32_t computed = sm_crc32(&walk->tables, start + 4, (size_t)chunk->length + 4);
    if (computed != load_big_endian(chunk->bytes + chunk->length)) {
        fail_chunk(walk->fault, chunk, "bytes that agree with its CRC-32");
        return SM_INVALID;
    }
    walk->next += BEFORE + (size_t)chunk->length + AFTER;
    return SM_OK;
}

static sm_status check_palette(const png_chunk *chunk, int *has_palette, const sm_png *png,
                               sm_fault *fault) {
    if (*has_palette || png->data_size > 0)
        return fail_chunk(fault, chunk, "one palette, before the pixels");
    *has_palette = 1;
    if (chunk->length % 3 == 0 && chunk->length >= 3 && chunk->length <= 3 * 256) return SM_OK;
    return fail_field(fault, chunk, "length of PLTE", chunk->length,
                      "3 bytes for each of 1 to 256 colors");
}

sm_status sm_png_parse(const uint8_t *file, size_t size, sm_png *png, sm_fault *fault) {
    png_walk walk = {.file = file, .size = size, .next = sizeof SIGNATURE, .fault = fault};
    png_chunk chunk;
    int has_palette = 0;
    uint32_t before = IHDR;
    if (memcmp(file, SIGNATURE, size < sizeof SIGNATURE ? size : sizeof SIGNATURE) != 0)
        return fail(fault, 0, SM_SYNTAX, NULL, "the signature of a PNG");
    if (size < sizeof SIGNATURE) return fail(fault, size, SM_TRUNCATED, NULL, "a PNG's signature");
    sm_crc32_fill(&walk.tables);
    sm_status status = next_chunk(&walk, &chunk);
    if (status == SM_OK) status = read_header(&chunk, png, fault);
    for (; status == SM_OK; before = chunk.type) {
        if ((status = next_chunk(&walk, &chunk)) != SM_OK) break;
        if (chunk.type == IEND) break;
        if (chunk.type == IDAT) {
            if (png->data_start == 0)
                png->data_start = chunk.offset;
            else if (before != IDAT)
                return fail_chunk(fault, &chunk, "all IDAT chunks in a row");
            png->data_size += chunk.length;
        } else if (chunk.type == PLTE) {
            status = check_palette(&chunk, &has_palette, png, fault);
        } else if (!(chunk.type & ANCILLARY)) {
            return fail_chunk(fault, &chunk, "PLTE, IDAT, IEND or a chunk that may be skipped");
        }
    }
    if (status != SM_OK) return status;
    if (png->color == SM_PNG_PALETTE && !has_palette)
        return fail(fault, chunk.offset, SM_MISSING, "PLTE", NULL);
    if (png->data_size == 0) return fail(fault, chunk.offset, SM_MISSING, "IDAT", NULL);
    return SM_OK;
}

void sm_png_join_data(const uint8_t *file, const sm_png *png, uint8_t *data) {
    const uint8_t *start = file + png->data_start;
    for (size_t joined = 0; joined < png->data_size;) {
        uint32_t length = load_big_endian(start);
        memcpy(data + joined, start + BEFORE, length);
        joined += length;
        start += BEFORE + (size_t)length + AFTER;
    }
}
