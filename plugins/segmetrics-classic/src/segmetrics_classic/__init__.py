"""Boundaries by what is in scikit-image, as models of segmetrics: nothing to download, nothing learnt."""

from collections.abc import Iterator

from segmetrics.plugin import Model, Option, hookimpl
from segmetrics.plugin.declared import Deferred

SIGMA = Option("sigma", kind="float", default=2.5, help="smoothing of the image, in pixels")
LEVELS = Option("levels", kind="integer", default=24, help="how many thresholds, evenly spaced")

CANNY = Model(
    "canny",
    "Canny's edges: the share of a sweep of thresholds at which a pixel is one",
    task="boundary",
    options=(
        SIGMA,
        LEVELS,
        Option(
            "highest", kind="float", default=0.6, help="the highest threshold, of gradients of gray 0 to 1"
        ),
        Option("low", kind="float", default=0.4, help="the low threshold, as a share of the high one"),
    ),
    load=Deferred("segmetrics_classic.detectors:Canny"),
    license="none needed: there are no weights",
    source="Canny, A Computational Approach to Edge Detection, PAMI 1986; scikit-image",
    url="https://scikit-image.org",
)

SOBEL = Model(
    "sobel",
    "Sobel's gradient of the smoothed image",
    task="boundary",
    options=(
        Option("sigma", kind="float", default=2.0, help=SIGMA.help),
        Option("highest", kind="float", default=0.17, help="the gradient that counts as a certain boundary"),
    ),
    load=Deferred("segmetrics_classic.detectors:Sobel"),
    license=CANNY.license,
    source="Sobel and Feldman, 1968; scikit-image",
    url=CANNY.url,
)

FELZENSZWALB = Model(
    "felzenszwalb",
    "Felzenszwalb's segments: the share of a sweep of scales at which their boundary is at a pixel",
    task="boundary",
    options=(
        Option("sigma", kind="float", default=0.8, help=SIGMA.help),
        Option("levels", kind="integer", default=8, help="how many scales, evenly spaced in their logarithm"),
        Option("lowest", kind="float", default=50.0, help="the smallest scale"),
        Option("highest", kind="float", default=5000.0, help="the largest scale"),
        Option("min_size", kind="integer", default=50, help="pixels of the smallest segment"),
    ),
    load=Deferred("segmetrics_classic.detectors:Felzenszwalb"),
    license=CANNY.license,
    source="Felzenszwalb and Huttenlocher, Efficient Graph-Based Image Segmentation, IJCV 2004; scikit-image",
    url=CANNY.url,
)

WATERSHED = Model(
    "watershed",
    "Watersheds of the gradient: the share of a sweep of markers at which one is at a pixel",
    task="boundary",
    options=(
        Option("sigma", kind="float", default=2.0, help=SIGMA.help),
        Option("levels", kind="integer", default=8, help="how many numbers of markers, as for scales"),
        Option("lowest", kind="float", default=8.0, help="the fewest markers"),
        Option("highest", kind="float", default=512.0, help="the most markers"),
    ),
    load=Deferred("segmetrics_classic.detectors:Watershed"),
    license=CANNY.license,
    source="Neubert and Protzel, Compact Watershed and Preemptive SLIC, ICPR 2014; scikit-image",
    url=CANNY.url,
)


@hookimpl
def segmetrics_models() -> Iterator[Model]:
    """The detectors."""
    yield CANNY
    yield SOBEL
    yield FELZENSZWALB
    yield WATERSHED
