"""Boxes drawn on their picture, shown or written to a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .box import Box
from .picture import Picture
from .rooms import Detections, ImageDecoder, draw, encode_picture

if TYPE_CHECKING:
    from PIL.Image import Image

    from .arrays import Pixels
    from .rooms import PictureFormat

_FORMATS: "dict[str, PictureFormat]" = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"}


Size = tuple[int | None, int | None]
"""Width and height of the picture that boxes were found in, where that is known."""


def plotted(boxes: Sequence[Box], size: Size, picture: Picture | None) -> "Image":
    """A picture with boxes; errors as from ``Result.plot``."""
    from PIL import Image

    return Image.fromarray(_drawn(boxes, size, picture))


def saved(boxes: Sequence[Box], size: Size, picture: Picture | None, path: Path) -> Path:
    """Writes a picture with boxes; errors as from ``Result.save``."""
    wanted = _FORMATS.get(path.suffix.lower())
    if wanted is None:
        raise ValueError(
            f"{path.name} must end in {', '.join(_FORMATS)}: other formats are written by Pillow, "
            f"result.plot().save({path.name!r})"
        )
    path.write_bytes(encode_picture(_drawn(boxes, size, picture), wanted))
    return path


def _drawn(boxes: Sequence[Box], size: Size, picture: Picture | None) -> "Pixels":
    if picture is None:
        raise ValueError(
            "the result has no picture to draw on: give it, result.plot(picture='street.jpg')"
        )
    canvas = _canvas(picture)
    height, width = canvas.shape[:2]
    same = size in {(width, height), (None, None)}
    if not same or any(box.xmax > width or box.ymax > height for box in boxes):
        of = f" of {size[0]} x {size[1]}" if size[0] else ""
        raise ValueError(
            f"the picture is of {width} x {height} pixels, the result is that of another one{of}"
        )
    return draw(canvas, _detections(boxes, height, width))


def _canvas(picture: Picture) -> "Pixels":
    """The whole picture, in memory of its own."""
    content = picture.load()
    if isinstance(content, bytes):
        decoder = ImageDecoder(None)
        # Whether it is damaged was decided when the boxes were looked for.
        return decoder.decode(decoder.inspect(content, damaged=True)).pixels
    return content.copy()


def _detections(boxes: Sequence[Box], height: int, width: int) -> Detections:
    edges = [(box.ymin, box.xmin, box.ymax, box.xmax) for box in boxes]
    return Detections(
        tuple(box.name for box in boxes),
        np.array([box.class_id for box in boxes], np.int64),
        np.array([box.confidence for box in boxes], np.float32),
        np.array(edges, np.float32).reshape(-1, 4),
        height,
        width,
    )
