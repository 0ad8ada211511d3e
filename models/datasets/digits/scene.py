"""One picture: a background, and one to six digits on it that do not touch."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .backgrounds import Pixels, background
from .glyphs import Digits

Alpha = npt.NDArray[np.float32]

_SIDES = (240, 640)
"""Of a picture, in pixels."""
_MOST_DIGITS = 6
_HEIGHTS = (28, 140)
"""Of a digit, in pixels of the picture scaled to 300; what is least after its thin edge is cut is
24."""
_SCALED_TO = 300
_CANVAS, _GLYPH = 112, 80
"""Where a digit is turned, and how large it is there."""
_FAINT = 0.12
"""Share of ink that no eye sees: it is not drawn, so that the box ends where the digit does."""
_GAP = 3
_TRIES = 20
_CONTRAST = 80
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture with digits.

    Attributes:
        pixels: uint8 ``[H, W, 3]`` RGB.
        boxes: int ``[K, 4]``: ymin, xmin, ymax, xmax in pixels, just around each digit's ink.
        labels: uint8 ``[K]``, 0 to 9.
    """

    pixels: Pixels
    boxes: npt.NDArray[np.intp]
    labels: Pixels


def make_scene(chance: np.random.Generator, digits: Digits, photos: tuple[Pixels, ...]) -> Scene:
    """Draws one.

    Args:
        chance: Where chance comes from: the same state draws the same picture.
        digits: Those to draw.
        photos: Those to draw on.

    Returns:
        The picture; at least one digit is in it.
    """
    height, width = (int(side) for side in chance.integers(_SIDES[0], _SIDES[1] + 1, 2))
    pixels = background(chance, (height, width), photos)
    boxes: list[tuple[int, int, int, int]] = []
    labels: list[int] = []
    wanted = chance.integers(1, _MOST_DIGITS + 1)
    while len(labels) < wanted:
        which = chance.integers(len(digits.labels))
        alpha = _shaped(chance, digits.images[which], (height, width))
        place = _free_place(chance, alpha.shape, (height, width), boxes)
        if place is None:
            break  # it is full; the first always finds a place
        _ink(chance, pixels[place[0] : place[2], place[1] : place[3]], alpha)
        boxes.append(place)
        labels.append(int(digits.labels[which]))
    return Scene(pixels, np.array(boxes, np.intp), np.array(labels, np.uint8))


def _shaped(chance: np.random.Generator, glyph: Pixels, size: tuple[int, int]) -> Alpha:
    """A digit turned, slanted and scaled: the share of ink in each pixel of its box."""
    angle, slant = np.deg2rad(chance.uniform(-12, 12)), chance.uniform(-0.2, 0.2)
    zoom = _GLYPH / len(glyph)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.array(
        [[zoom, zoom * slant], [0, zoom]]
    )
    middle = (len(glyph) - 1) / 2
    shift = (_CANVAS - 1) / 2 - turned @ [middle, middle]
    moved = cv2.warpAffine(
        glyph, np.column_stack([turned, shift]), (_CANVAS, _CANVAS), flags=cv2.INTER_CUBIC
    )
    ink = _cut(np.clip(moved.astype(np.float32) / 127.5 - 0.5, 0, 1), 0)
    rows, columns = _scaled_size(chance, ink.shape, size)
    how = cv2.INTER_AREA if rows < ink.shape[0] else cv2.INTER_LINEAR
    return _cut(np.asarray(cv2.resize(ink, (columns, rows), interpolation=how), np.float32), _FAINT)


def _scaled_size(
    chance: np.random.Generator, ink: tuple[int, ...], size: tuple[int, int]
) -> tuple[int, int]:
    """Rows and columns of a digit in a picture of that size."""
    low, high = np.log(_HEIGHTS)
    rows = round(float(np.exp(chance.uniform(low, high))) * size[0] / _SCALED_TO)
    ratio = ink[1] / ink[0]
    # As wide as it is by nature; a wide picture will be squeezed like all others, so part-way.
    squeezed = ratio * size[1] / size[0] * chance.uniform(0.8, 1.25)
    columns = round(rows * np.sqrt(squeezed * ratio))
    return rows, int(np.clip(columns, 4, size[1] - 2 * _GAP))


def _cut(alpha: Alpha, faint: float) -> Alpha:
    """What is left of a digit without what is fainter, and without empty borders."""
    alpha = np.where(alpha > faint, alpha, np.float32(0))
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    return alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _free_place(
    chance: np.random.Generator,
    wanted: tuple[int, ...],
    size: tuple[int, int],
    taken: list[tuple[int, int, int, int]],
) -> tuple[int, int, int, int] | None:
    rows, columns = wanted
    for _ in range(_TRIES):
        top = int(chance.integers(size[0] - rows + 1))
        left = int(chance.integers(size[1] - columns + 1))
        place = top, left, top + rows, left + columns
        if not any(_touch(place, other) for other in taken):
            return place
    return None


def _touch(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return (
        one[0] < other[2] + _GAP
        and other[0] < one[2] + _GAP
        and one[1] < other[3] + _GAP
        and other[1] < one[3] + _GAP
    )


def _ink(chance: np.random.Generator, patch: Pixels, alpha: Alpha) -> None:
    """Draws a digit into a part of the picture, in a colour that stands out from it."""
    ground = float(patch.mean((0, 1), dtype=np.float32) @ _LUMA)
    color = chance.uniform(0, 255, 3).astype(np.float32)
    away = float(color @ _LUMA) - ground
    if abs(away) < _CONTRAST:
        # Towards black or white, whichever is further.
        end = np.float32(0 if ground > 127 else 255)
        share = min(1.0, (_CONTRAST + 30) / max(1.0, abs(float(end) - ground)))
        color = color + (end - color) * np.float32(share)
    patch[:] = np.rint(patch + (color - patch) * alpha[..., None]).astype(np.uint8)
