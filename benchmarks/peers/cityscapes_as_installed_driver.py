"""cityscapesScripts without its C extension, as a plain installation leaves it."""

import cityscapesscripts.evaluation.evalPixelLevelSemanticLabeling as evaluation  # noqa: N813  # no class
from cityscapes_driver import street_objects
from label_map_driver import measure

evaluation.CSUPPORT = False
measure("cityscapesscripts", {"street-objects": street_objects})
