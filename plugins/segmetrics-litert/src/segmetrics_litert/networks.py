"""TFLite files as networks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.plugin import Predictor
from segmetrics.plugin.image_models import framework, named_output
from segmetrics.plugin.image_networks import Network, network_predictor


def load(values: Mapping[str, object]) -> Predictor:
    """The network of a file, ready to predict."""
    return network_predictor("segmetrics-litert", values, open_network)


def open_network(values: Mapping[str, object]) -> Network:
    """Open the file of weights.

    Raises:
        InputError: It is no TFLite file, or has no such output.
        PluginError: LiteRT is not installed.
    """
    litert = framework("ai_edge_litert.interpreter", "ai-edge-litert")
    path = Path(str(values["weights"]))
    try:
        interpreter = litert.Interpreter(model_content=path.read_bytes())
        interpreter.allocate_tensors()
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"is no TFLite network that can be opened: {error}", file=path) from error
    (image, *_), outputs = interpreter.get_input_details(), interpreter.get_output_details()
    output = outputs[named_output(values["output"], [each["name"] for each in outputs])]

    def run(tensor: NDArray[Any]) -> NDArray[Any]:
        interpreter.set_tensor(image["index"], tensor)
        interpreter.invoke()
        return _dequantized(interpreter.get_tensor(output["index"]), output["quantization"])

    return Network(tuple(map(int, image["shape"])), image["dtype"], run)


def _dequantized(output: NDArray[Any], quantization: tuple[float, int]) -> NDArray[Any]:
    """Scores that are stored in 8 bits as the numbers that they stand for; maps of classes as they are."""
    step, zero = quantization
    return output if step == 0 else ((output.astype(np.int32) - zero) * np.float32(step))
