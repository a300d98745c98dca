"""Frameworks are imported when a model is loaded, and one that is not there is one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from segmetrics.errors import PluginError
from segmetrics.plugin import Model
from segmetrics_classic import CANNY
from segmetrics_litert import SEMANTIC as LITERT
from segmetrics_onnx import SEMANTIC as ONNX
from segmetrics_torchvision import SEMANTIC as TORCHVISION
from segmetrics_transformers import SAM, SEMANTIC

PLUGINS = ("classic", "litert", "onnx", "torchvision", "transformers")
FRAMEWORKS = (
    "ai_edge_litert",
    "numpy",
    "onnxruntime",
    "PIL",
    "skimage",
    "torch",
    "torchvision",
    "transformers",
)


@pytest.mark.parametrize(
    ("model", "values", "module", "install"),
    [
        (CANNY, {}, "skimage", "scikit-image"),
        (LITERT, {"classes": "voc"}, "ai_edge_litert.interpreter", "ai-edge-litert"),
        (ONNX, {"classes": "voc"}, "onnxruntime", "onnxruntime"),
        (TORCHVISION, {"network": "fcn_resnet50"}, "torch", r"segmetrics-torchvision\[torch\]"),
        (SEMANTIC, {}, "torch", r"segmetrics-transformers\[torch\]"),
        (SAM, {}, "torch", r"segmetrics-transformers\[torch\]"),
    ],
    ids=lambda value: value.name if isinstance(value, Model) else "",
)
def test_a_framework_that_is_not_there_is_one_line(
    model: Model,
    values: dict[str, object],
    module: str,
    install: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    weights = tmp_path / "weights"
    weights.mkdir() if model in {SEMANTIC, SAM} else weights.touch()
    given = {"weights": weights, **values} if model is not CANNY else values
    with pytest.raises(PluginError, match=rf"^{module} cannot be imported .*: pip install {install}$"):
        model.load(model.complete(given))


def test_models_are_listed_without_their_frameworks() -> None:
    names = ", ".join(f"segmetrics_{plugin}" for plugin in PLUGINS)
    code = f"import sys, {names}; print(*sys.modules.keys() & {set(FRAMEWORKS)})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
