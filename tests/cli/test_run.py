"""`segmetrics run` with what a stranger may do wrong: each a line that says what, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from plugin.distributions import install

from segmetrics.cli import app
from segmetrics.records import Record, Store

N = 5

RIVERS = """
from segmetrics.classes import Classes
from segmetrics.plugin import hookimpl
from segmetrics.plugin.label_maps import LabelProtocol, label_map_dataset

@hookimpl
def segmetrics_datasets():
    yield label_map_dataset(
        name="rivers", summary="Rivers", license="CC0", source="A. Sailor", version="1", splits=("val",),
        truth="labels/{split}/{key}.png", image="images/{split}/{key}.png",
        sample=("labels/val/{number}.png",),
        protocols=[LabelProtocol(name="rivers", classes=Classes("land water"))],
    )
"""

SHADES = """
import numpy as np

from segmetrics.plugin import Model, Option, Predictor, hookimpl


class Shades(Predictor):
    revision = "1"
    classes = ("land", "water")
    asked = 0

    def __init__(self, threshold):
        self.threshold = threshold

    def predict(self, image):
        labels = (image[:, :, 0] > self.threshold).astype(int)
        return labels


@hookimpl
def segmetrics_models():
    yield Model("shades", "Shades", task="semantic", load=lambda values: Shades(values["threshold"]),
                options=(Option("threshold", kind="integer", help="where water begins", default=100),))
"""

Invoke = Callable[..., Result]


@pytest.fixture
def site(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for plugins, with the data set and its files beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEGMETRICS_STORE", raising=False)
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "rivers,shades")
    install(site, "rivers", RIVERS)
    for folder in ("images", "labels"):
        (tmp_path / "data" / folder / "val").mkdir(parents=True)
    for number in range(N):
        labels = np.arange(12, dtype=np.uint8).reshape(3, 4) % 2
        Image.fromarray(np.stack([labels * 200] * 3, axis=2)).save(f"data/images/val/{number}.png")
        Image.fromarray(labels).save(f"data/labels/val/{number}.png")
    return site


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def run(*arguments: str) -> Result:
    return invoke("run", "rivers", "--model", "shades", "--root", "data", "--threads", "1", *arguments)


def only_line(result: Result) -> str:
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in result.stderr
    return line


def records() -> list[Record]:
    return sorted(Store("store").records(), key=lambda record: record.id)


def test_options_of_the_model(site: Path) -> None:
    install(site, "shades", SHADES)
    assert run("--set", "threshold=150").exit_code == 0
    (record,) = records()
    assert (record.status, [score.value for score in record.scores if score.id == "iou.mean"]) == ("ok", [1])


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("treshold=3", "error: shades has no option 'treshold'; did you mean threshold?"),
        ("threshold=high", "error: threshold is 'high', expected integer"),
        ("threshold", "error: --set is 'threshold', expected OPTION=VALUE"),
    ],
)
def test_an_option_that_cannot_be_meant(site: Path, setting: str, line: str) -> None:
    install(site, "shades", SHADES)
    result = run("--set", setting)
    assert result.exit_code == 2
    assert only_line(result).startswith(line)
    assert not Path("store").exists()


def test_names_that_are_not_there(site: Path) -> None:
    install(site, "shades", SHADES)
    result = invoke("run", "rivers", "--model", "shade", "--root", "data")
    assert result.exit_code == 2
    assert only_line(result) == 'error: no model "shade"; did you mean shades? (segmetrics models lists 1)'
    result = run("--rot", "data")
    assert result.exit_code == 2
    assert only_line(result).startswith("error: rivers has no option --rot; did you mean --root")


def test_a_model_that_raises_in_the_middle_loses_nothing(site: Path) -> None:
    install(
        site,
        "shades",
        SHADES.replace(
            "        return labels",
            "        self.asked += 1\n        return 1 / 0 if self.asked == 4 else labels",
        ),
    )
    result = run()
    assert result.exit_code == 1
    assert only_line(result) == (
        "error: model shades, image 3 (data/images/val/3.png): ZeroDivisionError: division by zero"
    )
    (failed,) = records()
    assert failed.status == "failed"
    assert failed.error == only_line(result).removeprefix("error: ")
    kept = sorted(path.name for path in Path("store").glob("predictions/*/files/*.png"))
    assert kept == ["0.png", "1.png", "2.png"]
    again = run("--quiet")  # its fourth image is one of those that are left
    assert again.exit_code == 0
    assert [record.status for record in records()] == ["failed", "ok"]


@pytest.mark.parametrize(
    ("gives", "line"),
    [
        ("labels.T", "what it gave is int64 of shape (4, 3), expected integers of shape (3, 4)"),
        ("labels + 1", "what it gave has class 2, expected indices of its 2 classes"),
        ("labels[None]", "what it gave is int64 of shape (1, 3, 4), expected integers of shape (3, 4)"),
    ],
)
def test_a_prediction_of_another_size_or_class(site: Path, gives: str, line: str) -> None:
    install(site, "shades", SHADES.replace("return labels", f"return {gives}"))
    result = run()
    assert result.exit_code == 1
    assert only_line(result) == f"error: model shades, image 0 (data/images/val/0.png): {line}"


def test_a_model_whose_framework_is_not_installed(site: Path) -> None:
    told = "the framework acme is not installed: pip install acme"
    loads = f'raise PluginError("{told}")'
    source = SHADES.replace("self.threshold = threshold", loads)
    install(
        site,
        "shades",
        source.replace("import numpy", "from segmetrics.errors import PluginError\nimport numpy"),
    )
    result = run()
    assert (result.exit_code, only_line(result)) == (1, f"error: {told}")


def test_a_plugin_for_another_major_version(site: Path) -> None:
    install(site, "shades", f"segmetrics_api = 2\n{SHADES}")
    reason = "plugin segmetrics-shades 0.3 was not loaded: it is made for plugin API 2, this segmetrics has 1"
    result = run()
    assert result.exit_code == 2
    assert f"warning: {reason} (segmetrics plugins --check)\n" in result.stderr
    assert only_line(result) == 'error: no model "shades" (segmetrics models lists 0)'
    checked = invoke("plugins", "--check")
    assert (checked.exit_code, checked.stderr) == (1, f"error: {reason}\n")


def test_two_plugins_that_give_one_name(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(site, "shades", SHADES)
    install(site, "shadows", SHADES, version="9")
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "rivers,shades,shadows")
    clash = (
        'error: model "shades" is given by segmetrics-shades 0.3 and segmetrics-shadows 9: '
        "uninstall one or select by SEGMETRICS_PLUGINS"
    )
    result = run()
    assert (result.exit_code, only_line(result)) == (2, clash)
    checked = invoke("plugins", "--check")
    assert (checked.exit_code, checked.stderr) == (1, f"{clash}\n")
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "rivers,shades")
    assert run("--quiet").exit_code == 0


def test_two_distributions_whose_plugins_have_one_name(site: Path) -> None:
    install(site, "shades", SHADES)
    install(site, "shades", SHADES, version="9", distribution="acme-shades")
    result = run()
    assert (result.exit_code, only_line(result)) == (
        2,
        'error: no model "shades" (segmetrics models lists 0)',
    )
    checked = invoke("plugins", "--check")
    assert checked.exit_code == 1
    for plugin, other in (
        ("segmetrics-shades 0.3", "acme-shades 9"),
        ("acme-shades 9", "segmetrics-shades 0.3"),
    ):
        line = f"plugin {plugin} was not loaded: {other} has a plugin named shades too; uninstall one"
        assert f"error: {line}\n" in checked.stderr
