"""Colours as other cameras and other light would give them (arXiv:1512.02325 takes them from
Howard, arXiv:1312.5402): brightness, contrast, hue and saturation, each with even odds.
"""  # noqa: D205  # one sentence, two lines

import cv2
import numpy as np
import numpy.typing as npt

_BRIGHTNESS = 32.0
"""Added to all values at most, or taken from them."""
_CONTRAST = _SATURATION = (0.5, 1.5)
_HUE = 9
"""Half degrees, as OpenCV counts a turn in 180."""
_LEVELS = np.arange(256, dtype=np.float32)

Pixels = npt.NDArray[np.uint8]


def distort(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Changes the colours of a picture; nothing moves.

    Args:
        pixels: uint8 ``[H, W, 3]``: RGB.
        random: Draws what is done.

    Returns:
        uint8 ``[H, W, 3]``: RGB.
    """
    brightness, saturation, hue, contrast, early = random.random(5) < 0.5
    levels = _LEVELS
    if brightness:
        levels = np.clip(levels + np.float32(random.uniform(-_BRIGHTNESS, _BRIGHTNESS)), 0, 255)
    factor = np.float32(random.uniform(*_CONTRAST)) if contrast else None
    if factor is not None and early:
        levels, factor = levels * factor, None
    pixels = _mapped(pixels, levels)
    if saturation or hue:
        pixels = _recolour(
            pixels,
            random.uniform(*_SATURATION) if saturation else 1.0,
            int(random.integers(-_HUE, _HUE + 1)) if hue else 0,
        )
    return pixels if factor is None else _mapped(pixels, _LEVELS * factor)


def _mapped(pixels: Pixels, levels: npt.NDArray[np.float32]) -> Pixels:
    """Gives each value its level."""
    if levels is _LEVELS:
        return pixels
    table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, table), np.uint8)


def _recolour(pixels: Pixels, saturation: float, turn: int) -> Pixels:
    """Multiplies the saturation and turns the hue by half degrees."""
    table = np.empty((1, 256, 3), np.uint8)
    table[0, :, 0] = (np.arange(256) + turn) % 180
    table[0, :, 1] = np.clip(np.rint(_LEVELS * saturation), 0, 255)
    table[0, :, 2] = np.arange(256)
    turned = cv2.LUT(cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV), table)
    return np.asarray(cv2.cvtColor(turned, cv2.COLOR_HSV2RGB), np.uint8)
