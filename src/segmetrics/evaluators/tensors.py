"""States as bytes: canonical safetensors, with one metadata entry that holds one canonical JSON string."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from segmetrics.errors import InputError

_ENTRY = "segmetrics"
Tensors = dict[str, NDArray[Any]]


def write_state(header: dict[str, Any], tensors: Tensors) -> bytes:
    """The same header and tensors give the same bytes.

    >>> state = write_state({"kind": "example"}, {"counts": np.arange(3)})
    >>> read_state(state, "example")[1]["counts"].tolist()
    [0, 1, 2]
    """
    text = msgspec.json.encode(header, order="sorted").decode()
    whole = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    return safetensors.numpy.save(whole, metadata={_ENTRY: text})


def read_state(data: bytes, kind: str) -> tuple[dict[str, Any], Tensors]:
    """Header and tensors of a state of this kind.

    Raises:
        InputError: The bytes are not one.
    """
    try:
        tensors = safetensors.numpy.load(data)
        length = int.from_bytes(data[:8], "little")
        metadata = msgspec.json.decode(data[8 : 8 + length]).get("__metadata__", {})
        header = msgspec.json.decode(metadata.get(_ENTRY, "{}"), type=dict[str, Any])
    except (safetensors.SafetensorError, msgspec.MsgspecError, ValueError, KeyError) as error:
        raise InputError(f"not a state: {error}") from error
    if header.get("kind") != kind:
        raise InputError(f"a state of kind {header.get('kind')!r}, expected {kind!r}")
    return header, tensors


def pack_keys(keys: NDArray[Any]) -> Tensors:
    """Sample keys as tensors: int64, or UTF-8 text with offsets."""
    if np.issubdtype(keys.dtype, np.integer):
        return {"keys": keys.astype(np.int64)}
    texts = [str(key).encode() for key in keys]
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return {"key_text": np.frombuffer(b"".join(texts), np.uint8), "key_offsets": offsets}


def unpack_keys(tensors: Tensors) -> NDArray[Any]:
    """What `pack_keys` packed.

    Raises:
        InputError: The tensors hold no keys.
    """
    if "keys" in tensors and tensors["keys"].dtype == np.int64 and tensors["keys"].ndim == 1:
        return tensors["keys"]
    try:
        text, offsets = tensors["key_text"].tobytes(), tensors["key_offsets"].tolist()
        keys = [text[start:end].decode() for start, end in pairwise(offsets)]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"the state has no readable keys: {error}") from error
    return np.array(keys, dtype=str) if keys else np.empty(0, np.int64)
