"""Networks from folders that save_pretrained wrote, run on the processor; nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.plugin import ObjectPrediction, Predictor
from segmetrics.plugin.image_models import framework, revision

_INSTALL = "segmetrics-transformers[torch]"
_UNIVERSAL = ("mask2former", "maskformer", "oneformer", "eomt")


class Pretrained(Predictor):
    """A network and what prepares its images.

    Args:
        values: The options.

    Raises:
        InputError: The folder holds no such network.
        PluginError: torch or transformers is not installed.
    """

    def __init__(self, values: Mapping[str, object]) -> None:
        folder = Path(str(values["weights"]))
        if not folder.is_dir():
            raise InputError("is no folder, expected one that save_pretrained wrote", file=folder)
        self._torch = framework("torch", _INSTALL)
        self._transformers = framework("transformers", _INSTALL)
        self._values = values
        self._config = self._read("AutoConfig", folder)
        self._processor = self._read("AutoImageProcessor", folder)
        self._network = self._read(self._kind(), folder).eval()
        self.revision = revision("segmetrics-transformers", folder)

    def _read(self, kind: str, folder: Path) -> Any:  # noqa: ANN401
        try:
            return getattr(self._transformers, kind).from_pretrained(folder, local_files_only=True)
        except Exception as error:  # of many kinds, some of other libraries
            reason = " ".join(str(error).split())
            raise InputError(f"{kind} cannot read it: {reason}", file=folder) from error

    def _kind(self) -> str:
        """The class that reads such networks."""
        if self._config.model_type in _UNIVERSAL:
            return "AutoModelForUniversalSegmentation"
        return "AutoModelForSemanticSegmentation"

    def _names(self) -> Sequence[str]:
        return [self._config.id2label[index] for index in range(self._config.num_labels)]

    def _outputs(self, image: NDArray[np.uint8]) -> Any:  # noqa: ANN401
        with self._torch.inference_mode():
            return self._network(**self._processor(np.array(image), return_tensors="pt"))


class Semantic(Pretrained):
    """A network that gives every pixel a class, by its own post-processing."""

    def __init__(self, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self.classes = self._names()

    def predict(self, image: NDArray[np.uint8]) -> NDArray[np.int64]:
        """(height, width) int64."""
        (labels,) = self._processor.post_process_semantic_segmentation(
            self._outputs(image), target_sizes=[image.shape[:2]]
        )
        return np.asarray(labels, dtype=np.int64)


class Instance(Pretrained):
    """A network that finds objects, by its own post-processing."""

    def __init__(self, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self.classes = self._names()

    def predict(self, image: NDArray[np.uint8]) -> ObjectPrediction:
        """The objects whose score reaches the threshold."""
        (found,) = self._processor.post_process_instance_segmentation(
            self._outputs(image),
            threshold=self._values["threshold"],
            target_sizes=[image.shape[:2]],
            return_binary_maps=True,
        )
        objects = found["segments_info"]
        masks = np.asarray(found["segmentation"], dtype=bool).reshape(-1, *image.shape[:2])
        return ObjectPrediction(
            masks=masks[: len(objects)],
            classes=np.array([each["label_id"] for each in objects], np.int64),
            scores=np.array([each["score"] for each in objects], np.float64),
        )


class SegmentAnything(Pretrained):
    """SAM's automatic masks; their scores are the IoUs that they promise."""

    classes = ("object",)

    def __init__(self, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self._find = self._transformers.pipeline(
            "mask-generation", model=self._network, image_processor=self._processor, device="cpu"
        )

    def _kind(self) -> str:
        return "AutoModelForMaskGeneration"

    def predict(self, image: NDArray[np.uint8]) -> ObjectPrediction:
        """All masks that are sure and stable enough."""
        pillow = framework("PIL.Image", "pillow")
        found = self._find(
            pillow.fromarray(image),
            points_per_crop=self._values["points"],
            pred_iou_thresh=self._values["iou_threshold"],
            stability_score_thresh=self._values["stability"],
        )
        masks = np.array([np.asarray(mask) for mask in found["masks"]], dtype=bool)
        return ObjectPrediction(
            masks=masks.reshape(-1, *image.shape[:2]),
            classes=np.zeros(len(masks), np.int64),
            scores=np.asarray(found["scores"], dtype=np.float64),
        )
