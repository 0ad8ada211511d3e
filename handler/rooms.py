"""What of the detector the function uses, by the name the detector has here.

In a checkout, in images and in a function's archive the rooms stand side by side (`handler`,
`models`); installed, they lie in `dcf_detect`, so that no folder of a user's own can be taken for
one of them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING or __package__ == "handler":
    from models.ssd.cost import LOOK_MS, Allowance, drawing_ms
    from models.ssd.decoding import Inspected
    from models.ssd.detections import Detections
    from models.ssd.detector import Answer, Detector
    from models.ssd.errors import DetectorError, TruncatedImage
    from models.ssd.formats import PictureFormat, image_format
    from models.ssd.image import MAX_PIXELS_LIMIT
    from models.ssd.profile import (
        DETECTIONS,
        MEASURES,
        MODEL_INFO,
        PICTURES,
        PREFIX,
        Profile,
    )
    from models.ssd.ranges import AUTO, RANGES, TILES, TILES_DEMAND, Range
    from models.ssd.settings import Settings, Tiles
    from models.ssd.tiles import looks_of
else:
    # pylint: disable=relative-beyond-top-level # the other layout is what a checkout shows
    from ..models.ssd.cost import LOOK_MS, Allowance, drawing_ms
    from ..models.ssd.decoding import Inspected
    from ..models.ssd.detections import Detections
    from ..models.ssd.detector import Answer, Detector
    from ..models.ssd.errors import DetectorError, TruncatedImage
    from ..models.ssd.formats import PictureFormat, image_format
    from ..models.ssd.image import MAX_PIXELS_LIMIT
    from ..models.ssd.profile import (
        DETECTIONS,
        MEASURES,
        MODEL_INFO,
        PICTURES,
        PREFIX,
        Profile,
    )
    from ..models.ssd.ranges import AUTO, RANGES, TILES, TILES_DEMAND, Range
    from ..models.ssd.settings import Settings, Tiles
    from ..models.ssd.tiles import looks_of

__all__ = [
    "AUTO",
    "DETECTIONS",
    "LOOK_MS",
    "MAX_PIXELS_LIMIT",
    "MEASURES",
    "MODEL_INFO",
    "PICTURES",
    "PREFIX",
    "RANGES",
    "TILES",
    "TILES_DEMAND",
    "Allowance",
    "Answer",
    "Detections",
    "Detector",
    "DetectorError",
    "Inspected",
    "PictureFormat",
    "Profile",
    "Range",
    "Settings",
    "Tiles",
    "TruncatedImage",
    "drawing_ms",
    "image_format",
    "looks_of",
]
