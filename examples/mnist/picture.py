"""From what a caller sends to what the networks learnt from: 28 x 28 pixels, ink on empty paper.

Any picture of one digit will do: grey or in colour, dark on light or light on dark, of any size.
"""

import base64
import binascii
import io
import re

import numpy as np
from PIL import Image, ImageOps

SIDE = 28
BOX = (
    20  # MNIST's digits fill a box of 20 x 20 pixels, their centre of mass in the middle of 28 x 28
)
MOST_PIXELS = 50_000_000
LEAST_CONTRAST = 16  # of 255 steps; below that it is noise on an empty sheet
_DATA_URI = re.compile(rb"\s*data:[\w.+/;=-]{0,200},", re.IGNORECASE)
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")


class PictureError(Exception):
    """The caller's mistake: the watcher answers with the status of `code`, and `message`."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


def read_picture(body):
    """Reads the digit in a picture.

    Args:
        body: The picture's file, as it is or as base64, with or without `data:image/png;base64,`.

    Returns:
        float32 [28, 28], 0 for paper to 1 for ink.

    Raises:
        PictureError: It is no picture, or shows nothing.
    """
    ink = _ink(_grey(_open(_encoded(body))))
    if ink.shape != (SIDE, SIDE):
        ink = _centred(ink)
    return ink.astype(np.float32) / 255


def _encoded(body):
    if not body.strip():
        raise PictureError("empty_input", "nothing was sent: send a picture, raw or as base64")
    text = _DATA_URI.sub(b"", body[:256], count=1) + body[256:]
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return body


def _open(encoded):
    try:
        picture = Image.open(io.BytesIO(encoded), formats=_FORMATS)
    except Image.DecompressionBombError:
        raise _too_many() from None
    except (OSError, ValueError, SyntaxError):
        raise PictureError(
            "not_an_image", f"this is no picture in {', '.join(_FORMATS)}, nor base64 of one"
        ) from None
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_many()
    try:
        return ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError):
        raise PictureError("truncated_image", "the picture ends early: send it whole") from None


def _too_many():
    return PictureError("too_many_pixels", f"the picture has over {MOST_PIXELS} pixels")


def _grey(picture):
    """A picture in uint8 [H, W], 0 black to 255 white; what is transparent becomes paper."""
    if picture.mode.startswith(("I", "F")):
        deep = np.asarray(picture, np.float64)  # 16 bits, as a rule
        return (deep / max(deep.max(), 1) * 255).astype(np.uint8)
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return np.asarray(picture.convert("L"))
    drawn = picture.convert("RGBA")
    grey, alpha = (
        np.asarray(each, np.float64) for each in (drawn.convert("L"), drawn.getchannel("A"))
    )
    light = (grey * alpha).sum() > 127 * alpha.sum()
    paper = 0 if light else 255
    return ((grey * alpha + paper * (255 - alpha)) / 255).astype(np.uint8)


def _ink(grey):
    """uint8 [H, W] of any brightness to uint8 [H, W] with 0 for paper and 255 for the most ink.

    Paper is what most of the picture's edge is.
    """
    shades = grey.astype(np.int32)
    edge = np.concatenate([shades[0], shades[-1], shades[:, 0], shades[:, -1]])
    paper = int(np.median(edge))
    darker, lighter = paper - int(shades.min()), int(shades.max()) - paper
    if max(darker, lighter) < LEAST_CONTRAST:
        raise PictureError("bad_option", "the picture shows nothing: all of it is about one shade")
    # Ink is on one side of paper: shadows and glare on the other side are none.
    signed = paper - shades if darker > lighter else shades - paper
    return (signed.clip(0) * 255 // signed.max()).astype(np.uint8)


def _centred(ink):
    """As MNIST was made: the digit in a box of 20 x 20, by its centre of mass in 28 x 28 pixels."""
    rows, columns = (np.flatnonzero((ink > 64).any(axis=axis)) for axis in (1, 0))
    digit = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    scale = BOX / max(digit.size)
    size = tuple(max(1, round(length * scale)) for length in digit.size)
    small = np.asarray(digit.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0), np.float64)
    small = small * (255 / max(small.max(), 1))
    total = small.sum()
    top, left = (
        round((SIDE - 1) / 2 - (small.sum(axis=1 - axis) * np.arange(length)).sum() / total)
        for axis, length in enumerate(small.shape)
    )
    top, left = (
        int(np.clip(start, 0, SIDE - length))
        for start, length in zip((top, left), small.shape, strict=True)
    )
    sheet = np.zeros((SIDE, SIDE), np.uint8)
    sheet[top : top + small.shape[0], left : left + small.shape[1]] = small.astype(np.uint8)
    return sheet
