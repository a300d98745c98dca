"""torchvision's networks, with weights from a file."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.plugin import Predictor
from segmetrics.plugin.image_models import class_names, framework
from segmetrics.plugin.image_networks import Network, network_predictor

_INSTALL = "segmetrics-torchvision[torch]"
_AUXILIARY = "aux_classifier."


def load(values: Mapping[str, object]) -> Predictor:
    """The network, ready to predict."""
    return network_predictor("segmetrics-torchvision", {**values, "channels": "rgb"}, open_network)


def open_network(values: Mapping[str, object]) -> Network:
    """Build the network and give it its weights.

    Raises:
        InputError: The file holds no weights, or those of another network or number of classes.
        PluginError: torch or torchvision is not installed.
    """
    torch = framework("torch", _INSTALL)
    segmentation = framework("torchvision.models.segmentation", _INSTALL)
    path, name = Path(str(values["weights"])), str(values["network"])
    n_classes = len(class_names(str(values["classes"])))
    build = getattr(segmentation, name)
    network = build(weights=None, weights_backbone=None, num_classes=n_classes).eval()
    try:
        network.load_state_dict(_state(torch, path))
    except (RuntimeError, AttributeError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"does not hold weights of {name} of {n_classes} classes: {reason}", file=path
        ) from error

    def run(tensor: NDArray[Any]) -> NDArray[Any]:
        with torch.inference_mode():
            return np.asarray(network(torch.from_numpy(tensor))["out"])

    return Network((1, 3, None, None), np.float32, run)


def _state(torch: Any, path: Path) -> Mapping[str, Any]:  # noqa: ANN401
    """The weights, without those of the head that only training needs."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"holds no weights that torch can read: {reason}", file=path) from error
    return {name: values for name, values in state.items() if not name.startswith(_AUXILIARY)}
