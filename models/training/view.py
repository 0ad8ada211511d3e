"""The part of a picture that a network looks at, and where boxes lie in it.

A frame is drawn as in the paper (arXiv:1512.02325, sections 2.2 and 3.6): the picture, or a larger
empty canvas around it, and of that all, or a part that keeps a least overlap with some object.
"""

import cv2
import numpy as np
import numpy.typing as npt

from ..ssd.nms import overlaps
from .example import Example

_LEAST_OVERLAPS = (None, 0.1, 0.3, 0.5, 0.7, 0.9, 0.0)
"""One is drawn: None takes the whole frame, 0.0 any part."""
_SIDES = (0.3, 1.0)
_RATIOS = (0.5, 2.0)
_TRIALS = 50

Frame = tuple[int, int, int, int]
"""ymin, xmin, ymax, xmax in pixels of the picture; may reach beyond it."""


def whole(example: Example) -> Frame:
    """All of the picture, as it is when it is served."""
    return (0, 0, *example.pixels.shape[:2])


def expanded(example: Example, most: float, random: np.random.Generator) -> Frame:
    """A canvas up to ``most`` times as high and wide, with the picture somewhere on it."""
    height, width = example.pixels.shape[:2]
    factor = random.uniform(1, most)
    rows, columns = round(height * factor), round(width * factor)
    top = int(random.integers(0, rows - height + 1))
    left = int(random.integers(0, columns - width + 1))
    return (-top, -left, rows - top, columns - left)


def cropped(example: Example, frame: Frame, random: np.random.Generator) -> Frame:
    """A part of the frame in which the centre of some object lies; all of it if none is found."""
    least = _LEAST_OVERLAPS[int(random.integers(len(_LEAST_OVERLAPS)))]
    if least is None or example.boxes.size == 0:
        return frame
    height, width = frame[2] - frame[0], frame[3] - frame[1]
    for _ in range(_TRIALS):
        rows = max(1, round(height * random.uniform(*_SIDES)))
        columns = max(1, round(width * random.uniform(*_SIDES)))
        if not _RATIOS[0] <= rows / columns <= _RATIOS[1]:
            continue
        top = frame[0] + int(random.integers(0, height - rows + 1))
        left = frame[1] + int(random.integers(0, width - columns + 1))
        part = (top, left, top + rows, left + columns)
        seen = _seen(example.boxes, part)
        if seen.any() and overlaps(example.boxes, np.array([part], np.float32)).max() >= least:
            return part
    return frame


def look(example: Example, frame: Frame, size: tuple[int, int], fill: npt.ArrayLike) -> Example:
    """The picture as it is seen in a frame.

    Args:
        example: The picture.
        frame: What is looked at; some of the picture lies in it.
        size: Height and width of the result.
        fill: Colour where the picture does not reach.

    Returns:
        Pixels of that size, and the objects whose centres are seen, cut at the frame's edge.
    """
    source = _shared(frame, whole(example))
    target = _placed(source, frame, size)
    shape = (target[3] - target[1], target[2] - target[0])
    part = cv2.resize(example.pixels[source[0] : source[2], source[1] : source[3]], shape)
    if shape[::-1] == size:
        canvas = np.asarray(part, np.uint8)
    else:
        canvas = np.empty((*size, 3), np.uint8)
        canvas[:] = np.asarray(fill, np.uint8)
        canvas[target[0] : target[2], target[1] : target[3]] = part
    kept = _seen(example.boxes, frame)
    boxes = _moved(example.boxes[kept], source, target)
    return Example(canvas, boxes, example.columns[kept], example.judged[kept])


def mirrored(example: Example) -> Example:
    """The picture with left and right changed."""
    width = example.pixels.shape[1]
    boxes = example.boxes.copy()
    boxes[:, 1], boxes[:, 3] = width - example.boxes[:, 3], width - example.boxes[:, 1]
    pixels = np.asarray(cv2.flip(example.pixels, 1), np.uint8)
    return Example(pixels, boxes, example.columns, example.judged)


def _shared(frame: Frame, picture: Frame) -> Frame:
    """What of the picture lies in the frame."""
    return (
        max(frame[0], picture[0]),
        max(frame[1], picture[1]),
        min(frame[2], picture[2]),
        min(frame[3], picture[3]),
    )


def _placed(source: Frame, frame: Frame, size: tuple[int, int]) -> Frame:
    """Where a part of the picture lies in the result."""
    rows, columns = (
        _target(
            source[axis] - frame[axis],
            source[axis + 2] - frame[axis],
            frame[axis + 2] - frame[axis],
            size[axis],
        )
        for axis in (0, 1)
    )
    return rows[0], columns[0], rows[1], columns[1]


def _moved(boxes: npt.NDArray[np.float32], source: Frame, target: Frame) -> npt.NDArray[np.float32]:
    """Boxes in the result: cut, and moved as the pixels are, whose ends are whole pixels."""
    start, end = np.array(source[:2] * 2, np.float32), np.array(source[2:] * 2, np.float32)
    placed, reach = np.array(target[:2] * 2, np.float32), np.array(target[2:] * 2, np.float32)
    scale = (reach - placed) / (end - start)
    return np.asarray((np.clip(boxes, start, end) - start) * scale + placed, np.float32)


def _target(start: int, end: int, frame: int, size: int) -> tuple[int, int]:
    """Where a part of the frame lies in the result, along one axis; at least one pixel."""
    first = min(round(start * size / frame), size - 1)
    return first, max(first + 1, round(end * size / frame))


def _seen(boxes: npt.NDArray[np.float32], frame: Frame) -> npt.NDArray[np.bool_]:
    """Which boxes have their centre in the frame."""
    centers = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = (centers >= np.array(frame[:2])) & (centers < np.array(frame[2:]))
    return np.asarray(inside.all(axis=1), np.bool_)
