"""A picture converted to RGB and shrunk strip by strip, so that no second copy of it is made."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from .cost import STRIP_PIXELS
from .pixels import Span, rgb_from_pillow

# Modes that are stretched from the least to the greatest value of the whole picture.
_STRETCHED = ("I", "F")
# Pixels from which on a shrunk picture may be one off from one that is shrunk whole.
_LARGE = 8_000_000


def shrunk_rgb(image: Image.Image, scale: int) -> npt.NDArray[np.uint8]:
    """Converts and shrinks a picture strip by strip.

    Done whole, a copy in every mode on the way is in memory at once: 300 MB for 12 megapixels.

    Args:
        image: A picture; it is loaded if it is not yet.
        scale: Of the size that is wanted, 1, 2, 4 or 8.

    Returns:
        RGB, uint8 ``[h // scale, w // scale, 3]``.
    """
    image.load()
    # Numbers of eight bytes are four times as large as what other pictures are made of.
    step = rows_of(image.width * 4 if image.mode in _STRETCHED else image.width)
    if step >= image.height:
        return shrunk(rgb_from_pillow(image), scale)
    boxes = [
        (0, top, image.width, min(top + step, image.height)) for top in range(0, image.height, step)
    ]
    span = None
    if image.mode in _STRETCHED:
        parts = (np.asarray(image.crop(box), np.float64) for box in boxes)
        span = Span.of(parts).or_sixteen_bits()
    strips = (rgb_from_pillow(image.crop(box), span) for box in boxes)
    return joined(strips, (image.height, image.width), scale)


def covering_scale(size: tuple[int, int], cover: tuple[int, int] | None) -> int:
    """The smallest scale at which a picture still has as many pixels as are needed.

    Args:
        size: Height and width of the picture.
        cover: Height and width that are needed; None for all there are.

    Returns:
        1, 2, 4 or 8: the scale is 1/that.
    """
    if cover is not None:
        for scale in (8, 4, 2):
            if size[0] // scale >= cover[0] and size[1] // scale >= cover[1]:
                return scale
    return 1


def rows_of(width: int) -> int:
    """Rows of a strip: a multiple of every scale."""
    return max(8, STRIP_PIXELS // max(1, width) // 8 * 8)


def joined(
    strips: Iterator[npt.NDArray[np.uint8]], size: tuple[int, int], scale: int
) -> npt.NDArray[np.uint8]:
    """Puts strips together, each shrunk first.

    Where the height is no multiple of the scale, the squares to average lie across the edges of
    strips: a picture is then shrunk whole, a large one first in its width, strip by strip.

    Args:
        strips: RGB, uint8, each of a multiple of 8 rows but the last.
        size: Height and width of the whole.
        scale: 1, 2, 4 or 8.

    Returns:
        RGB, uint8 ``[h // scale, w // scale, 3]``: the same pixels as shrunk whole, or one off.
    """
    height, width = size
    down = scale if height % scale == 0 else 1
    narrow = down > 1 or height * width > _LARGE
    columns = width // scale if narrow else width
    pixels = np.empty((height // down, columns, 3), np.uint8)
    top = 0
    for strip in strips:
        rows = _resized(strip, len(strip) // down, columns)
        pixels[top : top + len(rows)] = rows
        top += len(rows)
    return _resized(pixels, height // scale, width // scale)


def shrunk(pixels: npt.NDArray[np.uint8], scale: int) -> npt.NDArray[np.uint8]:
    """A whole picture shrunk: RGB, uint8 ``[h // scale, w // scale, 3]``."""
    return _resized(pixels, pixels.shape[0] // scale, pixels.shape[1] // scale)


def _resized(pixels: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.uint8]:
    """Averages squares of pixels, as a reduced JPEG decode does."""
    if pixels.shape[:2] == (height, width):
        return pixels
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
