"""An object detector and what serves it, under one name.

    from dcf_detect import Detector

    for box in Detector()("street.jpg"):
        print(box.name, box.confidence, box.xyxy)

Installed, all rooms lie in this package (`dcf_detect.models.ssd`, ...), so that a user's own folder
called `models` or `handler` cannot be taken for one of them. In a checkout, and in images, they
stand beside it, and are found there.

The names below are what programs of others may use; they are imported when they are asked for.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .box import Box
    from .detector import Detector
    from .handler.handler import Handler as DetectionHandler
    from .models.ssd.errors import DetectorError
    from .result import Result

__all__ = ["Box", "DetectionHandler", "Detector", "DetectorError", "Result"]

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib takes longer than this
_PLACES = {
    "Box": (".box", "Box"),
    "DetectionHandler": (".handler.handler", "Handler"),
    "Detector": (".detector", "Detector"),
    "DetectorError": (".models.ssd.errors", "DetectorError"),
    "Result": (".result", "Result"),
}

if not os.path.isdir(os.path.join(_HERE, "handler")):  # noqa: PTH112, PTH118 - likewise
    __path__.append(os.path.dirname(_HERE))  # noqa: PTH120 - likewise


def __getattr__(name: str) -> object:
    """Imports a public name when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"{__name__} has no {name}; it has {', '.join(__all__)}")
    module, attribute = _PLACES[name]
    found: object = getattr(import_module(module, __name__), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
