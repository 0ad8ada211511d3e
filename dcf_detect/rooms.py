"""What of the detector's room the library uses, by the name the room has here.

In a checkout and in images the rooms stand beside `dcf_detect`, installed they lie in it. Python
finds them by the second name in both places (`dcf_detect.__path__`); a checker of types that reads
a checkout does not, so `pyproject.toml` tells mypy there that `CHECKOUT` is true.
"""

CHECKOUT = False

if CHECKOUT:
    from models.ssd.cpus import usable_cpus
    from models.ssd.detections import Detections
    from models.ssd.detector import Answer
    from models.ssd.detector import Detector as Engine
    from models.ssd.draw import draw, encode_picture
    from models.ssd.errors import DetectorError, OptionError
    from models.ssd.formats import PictureFormat
    from models.ssd.image import ImageDecoder
    from models.ssd.pixels import rgb_from_pillow
    from models.ssd.ranges import RANGES
    from models.ssd.settings import Settings, Tiles
else:
    # pylint: disable=import-error # the other layout is what a checkout shows
    from .models.ssd.cpus import usable_cpus
    from .models.ssd.detections import Detections
    from .models.ssd.detector import Answer
    from .models.ssd.detector import Detector as Engine
    from .models.ssd.draw import draw, encode_picture
    from .models.ssd.errors import DetectorError, OptionError
    from .models.ssd.formats import PictureFormat
    from .models.ssd.image import ImageDecoder
    from .models.ssd.pixels import rgb_from_pillow
    from .models.ssd.ranges import RANGES
    from .models.ssd.settings import Settings, Tiles

__all__ = [
    "RANGES",
    "Answer",
    "Detections",
    "DetectorError",
    "Engine",
    "ImageDecoder",
    "OptionError",
    "PictureFormat",
    "Settings",
    "Tiles",
    "draw",
    "encode_picture",
    "rgb_from_pillow",
    "usable_cpus",
]
