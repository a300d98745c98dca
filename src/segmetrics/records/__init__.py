"""The record of a run, the store that keeps records, and their exports (`segmetrics.records.exports`)."""

from segmetrics.records.canonical import digest_of
from segmetrics.records.codec import decode, encode
from segmetrics.records.digest import file_digest, files_digest
from segmetrics.records.environment import describe_code, describe_environment
from segmetrics.records.identity import new_run_id, run_key
from segmetrics.records.index import Index, Row
from segmetrics.records.model import (
    Code,
    Environment,
    Git,
    Record,
    ScoredDataset,
    ScoredModel,
    ScoredPredictions,
    Table,
    Timing,
)
from segmetrics.records.store import Store, StoreWarning, read_record

__all__ = [
    "Code",
    "Environment",
    "Git",
    "Index",
    "Record",
    "Row",
    "ScoredDataset",
    "ScoredModel",
    "ScoredPredictions",
    "Store",
    "StoreWarning",
    "Table",
    "Timing",
    "decode",
    "describe_code",
    "describe_environment",
    "digest_of",
    "encode",
    "file_digest",
    "files_digest",
    "new_run_id",
    "read_record",
    "run_key",
]
