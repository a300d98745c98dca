# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: COCO-shaped JSON into columns that NumPy arrays own. See csrc/coco_reader.h."""

from cpython.buffer cimport PyBuffer_FillInfo
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free

from segmetrics._core.fault cimport check
from segmetrics._core.status cimport SM_OK, SM_PADDING, sm_buffer, sm_fault, sm_status

import numpy as np

SHAPE = np.dtype(
    [("offset", np.uint64), ("length", np.uint32), ("height", np.uint32), ("width", np.uint32),
     ("kind", np.uint16), ("payload", np.uint16)]
)

cdef extern from "window.h" nogil:
    ctypedef struct sm_source:
        const char *memory
        int descriptor
        uint64_t size

cdef extern from "objects.h" nogil:
    ctypedef struct sm_shape:
        uint64_t offset

    ctypedef struct sm_objects:
        size_t n
        int64_t *id
        int64_t *image_id
        int64_t *category_id
        double *score
        double *area
        uint32_t *mask_area
        uint8_t *flags
        sm_shape *shape
        uint8_t *payload
        size_t payload_size

    sm_status sm_objects_append(sm_objects *objects, const sm_objects *more, uint16_t payload) noexcept
    void sm_objects_trim(sm_objects *objects) noexcept

cdef extern from "coco_reader.h" nogil:
    ctypedef enum sm_coco_document:
        SM_COCO_TRUTH
        SM_COCO_RESULTS

    ctypedef enum sm_coco_geometry:
        SM_COCO_MASKS
        SM_COCO_BOXES
        SM_COCO_MEASURED_BOXES

    ctypedef enum sm_coco_place:
        SM_COCO_AT_START
        SM_COCO_IN_RECORDS
        SM_COCO_AT_END

    enum:
        SM_COCO_SEEN_IMAGES
        SM_COCO_SEEN_ANNOTATIONS
        SM_COCO_SEEN_CATEGORIES

    ctypedef struct sm_listing:
        size_t n
        uint32_t *row
        int64_t *category_id
        sm_buffer rows
        sm_buffer category_ids

    ctypedef struct sm_images:
        size_t n
        int64_t *id
        uint32_t *height
        uint32_t *width
        sm_buffer ids
        sm_buffer heights
        sm_buffer widths
        sm_listing negative
        sm_listing not_exhaustive

    ctypedef struct sm_coco_part:
        sm_objects objects
        sm_images images
        uint64_t categories_offset
        uint64_t categories_length
        uint32_t seen
        uint64_t stopped_at
        sm_coco_place place

    sm_status sm_coco_read(sm_source source, sm_coco_document document, sm_coco_geometry geometry,
                           uint64_t begin, uint64_t limit, sm_coco_place place, sm_coco_part *part,
                           sm_fault *fault) noexcept
    sm_status sm_coco_guess_record(sm_source source, uint64_t start, uint64_t *guess,
                                   sm_fault *fault) noexcept
    void sm_coco_part_release(sm_coco_part *part) noexcept


GEOMETRIES = {"masks": SM_COCO_MASKS, "boxes": SM_COCO_BOXES, "measured boxes": SM_COCO_MEASURED_BOXES}


cdef class Memory:
    """A block from malloc, freed with the last array that looks at it."""

    cdef void *data
    cdef Py_ssize_t size

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.data, self.size, 0, flags)

    def __dealloc__(self):
        free(self.data)


cdef adopt(void **data, size_t n, dtype):
    """An array of the n elements at *data, which it owns from now on."""
    cdef Memory memory = Memory()
    memory.data = data[0]
    memory.size = n * dtype.itemsize
    data[0] = NULL
    return np.frombuffer(memory, dtype) if n > 0 else np.empty(0, dtype)


cdef take_payload(sm_objects *objects):
    """The payload of a table and its padding, which the array owns from now on."""
    if objects.payload == NULL:
        return np.zeros(SM_PADDING, np.uint8)
    sm_objects_trim(objects)
    payload = adopt(<void **>&objects.payload, objects.payload_size + SM_PADDING, np.dtype(np.uint8))
    objects.payload_size = 0
    return payload


cdef copy_listing(const sm_listing *listing):
    cdef size_t n = listing.n
    if n == 0:
        return np.empty(0, np.uint32), np.empty(0, np.int64)
    return np.array(<uint32_t[:n]>listing.row), np.array(<int64_t[:n]>listing.category_id)


