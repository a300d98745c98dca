"""Files of a data set by the pattern of their paths, and which prediction belongs to which image."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from segmetrics.errors import InputError
from segmetrics.types import Coverage

_TOKEN = re.compile(r"(\*\*/|\*|\{\w+\})")
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Pattern:
    """Paths from a folder: `*` is any part of a name, `**/` any folders or none, `{field}` a part to name.

    >>> labels = Pattern("{split}/*/{key}_labels.png").filled(split="val")
    >>> labels.match("val/bonn/bonn_1_labels.png")
    {'key': 'bonn_1'}
    >>> labels.filled(key="bonn_2").text
    'val/*/bonn_2_labels.png'
    """

    text: str

    def filled(self, **fields: str) -> Pattern:
        """The pattern with these fields known."""
        return Pattern(re.sub(r"\{(\w+)\}", lambda found: fields.get(found[1], found[0]), self.text))

    def match(self, path: str) -> dict[str, str] | None:
        """The fields of a path that fits, None if it does not."""
        if "*" not in self.text and "{" not in self.text:
            return {} if path == self.text else None
        found = re.fullmatch("".join(map(_expression, _TOKEN.split(self.text))), path)
        return None if found is None else found.groupdict()

    def files(self, folder: Path) -> Iterator[str]:
        """Paths, from the folder, of the files that fit; hidden ones do not."""
        for path in folder.glob(re.sub(r"\{\w+\}\*?", "*", self.text)):
            relative = path.relative_to(folder).as_posix()
            if not path.name.startswith(".") and self.match(relative) is not None and path.is_file():
                yield relative


def _expression(token: str) -> str:
    if token.startswith("{"):
        return rf"(?P<{token[1:-1]}>[^/]+)"
    return {"**/": r"(?:.*/)?", "*": r"[^/]*"}.get(token, re.escape(token))


@dataclass(frozen=True)
class TrueMap:
    """The true map of an image, and the fields of its path."""

    path: Path
    fields: Mapping[str, str]

    @property
    def key(self) -> str:
        """What names the image: its subset, if it is in one, and its key."""
        return "/".join(self.fields[name] for name in ("subset", "key") if name in self.fields)


def check_folder(folder: Path, pattern: Pattern) -> None:
    """Raise InputError if it is no folder, so that no files of this pattern can be in it."""
    if not folder.is_dir():
        raise InputError(f"is no folder, expected one with {pattern.text}", file=folder)


def true_maps(root: Path, pattern: Pattern, listing: Path | None) -> list[TrueMap]:
    """The true maps that fit, in order of their keys; with a listing, those of the keys that it lists.

    Raises:
        InputError: There are none, two of one image, or one that is listed is not there or leads elsewhere.
    """
    if listing is not None:
        return [_listed(root, pattern, key, listing) for key in sorted(_keys(listing))]
    found = [TrueMap(root / path, pattern.match(path) or {}) for path in pattern.files(root)]
    if not found:
        raise InputError(f"no ground truth here: expected {pattern.text}, {contents(root)}", file=root)
    found.sort(key=lambda truth: (truth.key, truth.path))
    for truth, following in pairwise(found):
        if truth.key == following.key:
            raise InputError(f"is a second ground truth beside {truth.path}", file=following.path)
    return found


def _keys(listing: Path) -> set[str]:
    try:
        lines = listing.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise InputError(
            f"{error.strerror}: it lists the images of the split; {contents(_nearest(listing))}",
            file=listing,
        ) from error
    keys = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
    if not keys:
        raise InputError("lists no images", file=listing)
    return keys


def _listed(root: Path, pattern: Pattern, key: str, listing: Path) -> TrueMap:
    relative = pattern.filled(key=key).text
    if pattern.match(relative) is None:
        raise InputError(f"lists {key!r}, expected names of images, without folders", file=listing)
    path = root / relative
    if not path.is_file():
        raise InputError(f"no such file, though {listing} lists it; {contents(_nearest(path))}", file=path)
    return TrueMap(path, {"key": key})


@dataclass(frozen=True)
class Matched:
    """Which predictions there are.

    Attributes:
        paths: The one prediction of each image that has one, by key.
        missing: Keys of images without, each with where it was looked for or what was found instead.
        doubled: Predictions of images that have several; none of them is taken.
        extra: Predictions of no image.
    """

    paths: Mapping[str, Path]
    missing: Mapping[str, str]
    doubled: Sequence[Path]
    extra: Sequence[Path]

    @property
    def coverage(self) -> Coverage:
        """What there is to score."""
        dropped = {"extra": len(self.extra), "doubled": len(self.doubled)}
        return Coverage(
            expected=len(self.paths) + len(self.missing),
            scored=len(self.paths),
            missing=len(self.missing),
            dropped={reason: n for reason, n in dropped.items() if n},
        )

    @property
    def first_missing(self) -> str | None:
        """The first image without, and where its prediction was looked for."""
        return next((f"{key} ({why})" for key, why in self.missing.items()), None)

    def warnings(self) -> Iterator[str]:
        """What is not scored."""
        for files, why in (
            (self.doubled, "their images have several"),
            (self.extra, "the split has no such image"),
        ):
            if files:
                what = "1 file is" if len(files) == 1 else f"{len(files)} files are"
                yield f"{what} not scored: {why}, first {files[0]}"


def match_predictions(folder: Path, pattern: Pattern, truths: Sequence[TrueMap]) -> Matched:
    """Look for one prediction of each image.

    Raises:
        InputError: There is no prediction of any of them.
    """
    files = sorted((Path(path).name, path) for path in pattern.files(folder))
    paths: dict[str, Path] = {}
    missing: dict[str, str] = {}
    doubled: list[str] = []
    for truth in truths:
        wanted = pattern.filled(**truth.fields)
        found = list(_fitting(wanted, files))
        if len(found) == 1:
            paths[truth.key] = folder / found[0]
        elif found:
            missing[truth.key] = f"found several: {', '.join(str(folder / path) for path in found)}"
            doubled += found
        else:
            missing[truth.key] = f"looked for {folder / wanted.text}"
    if not paths:
        key, why = next(iter(missing.items()))
        raise InputError(f"no predictions to score here: for {key} {why}; {contents(folder)}", file=folder)
    known = {*doubled, *(path.relative_to(folder).as_posix() for path in paths.values())}
    extra = [folder / path for _, path in files if path not in known]
    return Matched(paths, missing, [folder / path for path in doubled], extra)


def _fitting(wanted: Pattern, files: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The files that fit, among (name, path) in order of name: only names that begin right are looked at."""
    beginning = wanted.text.rpartition("/")[2].partition("*")[0]
    for name, path in islice(files, bisect_left(files, (beginning, "")), None):
        if not name.startswith(beginning):
            return
        if wanted.match(path) is not None:
            yield path


def _nearest(path: Path) -> Path:
    """The innermost folder around a path that is there."""
    return next(folder for folder in path.parents if folder.is_dir())


def contents(folder: Path) -> str:
    """What is in a folder: "found images/, train.txt and 3 more in rivers"."""
    entries = sorted(f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir())
    if not entries:
        return f"found nothing in {folder}"
    more = len(entries) - _MOST_SHOWN
    shown = ", ".join(entries[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return f"found {shown} in {folder}"
