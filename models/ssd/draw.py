"""Boxes and names drawn on a picture, and the picture encoded."""

import colorsys
import math
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from .detections import Detections

PictureFormat = Literal["jpeg", "png"]
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


def draw(canvas: npt.NDArray[np.uint8], detections: Detections) -> npt.NDArray[np.uint8]:
    """Draws detections on their picture itself: a copy may take 150 MB.

    Args:
        canvas: uint8 ``[H, W, 3]``: RGB, of the height and width the detections tell.
        detections: What to draw; the best is drawn last, on top. The more there are beyond a
            hundred, the finer.

    Returns:
        The canvas.
    """
    side = min(canvas.shape[:2]) * min(1, math.sqrt(_FULL_SIZE / max(1, len(detections))))
    thickness, scale = max(1, round(side / 240)), max(0.35, side / 900)
    edges = detections.pixels().tolist()
    for index in reversed(range(len(detections))):
        ymin, xmin, ymax, xmax = edges[index]
        color = class_color(int(detections.class_ids[index]))
        cv2.rectangle(canvas, (xmin, ymin), (xmax - 1, ymax - 1), color, thickness)
        caption = f"{detections.names[index]} {detections.scores[index]:.2f}"
        _write(canvas, caption, (xmin, ymin), color, scale)
    return canvas


def _write(
    canvas: npt.NDArray[np.uint8],
    caption: str,
    corner: tuple[int, int],
    color: tuple[int, int, int],
    scale: float,
) -> None:
    """Writes a caption on a filled field over a box's top left corner, moved inside the picture."""
    width = canvas.shape[1]
    thickness = max(1, round(scale * 1.6))
    (text_width, text_height), below = cv2.getTextSize(caption, _FONT, scale, thickness)
    left = max(0, min(corner[0], width - text_width))
    bottom = max(text_height + below, corner[1])
    top_left = (left, bottom - text_height - below)
    cv2.rectangle(canvas, top_left, (left + text_width, bottom), color, cv2.FILLED)
    # Black or white, whichever stands out from the field (luma of ITU-R BT.601).
    luma = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]
    ink = (0, 0, 0) if luma > 140 else (255, 255, 255)
    origin = (left, bottom - below)
    cv2.putText(canvas, caption, origin, _FONT, scale, ink, thickness, cv2.LINE_AA)


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
