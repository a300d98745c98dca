/*
 * joint_counts.h - how often each pair of 8-bit labels occurs at one pixel of two label maps.
 *
 * Definition. counts[t][p] = number of pixels where the truth is labelled t and the prediction p.
 * Labels are the stored bytes; remapping, ignoring and grouping them are sums over the table. The
 * counts of many images are the sums of their tables, so every confusion matrix comes from here.
 *
 * Units: pixels. Limits: none; counts are 64 bits. Ownership: all memory is the caller's; `scratch`
 * is reused between calls. Complexity: O(n), 64 pixels a step where neighbours are alike.
 */
#ifndef SM_JOINT_COUNTS_H
#define SM_JOINT_COUNTS_H

#include "machine.h"
#include "memory.h"

enum { SM_LABELS = 256 };

/*
 * Adds the pairs of n_pixels pixels to `counts`, on this `machine` or as on any. On SM_NO_MEMORY,
 * possible on noisy maps only, `counts` holds a part of them and should be thrown away.
 */
sm_status sm_joint_counts(const uint8_t *truth, const uint8_t *prediction, size_t n_pixels,
                          uint64_t counts[SM_LABELS][SM_LABELS], sm_machine machine,
                          sm_buffer *scratch);

#endif
