"""panopticapi: the reference for panoptic quality, on the one core that its own pool would give each process.

`panopticapi-lite` is the same code, packed; panopticapi itself is on no index.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from label_map_driver import measure
from panopticapi.evaluation import pq_compute_single_core


def panoptic(folder: Path) -> Iterator[float]:
    truth = json.loads((folder / "truth.json").read_bytes())
    prediction = json.loads((folder / "prediction.json").read_bytes())
    predicted = {image["image_id"]: image for image in prediction["annotations"]}
    categories = {category["id"]: category for category in truth["categories"]}
    pairs = [(image, predicted[image["image_id"]]) for image in truth["annotations"]]
    stats = pq_compute_single_core(0, pairs, folder / "truth", folder / "prediction", categories)
    everything, _ = stats.pq_average(categories, isthing=None)
    yield from (everything[name] for name in ("pq", "sq", "rq"))


measure("panopticapi-lite", {"panoptic": panoptic})
