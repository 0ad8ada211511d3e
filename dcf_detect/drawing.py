"""A result drawn on its picture, shown or written to a file."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .picture import Picture, picture_of
from .rooms import Detections, ImageDecoder, draw, encode_picture

if TYPE_CHECKING:
    from PIL.Image import Image

    from .arrays import Pixels
    from .picture import Source
    from .result import Result
    from .rooms import PictureFormat

_FORMATS: "dict[str, PictureFormat]" = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"}


def plotted(result: "Result", source: "Source | None") -> "Image":
    """The picture with the boxes of a result; errors as from ``Result.plot``."""
    from PIL import Image

    return Image.fromarray(_drawn(result, source))


def saved(result: "Result", path: Path, source: "Source | None") -> Path:
    """Writes the picture with the boxes of a result; errors as from ``Result.save``."""
    wanted = _FORMATS.get(path.suffix.lower())
    if wanted is None:
        raise ValueError(
            f"{path.name} must end in {', '.join(_FORMATS)}: other formats are written by Pillow, "
            f"result.plot().save({path.name!r})"
        )
    path.write_bytes(encode_picture(_drawn(result, source), wanted))
    return path


def _drawn(result: "Result", source: "Source | None") -> "Pixels":
    picture = result.picture if source is None else picture_of(source)
    if picture is None:
        raise ValueError(
            "the result has no picture to draw on: give it, result.plot(picture='street.jpg')"
        )
    canvas = _canvas(picture)
    height, width = canvas.shape[:2]
    known = result.width is None or (result.width, result.height) == (width, height)
    if not known or any(box.xmax > width or box.ymax > height for box in result):
        of = f" of {result.width} x {result.height}" if result.width else ""
        raise ValueError(
            f"the picture is of {width} x {height} pixels, the result is that of another one{of}"
        )
    return draw(canvas, _detections(result, height, width))


def _canvas(picture: Picture) -> "Pixels":
    """The whole picture, in memory of its own."""
    content = picture.load()
    if isinstance(content, bytes):
        decoder = ImageDecoder(None)
        # Whether it is damaged was decided when the boxes were looked for.
        return decoder.decode(decoder.inspect(content, damaged=True)).pixels
    return content.copy()


def _detections(result: "Result", height: int, width: int) -> Detections:
    edges = [(box.ymin, box.xmin, box.ymax, box.xmax) for box in result]
    return Detections(
        tuple(box.name for box in result),
        np.array([box.class_id for box in result], np.int64),
        np.array([box.confidence for box in result], np.float32),
        np.array(edges, np.float32).reshape(-1, 4),
        height,
        width,
    )
