"""ONNX files as networks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.plugin import Predictor
from segmetrics.plugin.image_models import framework, named_output
from segmetrics.plugin.image_networks import Network, network_predictor

_DTYPES: Final = {"tensor(uint8)": np.uint8, "tensor(float)": np.float32, "tensor(float16)": np.float16}


def load(values: Mapping[str, object]) -> Predictor:
    """The network of a file, ready to predict."""
    return network_predictor("segmetrics-onnx", values, open_network)


def open_network(values: Mapping[str, object]) -> Network:
    """Open the file of weights.

    Raises:
        InputError: It is no ONNX file, has no such output, or takes something else than an image.
        PluginError: ONNX Runtime is not installed.
    """
    onnxruntime = framework("onnxruntime", "onnxruntime")
    path = Path(str(values["weights"]))
    try:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    except Exception as error:  # its own exceptions have no public base
        raise InputError(f"is no ONNX network that can be opened: {error}", file=path) from error
    (image, *_), outputs = session.get_inputs(), [output.name for output in session.get_outputs()]
    if image.type not in _DTYPES:
        raise InputError(f"its input is {image.type}, expected {', '.join(_DTYPES)}", file=path)
    output = outputs[named_output(values["output"], outputs)]

    def run(tensor: NDArray[Any]) -> NDArray[Any]:
        (given,) = session.run([output], {image.name: tensor})
        return np.asarray(given)

    shape = tuple(n if isinstance(n, int) else None for n in image.shape)
    return Network(shape, _DTYPES[image.type], run)
