"""WebP by OpenCV's decoder, which takes less memory than Pillow's."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from .pixels import rgb_from_pillow
from .strips import joined, rows_of


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
