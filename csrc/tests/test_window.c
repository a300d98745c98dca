#include "window.h"

#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 1000003 };

static char text[SIZE];

static int is_padded(const sm_window *window) {
    for (int i = 0; i < SM_PADDING; i++) {
        if (window->end[i] != 0) return 0;
    }
    return 1;
}

/* Reads on to the end, each time keeping the last `kept` bytes. */
static void check_walk(sm_source source, uint64_t from, size_t kept) {
    sm_window window;
    sm_fault fault;
    const char *keep = NULL;
    sm_status status;
    sm_window_open(&window, source, from);
    while ((status = sm_window_more(&window, keep, &fault)) == SM_OK) {
        size_t n = (size_t)(window.end - window.text);
        CHECK(memcmp(window.text, text + window.offset, n) == 0);
        CHECK(is_padded(&window));
        keep = window.end - (n < kept ? n : kept);
        CHECK(sm_window_tell(&window, keep) == window.offset + (n < kept ? 0 : n - kept));
    }
    CHECK(status == SM_TRUNCATED);
    CHECK(sm_window_tell(&window, window.end) == SIZE);
    sm_window_release(&window);
    sm_window_release(&window);
}

static int make_file(void) {
    char name[] = "/tmp/sm_test_window_XXXXXX";
    int descriptor = mkstemp(name);
    CHECK(descriptor >= 0);
    unlink(name);
    CHECK(write(descriptor, text, SIZE) == SIZE);
    return descriptor;
}

static void check_failures_of(int descriptor) {
    sm_window window;
    sm_fault fault;
    sm_window_open(&window, (sm_source){.descriptor = -1, .size = 10}, 0);
    CHECK(sm_window_more(&window, NULL, &fault) == SM_IO);
    CHECK(atoi(fault.found) == EBADF);
    sm_window_release(&window);

    /* A file that became shorter than it said ends there. */
    CHECK(ftruncate(descriptor, 100) == 0);
    sm_window_open(&window, (sm_source){.descriptor = descriptor, .size = SIZE}, 0);
    CHECK(sm_window_more(&window, NULL, &fault) == SM_OK);
    CHECK(sm_window_more(&window, NULL, &fault) == SM_TRUNCATED);
    CHECK(window.end - window.text == 100 && is_padded(&window));
    sm_window_release(&window);
}

int main(void) {
    static const size_t kept[] = {0, 1, 63, 1 << 18, SIZE};
    for (size_t i = 0; i < SIZE; i++) text[i] = (char)(i * 2654435761u >> 13);
    int descriptor = make_file();
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        check_walk((sm_source){.descriptor = descriptor, .size = SIZE}, i * 1000, kept[i]);
        check_walk((sm_source){.memory = text, .size = SIZE}, i * 1000, kept[i]);
    }
    check_walk((sm_source){.memory = text, .size = SIZE}, SIZE, 0);
    check_failures_of(descriptor);
    close(descriptor);
    CHECK_SUMMARY();
}
