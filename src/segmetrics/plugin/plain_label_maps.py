"""Two folders of label maps, opened with a table of classes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from segmetrics.errors import InputError
from segmetrics.plugin.job import Job, OpenContext
from segmetrics.plugin.label_map_job import open_label_maps
from segmetrics.plugin.label_maps import Coding, LabelMaps, LabelProtocol
from segmetrics.plugin.plain import SPLIT
from segmetrics.readers.class_table import read_class_table

PATTERN: Final = "**/{key}.png"


def open_label_folders(values: Mapping[str, object], context: OpenContext) -> Job:
    """Find the files as the options of `segmetrics.plugin.plain` say.

    Raises:
        InputError: The table of classes is none, or the folders do not hold what they should.
    """
    ignore, others = (_numbers(option, values[option]) for option in ("ignore", "others"))
    classes = read_class_table(Path(str(values["classes"])), ignore=ignore, others=others)
    maps = LabelMaps(
        truth=PATTERN,
        predictions=PATTERN,
        image=None,
        splits=(SPLIT,),
        listing=None,
        protocols={"semantic": LabelProtocol(name="semantic", classes=classes)},
        codings={"truth": Coding(name="truth")},
        subsets=(),
        sample=(),
    )
    paths = {"root": values["ground_truth"], "predictions": values["predictions"], "split": SPLIT}
    return open_label_maps(maps, paths, context)


def _numbers(option: str, text: object) -> tuple[int, ...]:
    parts = [] if text is None else str(text).split(",")
    if not all(part.strip().isdecimal() for part in parts):
        raise InputError(f'{option} is {text!r}, expected whole numbers separated by commas: "0,255"')
    return tuple(int(part) for part in parts)
