#include "matching.h"

#include <string.h>

enum { NOTHING = -1 };

/*
 * The free candidate of highest IoU >= threshold among those whose `ignored` is as asked; NOTHING
 * if there is none. `bit` tells for which threshold objects are free.
 */
static int64_t best(const sm_matching *m, const sm_seeker *seeker, double threshold, uint64_t bit,
                    const uint64_t *taken, const uint8_t *ignored, int ask) {
    const sm_candidate *candidates = m->candidates + seeker->first;
    int64_t found = NOTHING;
    for (uint32_t i = 0; i < seeker->n; i++) {
        uint32_t truth = candidates[i].truth;
        if ((ignored[truth] != 0) != ask) continue;
        if ((taken[truth] & bit) && !m->crowd[truth]) continue;
        if (candidates[i].iou < threshold) continue;
        threshold = candidates[i].iou;
        found = truth;
    }
    return found;
}

void sm_match(const sm_matching *m, const uint8_t *ignored, uint64_t *taken, sm_outcome *outcome,
              size_t stride) {
    memset(taken, 0, m->n_truths * sizeof *taken);
    for (size_t i = 0; i < m->n_seekers; i++) {
        const sm_seeker *seeker = &m->seekers[i];
        sm_outcome result = {0, 0};
        for (size_t t = 0; t < m->n_thresholds; t++) {
            uint64_t bit = (uint64_t)1 << t;
            int64_t truth = best(m, seeker, m->thresholds[t], bit, taken, ignored, 0);
            int is_ignored = truth == NOTHING;
            if (is_ignored) truth = best(m, seeker, m->thresholds[t], bit, taken, ignored, 1);
            if (truth == NOTHING) continue;
            taken[truth] |= bit;
            if (is_ignored) {
                result.ignored |= bit;
            } else if (!m->unnamed[truth]) {
                result.matched |= bit;
            }
        }
        outcome[i * stride] = result;
    }
}
