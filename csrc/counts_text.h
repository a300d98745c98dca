/*
 * counts_text.h - COCO's string form of counts ("compressed RLE").
 *
 * Definition. The counts c[0], c[1], ... of a mask (see runs.h) are written as differences: d[i] =
 * c[i] for i <= 2, d[i] = c[i] - c[i - 2] after. Each d is cut into 5-bit groups, lowest first, in
 * two's complement; a group is written as the character 48 + bits, plus 32 if more groups follow.
 * The last group's top bit (16) is the sign. So characters lie in '0'..'o', one of them a backslash
 * (escaped in JSON; here already unescaped).
 *
 * Source. Must agree with rleToString and rleFrString of pycocotools 2.0.11 (maskApi.c).
 */
#ifndef SM_COUNTS_TEXT_H
#define SM_COUNTS_TEXT_H

#include "runs.h"

/*
 * Checks a text and adds up its foreground, without writing runs. The checks are those of
 * sm_counts_text_decode, which may then be trusted to succeed. `text` must be followed by
 * SM_PADDING readable bytes.
 */
sm_status sm_counts_text_measure(const char *text, size_t length, uint32_t n_pixels, uint32_t *area,
                                 sm_fault *fault);

/*
 * Decodes to canonical runs. `runs` must hold length / 2 + 1; `text` must be followed by SM_PADDING
 * readable bytes.
 *
 * SM_INVALID, with fault->offset the character's index (or `length` where only the whole is wrong):
 * a character outside '0'..'o', a text that ends inside a number, a number longer than 7 groups, a
 * negative count, counts that do not add up to exactly n_pixels, 2^32 characters or more.
 */
sm_status sm_counts_text_decode(const char *text, size_t length, uint32_t n_pixels, sm_run *runs,
                                size_t *n_runs, sm_fault *fault);

/* Upper bound on the characters sm_counts_text_encode writes for n runs: 7 * (2 * n + 1). */
size_t sm_counts_text_bound(size_t n);

/* Encodes canonical runs; returns the number of characters written (no terminating NUL). */
size_t sm_counts_text_encode(const sm_run *runs, size_t n, uint32_t n_pixels, char *text);

#endif
