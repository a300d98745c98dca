"""Folders of boundaries that one or several annotators drew, and of predicted ones, opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from segmetrics.plugin.boundaries import AnnotatedImages
from segmetrics.plugin.boundary_job import open_boundaries
from segmetrics.plugin.job import Job, OpenContext
from segmetrics.plugin.plain import SPLIT

TRUTH: Final = ("{key}.mat", "{key}.png", "{key}/{annotator}.png")
MAX_DISTANCE: Final = 0.0075
"""BSDS500's, where no other is given."""

IMAGES: Final = AnnotatedImages(
    drawn="boundaries",
    truth=TRUTH,
    predictions="**/{key}.*",
    splits=(SPLIT,),
    levels=("",),
    max_distance=MAX_DISTANCE,
    image=None,
)


def open_drawn_folders(values: Mapping[str, object], context: OpenContext) -> Job:
    """Find the files as the options of `segmetrics.plugin.plain` say.

    Raises:
        InputError: The folders do not hold what they should.
    """
    return open_boundaries(IMAGES, {**values, "root": values["ground_truth"], "split": SPLIT}, context)
