# cython: language_level=3, boundscheck=False, wraparound=False
"""Glue: a failed status of C as an exception. See csrc/status.h."""

from segmetrics._core.status cimport (
    SM_INVALID,
    SM_IO,
    SM_MISSING,
    SM_NO_MEMORY,
    SM_OK,
    SM_SYNTAX,
    SM_TRUNCATED,
    sm_fault,
    sm_status,
)

KINDS = {SM_IO: "io", SM_TRUNCATED: "truncated", SM_SYNTAX: "syntax", SM_INVALID: "invalid",
         SM_MISSING: "missing"}


class Fault(Exception):
    """What C ran into: `kind` and the fields of sm_fault, as Python values."""

    def __init__(self, kind, offset, record, unit, field, expected, found, inside):
        super().__init__(kind, offset, record, unit, field, expected, found, inside)
        self.kind = kind
        self.offset = offset
        self.record = record
        self.unit = unit
        self.field = field
        self.expected = expected
        self.found = found
        self.inside = inside


cdef text(const char *words):
    return None if words == NULL else words.decode("ascii")


cdef object check(sm_status status, const sm_fault *fault):
    """Raise what a status that is not SM_OK says."""
    if status == SM_OK:
        return
    if status == SM_NO_MEMORY:
        raise MemoryError
    raise Fault(KINDS[status], fault.offset, None if fault.record < 0 else fault.record, text(fault.unit),
                text(fault.field), text(fault.expected), fault.found.decode("ascii"), fault.inside != 0)