cdef class Source:
    """Where JSON is read from: a descriptor and its size, or bytes. Neither may change meanwhile."""

    cdef sm_source source
    cdef object kept

    def __init__(self, bytes memory=None, int descriptor=-1, uint64_t size=0):
        self.kept = memory
        self.source.memory = NULL if memory is None else <const char *>memory
        self.source.descriptor = descriptor
        self.source.size = size if memory is None else len(memory)

    @property
    def size(self):
        return self.source.size

    def slice(self, offset, length):
        """Bytes of a source in memory."""
        return self.kept[offset : offset + length]

    def guess_record(self, uint64_t start):
        """Byte offset of a '{' at or after `start` that may start a record, or the size."""
        cdef uint64_t guess
        cdef sm_fault fault
        cdef sm_status status
        with nogil:
            status = sm_coco_guess_record(self.source, start, &guess, &fault)
        check(status, &fault)
        return guess


cdef class Part:
    """A part of a document: read once, appended to, then taken apart."""

    cdef sm_coco_part part
    cdef list later_payloads

    def __cinit__(self):
        self.later_payloads = []

    def __dealloc__(self):
        sm_coco_part_release(&self.part)

    def read(self, Source source, bint results, str geometry, uint64_t begin, uint64_t limit):
        """Read from a record's start at `begin` (or the document's, 0) to the first from `limit` on."""
        cdef sm_coco_document document = SM_COCO_RESULTS if results else SM_COCO_TRUTH
        cdef sm_coco_geometry wanted = GEOMETRIES[geometry]
        cdef sm_coco_place place = SM_COCO_AT_START if begin == 0 else SM_COCO_IN_RECORDS
        cdef sm_fault fault
        cdef sm_status status
        with nogil:
            status = sm_coco_read(source.source, document, wanted, begin, limit, place, &self.part, &fault)
        check(status, &fault)

    def append(self, Part more):
        """Take over the rows of the part that follows, and the images if it has them."""
        cdef sm_status status
        cdef sm_images images
        cdef uint16_t payload = len(self.later_payloads) + 1
        with nogil:
            status = sm_objects_append(&self.part.objects, &more.part.objects, payload)
        if status != SM_OK:
            raise MemoryError
        self.later_payloads.append(take_payload(&more.part.objects))
        if more.part.seen & SM_COCO_SEEN_IMAGES:
            images = self.part.images
            self.part.images = more.part.images
            more.part.images = images
        if more.part.categories_length > 0:
            self.part.categories_offset = more.part.categories_offset
            self.part.categories_length = more.part.categories_length
        self.part.seen |= more.part.seen
        self.part.stopped_at = more.part.stopped_at
        self.part.place = more.part.place
        sm_coco_part_release(&more.part)

    @property
    def n_rows(self):
        return self.part.objects.n

    @property
    def stopped_at(self):
        return self.part.stopped_at

    @property
    def is_at_end(self):
        return self.part.place == SM_COCO_AT_END

    @property
    def seen(self):
        """Names of the root keys that were read."""
        keys = {"images": SM_COCO_SEEN_IMAGES, "annotations": SM_COCO_SEEN_ANNOTATIONS,
                "categories": SM_COCO_SEEN_CATEGORIES}
        return {name for name, bit in keys.items() if self.part.seen & bit}

    @property
    def categories_span(self):
        """Byte offset and length of the value of "categories"."""
        return self.part.categories_offset, self.part.categories_length

    def take_images(self):
        """Ids, heights and widths of the images, and the two listings as (image row, category id)."""
        cdef sm_images *images = &self.part.images
        cdef size_t n = images.n
        if n == 0:
            sides = np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.uint32)
        else:
            sides = (np.array(<int64_t[:n]>images.id), np.array(<uint32_t[:n]>images.height),
                     np.array(<uint32_t[:n]>images.width))
        return *sides, copy_listing(&images.negative), copy_listing(&images.not_exhaustive)

    def take_objects(self):
        """The columns as arrays by name, and the payloads with their padding; no rows are left."""
        cdef sm_objects *objects = &self.part.objects
        cdef size_t n = objects.n
        payloads = (take_payload(objects), *self.later_payloads)
        objects.n = 0
        return {
            "id": adopt(<void **>&objects.id, n, np.dtype(np.int64)),
            "image_id": adopt(<void **>&objects.image_id, n, np.dtype(np.int64)),
            "category_id": adopt(<void **>&objects.category_id, n, np.dtype(np.int64)),
            "score": adopt(<void **>&objects.score, n, np.dtype(np.float64)),
            "area": adopt(<void **>&objects.area, n, np.dtype(np.float64)),
            "mask_area": adopt(<void **>&objects.mask_area, n, np.dtype(np.uint32)),
            "flags": adopt(<void **>&objects.flags, n, np.dtype(np.uint8)),
            "shape": adopt(<void **>&objects.shape, n, SHAPE),
            "payloads": payloads,
        }
