"""Objects followed through videos: J, F and J&F, as the DAVIS challenges measure them.

Source: davis2017-evaluation ac7c43f, semi-supervised; see `segmetrics.video_objects`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.contours import TOLERANCE, contour_radius
from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import Column, ImageRows, Table
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.types import Key, OverValue, Protocol, Score, Scores
from segmetrics.video_objects import Statistics, measure_objects, statistics

REFERENCE = "davis2017-evaluation ac7c43f"

VIDEO_OBJECT_TABLE: Final = Table(
    {"objects_per_sequence": Column(np.uint32)},
    {
        "objects_per_sequence": Table(
            {"frames_per_object": Column(np.uint32)},
            {"frames_per_object": Table({"measures": Column(np.float64, (2,))})},
        )
    },
)
"""The columns of `VideoObjectRows`."""


@dataclass(frozen=True, eq=False)
class VideoObjectRows(ImageRows):
    """What was measured of the objects of some sequences, in the order of their keys.

    Attributes:
        objects_per_sequence: (n,) uint32.
        frames_per_object: (o,) uint32, at least 1; by sequence, then label.
        measures: (f, 2) float64: J and F of each object in each frame, fractions; by object, then frame.
    """

    objects_per_sequence: NDArray[np.uint32]
    frames_per_object: NDArray[np.uint32]
    measures: NDArray[np.float64]

    def check(self) -> None:
        """Raise InputError if something computed from these rows could go astray."""
        if not self.frames_per_object.all():
            raise InputError("an object was measured in no frame")
        if not np.all((self.measures >= 0) & (self.measures <= 1)):
            raise InputError("a measure is no fraction")

    def statistics(self) -> Iterator[tuple[str, Statistics, Statistics]]:
        """Name of each object, "sequence_label", and the statistics of its J and F."""
        names = [
            f"{key}_{label}"
            for key, n in zip(self.keys.tolist(), self.objects_per_sequence.tolist(), strict=True)
            for label in range(1, n + 1)
        ]
        ends = np.cumsum(self.frames_per_object, dtype=np.int64).tolist()
        for name, start, end in zip(names, [0, *ends], ends, strict=False):
            similarity, accuracy = self.measures[start:end].T
            yield name, statistics(similarity), statistics(accuracy)


class VideoObjectEvaluator(RowEvaluator[VideoObjectRows]):
    """Region similarity J, contour accuracy F and their mean, of objects given in the first frame.

    Args:
        tolerance: How far contours may be apart; see `segmetrics.contours.contour_radius`.
        keys_from: The first key for sequences that come without; None starts at 0, and then the state does
            not merge with another that numbered its own sequences.

    A batch is, for each side, a list of sequences, as `segmetrics.video_objects.measure_objects` takes them.

    >>> frames = np.repeat(np.kron([[1, 0], [0, 2]], np.ones((8, 8), np.uint8))[np.newaxis], 6, axis=0)
    >>> evaluator = VideoObjectEvaluator()
    >>> evaluator.update([frames], [np.where(frames == 1, 1, 0)], keys=["boats"])
    >>> scores = evaluator.compute()
    >>> scores["jf"], scores["j.recall"], scores.value("f.mean", object="boats_2")
    (0.5, 0.5, 0.0)
    """

    kind = "segmetrics.video_objects.1"

    def __init__(self, *, tolerance: float = TOLERANCE, keys_from: int | None = None) -> None:
        contour_radius(1, 1, tolerance=tolerance)
        self._tolerance = tolerance
        protocol = Protocol(
            name="davis-video-objects",
            version="1",
            parity="official",
            reference=REFERENCE,
            params={"tolerance": tolerance},
        )
        super().__init__(protocol, VideoObjectRows.empty(VIDEO_OBJECT_TABLE), keys_from=keys_from)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of sequences.

        Args:
            truth: The annotated sequences.
            prediction: The same sequences as predicted.
            keys: Their keys, which name objects in scores; None numbers them from `keys_from` on.

        Raises:
            InputError: As `measure_objects`.
            MergeError: A sequence was seen before.
        """
        n = len(truth)
        if len(prediction) != n:
            raise InputError(f"{n} sequences have annotations, found {len(prediction)} with predictions")
        chosen = self._keys.choose(keys, n)
        rows = [self._evaluate(key, *sides) for key, *sides in zip(chosen, truth, prediction, strict=True)]
        empty = VideoObjectRows.empty(VIDEO_OBJECT_TABLE)
        self._add(VideoObjectRows.join([empty, *rows]), numbered=keys is None)

    def _evaluate(self, key: Key, truth: Any, prediction: Any) -> VideoObjectRows:  # noqa: ANN401
        try:
            measured = measure_objects(truth, prediction, tolerance=self._tolerance)
        except InputError as error:
            place = ", ".join(part for part in (f"sequence {key}", error.place) if part)
            raise InputError(error.message, place=place) from error
        n_objects, n_frames = measured.similarity.shape
        return VideoObjectRows(
            VIDEO_OBJECT_TABLE,
            np.array([key]),
            objects_per_sequence=np.array([n_objects], np.uint32),
            frames_per_object=np.full(n_objects, n_frames, np.uint32),
            measures=np.stack([measured.similarity.ravel(), measured.accuracy.ravel()], axis=1),
        )

    def compute(self) -> Scores:
        """J&F, and mean, recall and decay of J and of F: over objects, and of each object."""
        names, similarities, accuracies = [], [], []
        for name, similarity, accuracy in self._rows().statistics():
            names.append(name)
            similarities.append(similarity)
            accuracies.append(accuracy)
        values = np.array([similarities, accuracies], np.float64).reshape(2, -1, 3)
        overall = values.mean(axis=1) if names else None
        scores = [*_scores(overall, {}, len(names))]
        for k, name in enumerate(names):
            scores += _scores(values[:, k], {"object": name}, None)
        return Scores(scores)

    def _described(self) -> dict[str, object]:
        return {}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, _described: Mapping[str, Any]) -> Self:
        return cls(tolerance=msgspec.convert(protocol.params["tolerance"], float))

    def _check(self, rows: VideoObjectRows) -> None:
        rows.check()


def _scores(values: NDArray[np.float64] | None, over: dict[str, OverValue], n: int | None) -> Iterator[Score]:
    """J&F, then the statistics of both; values are (2, 3)."""
    yield Score(id="jf", value=None if values is None else float(values[:, 0].mean()), over=over, n=n)
    for i, measure in enumerate("jf"):
        for k, name in enumerate(Statistics._fields):
            value = None if values is None else float(values[i, k])
            is_decay = name == "decay"
            yield Score(
                id=f"{measure}.{name}",
                value=value,
                over=over,
                n=n,
                higher_is_better=not is_decay,
                range=(-1.0, 1.0) if is_decay else (0.0, 1.0),
            )
