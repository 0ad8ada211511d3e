"""OpenCV's decoders, for the formats that they read faster or with less memory than Pillow's."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from models.ssd.pixels import rgb_from_pillow
from models.ssd.strips import joined, rows_of

# OpenCV names its reduced scales by a colour; the bits of scale and colour are apart.
_REDUCED = {
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2 | cv2.IMREAD_COLOR_RGB,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4 | cv2.IMREAD_COLOR_RGB,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_COLOR_RGB,
}


def decode_jpeg(encoded: bytes, scale: int) -> npt.NDArray[np.uint8] | None:
    """Decodes by libjpeg-turbo at 1/scale; None where it cannot, such as for a cut file."""
    flags = _REDUCED[scale] | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        decoded = cv2.imdecode(np.frombuffer(encoded, np.uint8), flags)
    except cv2.error:
        return None
    return None if decoded is None else np.asarray(decoded, np.uint8)


def decode_webp(encoded: bytes, scale: int) -> npt.NDArray[np.uint8] | None:
    """Decodes by libwebp into one array: Pillow's way keeps three more copies of the picture."""
    try:
        decoded = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if decoded is None or decoded.dtype != np.uint8 or decoded.ndim != 3:
        return None
    strips = _webp_strips(np.asarray(decoded, np.uint8))
    return joined(strips, decoded.shape[:2], scale)


def _webp_strips(decoded: npt.NDArray[np.uint8]) -> Iterator[npt.NDArray[np.uint8]]:
    """RGB of the rows of BGR or BGRA; transparent pixels show white."""
    step = rows_of(decoded.shape[1])
    for top in range(0, decoded.shape[0], step):
        rows = decoded[top : top + step]
        if rows.shape[2] == 4:
            yield rgb_from_pillow(Image.fromarray(rows[:, :, [2, 1, 0, 3]], "RGBA"))
        else:
            yield np.ascontiguousarray(rows[:, :, ::-1])
