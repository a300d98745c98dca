"""Made-up files of BRAVO for its tests: archives, PNGs, and whole submissions."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmetrics_bravo.encoding import encoded
from segmetrics_bravo.sampling import drawn
from segmetrics_bravo.subsets import ENCODED, SAMPLES, SUBSETS
from segmetrics_bravo.zstandard_frame import compressed

HEIGHT, WIDTH = 6, 8

Files = dict[str, bytes]


def png(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def pack(path: Path, files: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def sample_list(samples: NDArray[Any]) -> bytes:
    """As `sampling.decoded` decodes it, of steps below 256."""
    head = len(samples).to_bytes(3, "little") + int(samples[0]).to_bytes(3, "little")
    return compressed(head + np.diff(samples).astype(np.uint8).tobytes())


class MadeUp:
    """One image of every subset: its truth, samples, and predictions encoded and as PNGs."""

    def __init__(self) -> None:
        random = np.random.default_rng(5)
        self.truth: Files = {}
        self.samples: Files = {}
        self.encoded: Files = {}
        self.pngs: Files = {}
        for subset in SUBSETS.values():
            key = f"{subset.folder}made/1"
            labels = random.choice([0, 1, 18, 255], (HEIGHT, WIDTH), p=[0.4, 0.3, 0.2, 0.1]).astype(np.uint8)
            invalid = 255 * (random.random((HEIGHT, WIDTH)) < 0.2 * subset.has_ood).astype(np.uint8)
            predicted = np.where(random.random((HEIGHT, WIDTH)) < 0.7, labels % 255, 5).astype(np.uint8)
            confidence = random.integers(0, 65536, (HEIGHT, WIDTH), np.uint16)
            samples = drawn(labels)
            self.truth |= {f"{key}{subset.truth}": png(labels), f"{key}{subset.invalid}": png(invalid)}
            self.samples[key + SAMPLES] = sample_list(samples)
            self.encoded[key + ENCODED] = encoded(predicted, confidence.ravel()[samples])
            self.pngs[f"{key}{subset.prediction}_pred.png"] = png(predicted)
            self.pngs[f"{key}{subset.prediction}_conf.png"] = png(confidence)
