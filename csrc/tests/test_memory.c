#include "memory.h"

#include "check.h"

#include <string.h>

int main(void) {
    sm_buffer buffer = {0};
    CHECK(sm_buffer_reserve(&buffer, 0, 8) == SM_OK);
    CHECK(sm_buffer_reserve(&buffer, 3, 8) == SM_OK);
    CHECK(buffer.capacity >= 24);
    memcpy(buffer.data, "kept while it grows", 20);
    for (size_t n = 4; n < 100000; n *= 3) {
        size_t before = buffer.capacity;
        CHECK(sm_buffer_reserve(&buffer, n, 8) == SM_OK);
        CHECK(buffer.capacity >= 8 * n);
        CHECK(buffer.capacity == before || buffer.capacity >= 2 * before);
        CHECK(memcmp(buffer.data, "kept while it grows", 20) == 0);
    }

    sm_buffer before = buffer;
    CHECK(sm_buffer_reserve(&buffer, SIZE_MAX / 4, 8) == SM_NO_MEMORY);
    CHECK(sm_buffer_reserve(&buffer, SIZE_MAX, 1) == SM_NO_MEMORY);
    CHECK(buffer.data == before.data && buffer.capacity == before.capacity);

    sm_buffer_release(&buffer);
    CHECK(buffer.data == NULL && buffer.capacity == 0);
    sm_buffer_release(&buffer);
    CHECK_SUMMARY();
}
