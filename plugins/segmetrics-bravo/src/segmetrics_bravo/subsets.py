"""The nine subsets of BRAVO: which files are of which, and what is scored on each."""

from __future__ import annotations

from dataclasses import dataclass

ENCODED = "_encoded.bin"
SAMPLES = "_samples.bin"


@dataclass(frozen=True)
class Subset:
    """One subset.

    Attributes:
        name: As the toolkit calls it.
        folder: Where its files lie in each archive.
        truth: How names of true maps end.
        invalid: How names of maps of invalid pixels end.
        prediction: What stands between an image's key and "_pred.png" or "_conf.png".
        has_classes: Whether predicted classes are scored.
        has_ood: Whether confidences on invalid pixels are.
    """

    name: str
    folder: str
    truth: str = "_gt_labelTrainIds.png"
    invalid: str = "_gt_invIds.png"
    prediction: str = "_leftImg8bit"
    has_classes: bool = True
    has_ood: bool = False


SUBSETS = {
    subset.name: subset
    for subset in (
        Subset("ACDCfog", "bravo_ACDC/fog/", prediction="_rgb_anon"),
        Subset("ACDCrain", "bravo_ACDC/rain/", prediction="_rgb_anon"),
        Subset("ACDCnight", "bravo_ACDC/night/", prediction="_rgb_anon"),
        Subset("ACDCsnow", "bravo_ACDC/snow/", prediction="_rgb_anon"),
        Subset("synrain", "bravo_synrain/"),
        Subset(
            "SMIYC",
            "bravo_SMIYC/",
            truth="_labels_semantic_fake.png",
            invalid="_labels_semantic.png",
            prediction="",
            has_classes=False,
            has_ood=True,
        ),
        Subset(
            "synobjs", "bravo_synobjs/", truth="_gt.png", invalid="_mask.png", prediction="", has_ood=True
        ),
        Subset("synflare", "bravo_synflare/"),
        Subset("outofcontext", "bravo_outofcontext/"),
    )
}
"""The subsets by name, in the toolkit's order."""


def subset_of(name: str) -> Subset | None:
    """The subset of an image's key, or of a file; None where it is of none.

    >>> subset_of("bravo_ACDC/fog/test/GOPR0475/GOPR0475_frame_000247").name
    'ACDCfog'
    """
    return next((subset for subset in SUBSETS.values() if name.startswith(subset.folder)), None)
