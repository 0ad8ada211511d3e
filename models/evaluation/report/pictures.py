"""Pictures and parts of them with boxes drawn, as data URIs."""

import base64
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ...ssd.detections import Detections
from ...ssd.draw import draw, encode_picture
from ...ssd.image import ImageDecoder
from ..matching import Floats, FoundIn

_SIDE = 200
_AROUND = 0.6
"""How much of its surroundings is shown with a box, as a share of its longer side."""
_DRAWN = (64, 220, 64)


class PictureParts:
    """Cuts parts out of pictures; holds the picture that was last cut from."""

    def __init__(self) -> None:
        self._decoder = ImageDecoder(None)
        self._last: tuple[bytes, npt.NDArray[np.uint8]] | None = None

    def cut(self, encoded: bytes, box: Floats) -> str:
        """Shows a box and what is around it.

        Args:
            encoded: The picture.
            box: ymin, xmin, ymax, xmax in its pixels.

        Returns:
            A ``data:`` address of a JPEG of at most 200 pixels a side.
        """
        if self._last is None or self._last[0] != encoded:
            self._last = encoded, self._decoder.decode(encoded).pixels
        pixels = self._last[1]
        margin = max(float((box[2:] - box[:2]).max()) * _AROUND, 8.0)
        low = np.maximum(np.floor(box[:2] - margin), 0).astype(int)
        high = np.minimum(np.ceil(box[2:] + margin), pixels.shape[:2]).astype(int)
        part = pixels[low[0] : high[0], low[1] : high[1]]
        scale = min(1.0, _SIDE / max(part.shape[:2]))
        size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
        small = np.ascontiguousarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA))
        (ymin, xmin), (ymax, xmax) = (
            np.rint((edge - low) * scale).astype(int).tolist() for edge in (box[:2], box[2:])
        )
        cv2.rectangle(small, (xmin, ymin), (xmax, ymax), _DRAWN, 2)
        _, jpeg = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])
        return "data:image/jpeg;base64," + base64.b64encode(jpeg.tobytes()).decode()


def whole(encoded: bytes, found: FoundIn, names: Sequence[str], side: int) -> str:
    """Shows a whole picture with detections drawn and named.

    Args:
        encoded: The picture.
        found: The detections.
        names: Name of each column.
        side: Its greatest width and height in pixels.

    Returns:
        A ``data:`` address of a JPEG.
    """
    pixels = ImageDecoder(None).decode(encoded).pixels
    scale = min(1.0, side / max(pixels.shape[:2]))
    height, width = (max(1, round(edge * scale)) for edge in pixels.shape[:2])
    small = np.asarray(
        cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8
    ).copy()  # what is drawn on is not the decoder's
    order = np.argsort(-found.scores, kind="stable")
    detections = Detections(
        tuple(names[column] for column in found.columns[order]),
        found.columns[order].astype(np.int64),
        found.scores[order].astype(np.float32),
        (found.boxes[order] * scale).astype(np.float32),
        height,
        width,
    )
    jpeg = encode_picture(draw(small, detections), "jpeg")
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
