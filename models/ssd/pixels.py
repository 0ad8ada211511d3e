"""Pixels of any kind to upright 8-bit RGB: modes, alpha, depth, EXIF turns."""

from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt
from PIL import Image

# What an EXIF orientation (CIPA DC-008, tag 274) asks for, in this order: swap rows with columns,
# flip up-down, flip left-right.
_TURNS = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}

_SIXTEEN_BITS = 65535
# Spans whose upper byte is what is wanted.
_SHIFTS: dict[tuple[float, float], int] = {(0, _SIXTEEN_BITS): 8, (0, 4095): 4}


def turn(pixels: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    """Turns a picture upright.

    Args:
        pixels: uint8 ``[h, w, 3]`` as stored.
        orientation: EXIF orientation, 1 to 8.

    Returns:
        uint8 ``[h, w, 3]`` as seen, contiguous; height and width are swapped from 5 on.
    """
    transpose, flip_rows, flip_columns = _TURNS[orientation]
    if transpose:
        pixels = pixels.transpose(1, 0, 2)
    if flip_rows:
        pixels = pixels[::-1]
    if flip_columns:
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def upright_size(height: int, width: int, orientation: int) -> tuple[int, int]:
    """Height and width of a picture after its EXIF turn."""
    return (width, height) if orientation >= 5 else (height, width)


class Span(msgspec.Struct, frozen=True):
    """Between which values a picture is stretched.

    Attributes:
        least: Its least finite value.
        greatest: Its greatest.
    """

    least: float
    greatest: float

    @classmethod
    def of(cls, parts: Iterable[npt.NDArray[np.float64]]) -> "Span":
        """The span of a picture that comes in parts."""
        least, greatest = np.inf, -np.inf
        for part in parts:
            finite = _finite(part)
            least = min(least, float(finite.min()))
            greatest = max(greatest, float(finite.max()))
        return cls(least, greatest)

    def or_sixteen_bits(self) -> "Span":
        """All of 16 bits, where numbers look like them: older writers store them as 32-bit ones."""
        if self.least >= 0 and 255 < self.greatest <= _SIXTEEN_BITS:
            return Span(0, _SIXTEEN_BITS)
        return self


def rgb_from_pillow(image: Image.Image, span: Span | None = None) -> npt.NDArray[np.uint8]:
    """Converts a loaded picture of any mode to RGB.

    Args:
        image: Grey, palette, alpha, CMYK, 16-bit, integer or float picture.
        span: Of the whole picture, where this is a part of it that has to be stretched.

    Returns:
        uint8 ``[h, w, 3]``. Transparent pixels show white behind them; 16-bit values keep their
        upper byte; float and 32-bit values are stretched from their least to their greatest.
    """
    if image.mode.startswith("I;16"):
        deep = np.asarray(image).astype(np.uint16)
        shown = (deep >> 8).astype(np.uint8)
        if isinstance(clear := image.info.get("transparency"), int):
            shown[deep == clear] = 255
        return _grey(shown)
    if image.mode in {"I", "F"}:
        values = np.asarray(image, np.float64)
        return _grey(stretched(values, span or Span.of([values]).or_sixteen_bits()))
    if image.mode == "La":
        image = image.convert("LA")
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        white = Image.new("RGBA", layers.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, layers)
    return np.array(image.convert("RGB"), np.uint8)


def stretched(values: npt.NDArray[np.generic], span: Span) -> npt.NDArray[np.uint8]:
    """Numbers as bytes: the least of a span is black, its greatest white."""
    if values.dtype == np.uint16 and (shift := _SHIFTS.get((span.least, span.greatest))):
        return (np.asarray(values, np.uint16) >> shift).astype(np.uint8)
    finite = _finite(np.asarray(values, np.float64))
    spread = max(span.greatest - span.least, 1e-12)
    shares: npt.NDArray[np.float64] = (finite - span.least) / spread * 255
    return shares.clip(0, 255).astype(np.uint8)


def over_white(
    colours: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8], *, multiplied: bool
) -> npt.NDArray[np.uint8]:
    """Colours on a white ground.

    Args:
        colours: uint8 ``[h, w, 3]``.
        alpha: uint8 ``[h, w, 1]``: 255 is opaque.
        multiplied: Whether the colours are multiplied by it.

    Returns:
        uint8 ``[h, w, 3]``.
    """
    weight = alpha.astype(np.uint32)
    front = colours.astype(np.uint32) * (255 if multiplied else weight)
    shown = (front + 255 * (255 - weight) + 127) // 255
    return shown.clip(0, 255).astype(np.uint8)


def _grey(values: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.repeat(values[:, :, None], 3, axis=2)


def _finite(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(np.isfinite(values), values, 0.0)
