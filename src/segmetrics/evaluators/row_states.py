"""States that are rows of images: how they grow, merge, and travel as bytes.

An evaluator keeps what it measured of each image as rows (`ImageRows`), and perhaps sums over all images. It
says what its rows are and how it is made anew from the header of its bytes. The rest is here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, Self, TypeVar

import msgspec

from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.base import Evaluator
from segmetrics.evaluators.image_rows import ImageRows, check_shape, tensor_of
from segmetrics.evaluators.sample_keys import SampleKeys
from segmetrics.evaluators.tensors import Tensors, read_state, write_state
from segmetrics.types import Key, Protocol

Rows = TypeVar("Rows", bound=ImageRows)


class RowEvaluator(Evaluator, Generic[Rows]):
    """An evaluator whose state is rows of images, and perhaps sums over all of them.

    A subclass names its `kind`, gives its protocol and empty rows, and defines `update`, `compute`,
    `_described`, `_rebuilt` and `_check`.

    Args:
        protocol: How it measures.
        empty: Rows of no images.
        sums: Arrays of integers, all 0, that are added where states merge, by name.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.
    """

    kind: ClassVar[str]
    """What the bytes of a state are called, and the version of their form."""

    def __init__(
        self, protocol: Protocol, empty: Rows, *, sums: Tensors | None = None, keys_from: int | None = None
    ) -> None:
        self._protocol = protocol
        self._keys = SampleKeys(keys_from)
        self._sums = sums or {}
        self._blocks = [empty]

    @property
    def protocol(self) -> Protocol:
        """How this evaluator measures."""
        return self._protocol

    @property
    def keys(self) -> Sequence[Key]:
        """Keys of the images seen so far, ordered."""
        return self._keys.ordered()

    @abstractmethod
    def _described(self) -> dict[str, object]:
        """What besides the protocol states must share to merge, in JSON's types, under the words for it."""

    @classmethod
    @abstractmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:
        """An empty evaluator of this protocol and what `_described` gave.

        Raises:
            KeyError, TypeError, ValueError, OverflowError: There is none.
        """

    @abstractmethod
    def _check(self, rows: Rows) -> None:
        """Raise InputError if something computed from these rows and the sums could go astray.

        Dtypes and shapes were checked before.
        """

    def _add(self, rows: Rows, *, numbered: bool) -> None:
        """Add images whose keys were chosen; `numbered` tells that they came without."""
        self._keys.add(rows.keys.tolist(), numbered=numbered)
        self._blocks.append(rows)

    def _rows(self) -> Rows:
        """Everything seen so far, ordered by image."""
        self._blocks = [type(self._blocks[0]).join(self._blocks)]
        return self._blocks[0]

    def merge(self, other: Self) -> None:
        """Add another state's images to this one.

        Raises:
            MergeError: The protocols or tables of classes differ, or an image is in both.
        """
        if self._protocol != other._protocol:
            raise MergeError(f"states of different protocols: {self._protocol} and {other._protocol}")
        others = other._described()
        for name, value in self._described().items():
            if others[name] != value:
                raise MergeError(f"states of different {name}")
        self._keys.join(other._keys)
        for name, total in other._sums.items():
            self._sums[name] += total
        self._blocks.append(other._rows())

    def to_bytes(self) -> bytes:
        """The state as canonical safetensors."""
        header = {
            "kind": self.kind,
            "protocol": msgspec.to_builtins(self._protocol),
            "numbers_itself": self._keys.numbered_from_zero,
        }
        return write_state(header | self._described(), self._packed_sums() | self._rows().to_tensors())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The state that `to_bytes` wrote.

        Raises:
            InputError: The bytes are not such a state.
        """
        header, tensors = read_state(data, cls.kind)
        evaluator = cls._of_header(header)
        evaluator._restore(tensors, numbered=header.get("numbers_itself") is True)  # noqa: SLF001
        return evaluator

    @classmethod
    def _of_header(cls, header: Mapping[str, Any]) -> Self:
        """An empty evaluator that measures as a state's header says."""
        try:
            protocol = msgspec.convert(header["protocol"], Protocol)
            evaluator = cls._rebuilt(protocol, header)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InputError(f"not a state of {cls.__name__}: {error}") from error
        if evaluator.protocol != protocol:
            raise InputError(f"a state of protocol {protocol}, expected {evaluator.protocol}")
        return evaluator

    def _restore(self, tensors: Tensors, *, numbered: bool) -> None:
        self._sums = self._unpacked_sums(tensors)
        empty = self._blocks[0]
        rows = type(empty).from_tensors(empty.table, tensors)
        self._check(rows)
        self._add(rows, numbered=numbered)

    def _packed_sums(self) -> Tensors:
        """The sums as tensors. A subclass whose sums are mostly 0 may have a shorter form."""
        return self._sums

    def _unpacked_sums(self, tensors: Tensors) -> Tensors:
        """What `_packed_sums` packed.

        Raises:
            InputError: A tensor is missing, or of another dtype or shape.
        """
        sums = {}
        for name, total in self._sums.items():
            found = tensor_of(tensors, name, total.dtype)
            check_shape(name, found, total.shape)
            sums[name] = total + found
        return sums
