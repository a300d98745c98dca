/* Any bytes as a PNG, with the CRC-32 of its chunks put right: refused, or data inside of it. */
#include "fuzz.h"

#include "crc32.h"
#include "png.h"
#include "png_rows.h"
#include "runs.h"

#include <string.h>

/* What ends each chunk here is put right before it is parsed. */
const sm_fuzz_seed sm_fuzz_seeds[] = {
    FUZZ_SEED("\x89PNG\r\n\x1a\n"
              "\0\0\0\x0dIHDR\0\0\0\3\0\0\0\2\x08\0\0\0\0----"
              "\0\0\0\x08IDAT\1abc\4def----"
              "\0\0\0\0IEND----"),
    FUZZ_SEED("\x89PNG\r\n\x1a\n"
              "\0\0\0\x0dIHDR\0\0\0\3\0\0\0\3\4\3\0\0\0----"
              "\0\0\0\3PLTErgb----\0\0\0\2tEXthi----"
              "\0\0\0\6IDAT\3ab\1cd----\0\0\0\3IDAT\2ef----\0\0\0\0IDAT----"
              "\0\0\0\0IEND----"),
    FUZZ_SEED("\x89PNG\r\n\x1a\n"
              "\0\0\0\x0dIHDR\0\0\0\4\0\0\0\1\x10\2\0\0\0----"
              "\0\0\0\x19IDAT\4abcdefghijklmnopqrstuvwx----"
              "\0\0\0\0IEND----"),
    {NULL, 0}};

static void mend(uint8_t *file, size_t size) {
    sm_crc32_tables tables;
    sm_crc32_fill(&tables);
    for (size_t next = 8; next + 12 <= size;) {
        const uint8_t *p = file + next;
        uint32_t length = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        if (length > size - next - 12) return;
        uint32_t value = sm_crc32(&tables, p + 4, (size_t)length + 4);
        next += 12 + (size_t)length;
        for (int i = 0; i < 4; i++) file[next - 4 + i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/* The data as if they were inflated already, where they are as long as the rows. */
static void decode(const sm_png *png, const uint8_t *data) {
    sm_png_layout layout = {.height = png->height,
                            .width = png->width,
                            .bit_depth = png->bit_depth,
                            .channels = sm_png_channels(png->color),
                            .scale = 1};
    sm_fault fault;
    if (sm_png_rows_size(&layout) != png->data_size) return;
    uint8_t *pixels = malloc(2 * layout.height * layout.width * layout.channels);
    sm_machine machine = sm_this_machine();
    if (pixels && sm_png_rows_decode(&layout, machine, data, pixels, &fault) != SM_OK)
        FUZZ_REQUIRE(fault.record >= 0 && fault.record < (int64_t)png->height);
    free(pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sm_png png;
    sm_fault fault;
    uint8_t *file = malloc(size + 1);
    if (!file) return 0;
    if (size > 0) memcpy(file, data, size);
    mend(file, size);
    if (sm_png_parse(file, size, &png, &fault) == SM_OK) {
        FUZZ_REQUIRE(sm_size_is_valid(png.height, png.width));
        FUZZ_REQUIRE(png.data_size > 0 && png.data_start + 12 + png.data_size <= size);
        uint8_t *joined = malloc(png.data_size);
        FUZZ_REQUIRE(joined);
        sm_png_join_data(file, &png, joined);
        decode(&png, joined);
        free(joined);
    } else {
        FUZZ_REQUIRE(fault.offset <= size && (fault.expected || fault.field));
    }
    free(file);
    return 0;
}
