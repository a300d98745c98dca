"""The BRAVO challenge as a segmetrics plugin."""

from __future__ import annotations

from collections.abc import Iterator

from segmetrics.plugin import Command, Dataset, Format, Metric, Option, hookimpl
from segmetrics.plugin.declared import Deferred, choice
from segmetrics.plugin.label_maps import METRICS
from segmetrics_bravo.submission import bravo_submission

BRAVO = Dataset(
    "bravo",
    "BRAVO challenge: reliability of semantic segmentation of streets, nine subsets, 19 classes",
    task="semantic",
    license="each subset's own; the ground truth is not public",
    source="Vu et al., The BRAVO Semantic Segmentation Challenge Results in UNCV2024, ECCV Workshops 2024",
    version="2024",
    splits=("test",),
    options=(
        Option(
            "ground_truth",
            kind="path",
            required=True,
            help="the truth, bravo_GT.tar or a folder of its files",
        ),
        Option(
            "predictions",
            kind="path",
            required=True,
            help="a submission, a tar archive or a folder, encoded or of PNGs",
        ),
        choice(
            "sampling",
            ("official", "full"),
            "score confidences at the toolkit's samples, or at every pixel that is not void",
        ),
        Option(
            "sampling_archive",
            kind="path",
            help="the samples, bravo_SAMPLING.tar; if not given, they are drawn as those in it were",
        ),
    ),
    open=Deferred("segmetrics_bravo.job:open_bravo"),
    sample=Deferred("segmetrics_bravo.sample:write_sample"),
    url="https://github.com/valeoai/bravo_challenge",
)


@hookimpl
def segmetrics_datasets() -> Iterator[Dataset]:
    """BRAVO's benchmark."""
    yield BRAVO


@hookimpl
def segmetrics_commands() -> Iterator[Command]:
    """What makes and checks submissions."""
    yield Command("bravo-submission", "Write and check submissions to BRAVO", command=bravo_submission)


@hookimpl
def segmetrics_metrics() -> Iterator[Metric]:
    """What it measures."""
    task = "semantic"
    yield from (metric for metric in METRICS if metric.name in ("iou", "iou.mean"))
    yield Metric("bravo.index", "harmonic mean of bravo.semantic and bravo.ood", task=task)
    yield Metric("bravo.semantic", "harmonic mean of all subsets' scores of classes", task=task)
    yield Metric("bravo.ood", "harmonic mean of all out-of-distribution scores", task=task)
    yield Metric("bravo.subset", "harmonic mean of one subset's scores", task=task)
    for score_id, summary, higher_is_better in (
        ("ece", "expected calibration error", False),
        ("auroc", "telling right pixels from wrong ones by confidence: area under ROC", True),
        ("auprc.success", "finding right pixels by confidence: average precision", True),
        ("auprc.error", "finding wrong pixels by doubt: average precision", True),
        ("fpr95", "wrong pixels among those confident enough to hold 95 % of the right ones", False),
        ("auroc.ood", "telling invalid pixels from valid ones by doubt: area under ROC", True),
        ("auprc.ood", "finding invalid pixels by doubt: average precision", True),
        ("fpr95.ood", "valid pixels among those doubtful enough to hold 95 % of the invalid ones", False),
        ("bin.confidence", "mean confidence in a bin of the reliability diagram", True),
        ("bin.accuracy", "share of right pixels in a bin of the reliability diagram", True),
    ):
        yield Metric(score_id, summary, task=task, higher_is_better=higher_is_better)


@hookimpl
def segmetrics_formats() -> Iterator[Format]:
    """What it reads."""
    yield Format("bravo-truth", "BRAVO's ground truth: PNGs of labels and of invalid pixels")
    yield Format("bravo-samples", "BRAVO's samples: delta-coded indices of pixels")
    yield Format("bravo-submission", "a submission to BRAVO: encoded, or PNGs of labels and confidences")
