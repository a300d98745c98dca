"""The class table of a label-map benchmark: which stored values are which class, and which are none."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, init=False)
class Classes:
    """The classes of label maps, in the order in which they are reported.

    A value that is none of `ids`, `others` and `ignore` may not occur in a map. Where the truth is not a
    class, a pixel is not scored.

    Args:
        names: One for each class; a string is split at white space.
        ids: Stored value of each class; None for 0, 1, ... in order.
        ignore: Truth values, one or several, of pixels that are not scored; at scored pixels no prediction
            may have them.
        others: Values that are legal in maps but no scored class. In the truth such a pixel is not scored; as
            a prediction it is a miss of the truth's class and a false positive of nobody.
        categories: Category of each class, where classes are grouped.
        things: Whether each class has countable objects.

    Raises:
        ValueError: There is no class, a name or value occurs twice, or a list has another length than
            `names`.

    >>> rivers = Classes("land water bridge", ignore=255)
    >>> rivers.names, rivers.ids, rivers.ignore
    (('land', 'water', 'bridge'), (0, 1, 2), (255,))
    >>> streets = Classes(
    ...     "road car", ids=(7, 26), others=(0, 29), categories="flat vehicle".split(), things=(False, True)
    ... )
    >>> streets.values, len(streets)
    ((7, 26, 0, 29), 2)
    """

    names: tuple[str, ...]
    ids: tuple[int, ...]
    ignore: tuple[int, ...]
    others: tuple[int, ...]
    categories: tuple[str, ...] | None
    things: tuple[bool, ...] | None

    def __init__(
        self,
        names: str | Iterable[str],
        *,
        ids: Iterable[int] | None = None,
        ignore: int | Iterable[int] = (),
        others: Iterable[int] = (),
        categories: Iterable[str] | None = None,
        things: Iterable[bool] | None = None,
    ) -> None:
        names = tuple(names.split() if isinstance(names, str) else names)
        columns: dict[str, object] = {
            "names": names,
            "ids": tuple(range(len(names)) if ids is None else ids),
            "ignore": (ignore,) if isinstance(ignore, int) else tuple(ignore),
            "others": tuple(others),
            "categories": None if categories is None else tuple(categories),
            "things": None if things is None else tuple(things),
        }
        for name, column in columns.items():
            object.__setattr__(self, name, column)
        self._check()

    def _check(self) -> None:
        if not self.names:
            raise ValueError("a class table needs at least one class")
        for name in ("ids", "categories", "things"):
            column = getattr(self, name)
            if column is not None and len(column) != len(self.names):
                raise ValueError(f"{len(column)} {name} for {len(self.names)} classes, expected one each")
        for what, column in (("class name", self.names), ("value", self.values)):
            if len(set(column)) < len(column):
                raise ValueError(f"the {what} {_first_repeated(column)!r} occurs twice in a class table")

    def __len__(self) -> int:
        """How many classes there are."""
        return len(self.names)

    @property
    def values(self) -> tuple[int, ...]:
        """Every value that may occur in a truth: of the classes, of no class, and those ignored."""
        return self.ids + self.others + self.ignore

    @property
    def category_names(self) -> tuple[str, ...]:
        """The categories, in the order of their first class; empty where classes are not grouped."""
        return tuple(dict.fromkeys(self.categories or ()))


def _first_repeated(values: Sequence[Hashable]) -> Hashable:
    return next(value for i, value in enumerate(values) if value in values[:i])
