"""The typed entries that hooks yield."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from segmetrics.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

    from segmetrics.plugin.job import Job, OpenContext
    from segmetrics.plugin.prediction_forms import ImageSet
    from segmetrics.plugin.predictor import Predictor
    from segmetrics.records import Record
    from segmetrics.types import Unit

OptionKind = Literal["path", "choice", "flag", "integer", "float", "text"]

RUN_OPTIONS = frozenset(
    {"debug", "help", "json", "labels", "model", "notes", "partial", "per_class", "quiet", "set", "store"}
    | {"tag", "threads"}
)
"""Names that `segmetrics score` and `run` keep for themselves, whatever the dataset."""

PREDICTIONS = "predictions"
"""The option that says where predictions are, of every dataset on which models can be run."""

_ENTRY_NAME = re.compile(r"[a-z0-9]+([-._][a-z0-9]+)*")
_CONVERSIONS: dict[str, Callable[[str], object]] = {"path": Path, "integer": int, "float": float}
_OPTION_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def nearest(name: str, known: Mapping[str, object] | frozenset[str]) -> str:
    """A clause naming what was probably meant, or nothing: "; did you mean rivers?"."""
    matches = get_close_matches(name, known, n=2)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""


@dataclass(frozen=True)
class Entry:
    """A named thing a plugin adds.

    Attributes:
        name: Lower-case words joined by hyphens ("coco-2017-instance"); dots part families ("boundary.ap").
        summary: One line for listings, without a full stop.
    """

    name: str
    summary: str

    def __post_init__(self) -> None:
        if not _ENTRY_NAME.fullmatch(self.name):
            kind = type(self).__name__
            raise ValueError(f"{kind} name {self.name!r} is not lower-case words joined by - _ or .")


@dataclass(frozen=True)
class Option:
    """One thing a dataset asks for: a keyword in Python, a flag on the command line.

    A "path" must exist; a "flag" is False unless given. Without a default an option that is not
    required is None.

    >>> split = Option("split", kind="choice", help="which images", choices=("train", "val"), default="val")
    >>> split.flag
    '--split'
    """

    name: str
    kind: OptionKind
    help: str
    default: object = None
    required: bool = False
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _OPTION_NAME.fullmatch(self.name):
            raise ValueError(f"option {self.name!r} is not lower-case words joined by _")
        if self.name in RUN_OPTIONS:
            raise ValueError(f"option {self.name!r} is one that every run has; choose another name")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(f'option {self.name!r}: kind "choice" and choices go together')
        if self.choices and self.default is not None and self.default not in self.choices:
            raise ValueError(f"option {self.name!r}: default {self.default!r} is not one of the choices")
        if self.required and self.default is not None:
            raise ValueError(f"option {self.name!r} is required and has a default")

    @property
    def flag(self) -> str:
        """The option as it is typed."""
        return "--" + self.name.replace("_", "-")

    @property
    def unset(self) -> object:
        """The value when it is not given."""
        return False if self.kind == "flag" and self.default is None else self.default

    def convert(self, value: object) -> object:
        """A value as `open` takes it: text that was read from somewhere becomes what the kind says.

        Raises:
            InputError: It cannot.
        """
        if not isinstance(value, str) or self.kind not in _CONVERSIONS:
            return value
        try:
            return _CONVERSIONS[self.kind](value)
        except ValueError as error:
            raise InputError(f"{self.name} is {value!r}, expected {self.kind}: {error}") from error


@dataclass(frozen=True, kw_only=True)
class Configurable(Entry):
    """An entry that is used with options."""

    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [option.name for option in self.options]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{self.name}: two options are named {name!r}")

    def complete(self, values: Mapping[str, object]) -> dict[str, object]:
        """One value per option: those given, converted, and the defaults.

        Raises:
            InputError: An option is unknown, missing, not among its choices, or not what its kind says.
        """
        known = {option.name: option for option in self.options}
        for name in values:
            if name not in known:
                raise InputError(f"{self.name} has no option {name!r}{nearest(name, known)}")
        for option in self.options:
            self._check(option, values.get(option.name))
        return {option.name: option.convert(values.get(option.name, option.unset)) for option in self.options}

    def _check(self, option: Option, value: object) -> None:
        if value is None and option.required:
            raise InputError(f"{self.name} needs {option.name!r}: {option.help}")
        if value is not None and option.choices and value not in option.choices:
            raise InputError(f"{option.name} is {value!r}, expected one of {', '.join(option.choices)}")


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file that a data set's publisher lets anybody download.

    Attributes:
        url: Where it is.
        part: What it holds, in a word to ask for it by: "annotations", "images".
        digest: The digest that the publisher states, "md5:..." or "sha256:..."; None where none is stated.
        unpack: The form of an archive, to be unpacked where it is put.
        nested: Zip archives inside the archive, by their paths, to be unpacked where they come to lie.
        optional: Whether scoring does without it; then it comes only when asked for.

    >>> RemoteFile(url="https://example.org/rivers.zip", part="annotations", unpack="zip").digest is None
    True
    """

    url: str
    part: str
    digest: str | None = None
    unpack: Literal["zip", "tar"] | None = None
    nested: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class ImageSource:
    """How a benchmark's images are found, for a model to be run on.

    Attributes:
        find: Takes one value per option of the benchmark, but none for `predictions`, and per option here.
            Raises InputError.
        options: What `find` needs besides the benchmark's own options.
    """

    find: Callable[[Mapping[str, object]], ImageSet]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dataset(Configurable):
    """A benchmark that can be scored.

    Attributes:
        task: "instance", "panoptic", "semantic", "boundary", ...
        license: Of the annotations, as their authors state it.
        source: Who made it: a citation or the organisation.
        version: Of the annotations.
        splits: Names of its splits.
        options: What `open` needs; an option named `split` picks among `splits`.
        open: Takes one value per option and gives the job. Raises InputError.
        sample: Writes a few small samples in the real layout into a directory and returns option
            values that score them.
        url: Where to get it.
        images: Where its images are, for `segmetrics run`; an option named `predictions` then says where
            predictions lie.
        files: What `segmetrics download` fetches, where the publisher's terms let anybody; empty otherwise.
        layout: What has to lie where, a line each, for those who fetch it by hand.
        plain: Whether `segmetrics.plugin.plain` made it of paths; its records say so, since no plugin gives
            it.
    """

    task: str
    license: str
    source: str
    version: str
    splits: tuple[str, ...]
    open: Callable[[Mapping[str, object], OpenContext], Job]
    sample: Callable[[Path], Mapping[str, object]] | None = None
    url: str | None = None
    images: ImageSource | None = None
    files: tuple[RemoteFile, ...] = ()
    layout: tuple[str, ...] = ()
    plain: bool = False

    @property
    def options_of_run(self) -> tuple[Option, ...]:
        """What is asked where a model makes the predictions."""
        own = (option for option in self.options if option.name != PREDICTIONS)
        return (*own, *(() if self.images is None else self.images.options))


@dataclass(frozen=True, kw_only=True)
class Metric(Entry):
    """A score id that some evaluator computes; for listing."""

    task: str
    unit: Unit = "fraction"
    higher_is_better: bool = True


@dataclass(frozen=True, kw_only=True)
class Model(Configurable):
    """Something that predicts. It is never asked about metrics.

    Attributes:
        task: Of the benchmarks that it can be run on: "semantic", "boundary" or "instance".
        load: Takes one value per option and gives the predictor. Imports its framework, and raises
            PluginError saying what to install where it is not there.
        license: Of the weights.
        source: Who made it: a citation or the organisation.
        url: Where to get it.
    """

    task: str
    load: Callable[[Mapping[str, object]], Predictor]
    license: str | None = None
    source: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Format(Entry):
    """A file format of predictions or annotations, as `InputFile.format` names it; for listing."""


@dataclass(frozen=True, kw_only=True)
class Exporter(Entry):
    """A text form of a record, for `segmetrics show --format NAME`; a pure function of it."""

    export: Callable[[Record], str]


@dataclass(frozen=True, kw_only=True)
class Command(Entry):
    """A command of the command line, `segmetrics NAME`."""

    command: click.Command
