"""Boxes and names drawn on a picture, and the picture encoded."""

import colorsys
import math
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from .captions import CaptionPlaces, Edges
from .detections import Detections
from .formats import PictureFormat

# Steps of the golden ratio round the colour circle: neighbouring class ids get unlike hues.
_GOLDEN = 0.618033988749895
_FONT = cv2.FONT_HERSHEY_SIMPLEX
# More boxes than this get thinner lines and smaller names, so that all of them together take no
# more ink, nor time, than so many; it is also what is answered at most where nothing is asked for.
_FULL_SIZE = 100
# libjpeg's own limit, a little below that of the format.
_JPEG_SIDE = 65_500
_ENCODING = {
    "jpeg": (".jpg", (cv2.IMWRITE_JPEG_QUALITY, 90)),
    "png": (".png", (cv2.IMWRITE_PNG_COMPRESSION, 3)),
}


def class_color(class_id: int) -> tuple[int, int, int]:
    """A class's colour: RGB, 0..255, the same in every picture."""
    red, green, blue = colorsys.hsv_to_rgb(class_id * _GOLDEN % 1, 0.85, 0.95)
    return round(red * 255), round(green * 255), round(blue * 255)


@lru_cache(maxsize=1024)
def ink_on(color: tuple[int, int, int]) -> tuple[int, int, int]:
    """Black or white, whichever is easier to read on a colour: at least 4.5 to 1, as WCAG 2 counts.

    Args:
        color: RGB, 0..255.
    """
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (part / 255 for part in color)
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # Where (1 + 0.05) / (luminance + 0.05) equals (luminance + 0.05) / (0 + 0.05).
    return (0, 0, 0) if luminance > 0.1791 else (255, 255, 255)


def draw(canvas: npt.NDArray[np.uint8], detections: Detections) -> npt.NDArray[np.uint8]:
    """Draws detections on their picture itself: a copy may take 150 MB.

    Args:
        canvas: uint8 ``[H, W, 3]``: RGB, of the height and width the detections tell.
        detections: What to draw; the best is drawn last, on top, and named first. The more there
            are beyond a hundred, the finer.

    Returns:
        The canvas.
    """
    side = min(canvas.shape[:2]) * min(1, math.sqrt(_FULL_SIZE / max(1, len(detections))))
    thickness = max(1, round(side / 240))
    edges = detections.pixels().tolist()
    colors = [class_color(class_id) for class_id in detections.class_ids.tolist()]
    for index in reversed(range(len(detections))):
        ymin, xmin, ymax, xmax = edges[index]
        cv2.rectangle(canvas, (xmin, ymin), (xmax - 1, ymax - 1), colors[index], thickness)
    lettering = _Lettering(canvas, max(0.35, side / 900))
    for name, score, box, color in zip(
        detections.names, detections.scores.tolist(), edges, colors, strict=True
    ):
        shown = _printable(name)
        lettering.write((f"{shown} {score:.2f}", shown), box, color)
    return canvas


def _printable(name: str) -> str:
    """A name as it can be written on one line: OpenCV dies of half a pair of surrogates."""
    if name.isprintable():
        return name
    return "".join(letter if letter.isprintable() else "?" for letter in name)


class _Lettering:
    """Writes captions on filled fields, each where no other is.

    Args:
        canvas: What to write on.
        scale: Of the letters.
    """

    def __init__(self, canvas: npt.NDArray[np.uint8], scale: float) -> None:
        self._canvas = canvas
        self._scale = scale
        self._thickness = max(1, round(scale * 1.6))
        self._margin = max(1, round(scale * 3))
        # All captions are as high as the highest letters with the lowest tails.
        (_, self._above), self._below = self._size_of("\u00c5gj|")
        line = self._above + self._below + 1
        self._places = CaptionPlaces(canvas.shape[0], canvas.shape[1], line)
        self._line = line

    def write(self, captions: tuple[str, ...], box: Edges, color: tuple[int, int, int]) -> None:
        """Writes the first of some captions that is no wider than the picture, if there is room.

        Args:
            captions: The longest first.
            box: ymin, xmin, ymax, xmax in pixels.
            color: RGB of the field.
        """
        sized = ((self._size_of(text)[0][0] + 2 * self._margin, text) for text in captions)
        width, caption = next((each for each in sized if each[0] <= self._canvas.shape[1]), (0, ""))
        place = self._places.take(box, width) if caption else None
        if place is None:
            return
        left, top = place
        corner = (left + width - 1, top + self._line - 1)
        cv2.rectangle(self._canvas, place, corner, color, cv2.FILLED)
        origin = (left + self._margin, top + self._above)
        cv2.putText(
            self._canvas, caption, origin, _FONT, self._scale, ink_on(color), self._thickness,
            cv2.LINE_AA,
        )  # fmt: skip

    def _size_of(self, text: str) -> tuple[tuple[int, int], int]:
        (width, above), below = cv2.getTextSize(text, _FONT, self._scale, self._thickness)
        return (width, above), below


def encode_picture(pixels: npt.NDArray[np.uint8], picture_format: PictureFormat) -> bytes:
    """Encodes a picture.

    Args:
        pixels: uint8 ``[H, W, 3]``: RGB; BGR afterwards.
        picture_format: ``jpeg`` or ``png``.

    Returns:
        The bytes of the file. A JPEG of more than 65,500 pixels on a side is shrunk to that.
    """
    suffix, parameters = _ENCODING[picture_format]
    if picture_format == "jpeg":
        pixels = _within_jpeg(pixels)
    # OpenCV's encoders read BGR. Swapped a row at a time, the picture is in memory but once.
    for row in pixels:
        row[:] = row[:, ::-1].copy()
    encoded = bytes(cv2.imencode(suffix, pixels, parameters)[1])
    if not encoded:
        height, width = pixels.shape[:2]
        raise RuntimeError(f"OpenCV made no {picture_format} of {width} x {height} pixels")
    return encoded


def _within_jpeg(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Shrinks a picture of a side that no JPEG can have."""
    height, width = pixels.shape[:2]
    share = _JPEG_SIDE / max(height, width)
    if share >= 1:
        return pixels
    size = max(1, int(width * share)), max(1, int(height * share))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
