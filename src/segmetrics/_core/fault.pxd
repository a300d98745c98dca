# What every glue module does with a status and a fault.

from segmetrics._core.status cimport sm_fault, sm_status


cdef object check(sm_status status, const sm_fault *fault)
