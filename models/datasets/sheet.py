"""A sheet of samples: pictures of a data set side by side, with their boxes drawn."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ..ssd.draw import class_color
from ..ssd.image import ImageDecoder
from .record import Annotated, DataSet

Pixels = npt.NDArray[np.uint8]

_CELL = 320
_MARGIN = 4
_CAPTION = 18
_PAPER = 245
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def choose(data: DataSet, most: int, seed: int) -> tuple[Annotated, ...]:
    """Draws pictures by chance, those with objects first; in order of id."""
    order = np.random.default_rng(seed).permutation(len(data.pictures)).tolist()
    order.sort(key=lambda at: data.pictures[at].boxes.size == 0)
    return tuple(data.pictures[at] for at in sorted(order[:most]))


def draw_sheet(
    pictures: Sequence[Annotated], names: Sequence[str], progress: Callable[[int, int], None]
) -> Pixels:
    """Draws a sheet as square as it can be.

    Args:
        pictures: At least one.
        names: Of the classes.
        progress: Called with the number of pictures drawn, and of all.

    Returns:
        uint8 ``[H, W, 3]`` RGB.

    Raises:
        ImageError: A picture cannot be decoded.
    """
    across = int(np.ceil(np.sqrt(len(pictures))))
    down = -(-len(pictures) // across)
    cell = _CELL + _CAPTION + _MARGIN, _CELL + _MARGIN
    sheet = np.full((down * cell[0] + _MARGIN, across * cell[1] + _MARGIN, 3), _PAPER, np.uint8)
    decoder = ImageDecoder((_CELL, _CELL))
    for at, picture in enumerate(pictures):
        drawn = _drawn(picture, names, decoder)
        top = at // across * cell[0] + _MARGIN
        left = at % across * cell[1] + _MARGIN
        sheet[top : top + len(drawn), left : left + drawn.shape[1]] = drawn
        place = (left, top + _CELL + _CAPTION - 4)
        cv2.putText(sheet, picture.name[-44:], place, _FONT, 0.4, (60, 60, 60), 1, cv2.LINE_AA)
        progress(at + 1, len(pictures))
    return sheet


def _drawn(picture: Annotated, names: Sequence[str], decoder: ImageDecoder) -> Pixels:
    """The picture within a cell, boxes in the colours of their classes; those not judged, thin."""
    pixels = decoder.decode(picture.file.read_bytes()).pixels
    scale = _CELL / max(picture.size)
    size = [max(1, round(side * scale)) for side in picture.size]
    small = np.ascontiguousarray(cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA))
    for box, column, judged in zip(picture.boxes, picture.columns, picture.judged, strict=True):
        ymin, xmin, ymax, xmax = (round(float(edge) * scale) for edge in box)
        color, width = class_color(int(column)), 2 if judged else 1
        cv2.rectangle(small, (xmin, ymin), (xmax - 1, ymax - 1), color, width)
        place = (xmin, max(10, ymin - 3))
        cv2.putText(small, names[column], place, _FONT, 0.4, (0, 0, 0), 3, cv2.LINE_AA)
        cv2.putText(small, names[column], place, _FONT, 0.4, (255, 255, 255), 1, cv2.LINE_AA)
    return np.asarray(small, np.uint8)
