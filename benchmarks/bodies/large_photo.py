"""A photo as a phone sends it: 12 megapixels, made of a small one; no large file is kept."""

import cv2
import numpy as np

_SIZE = (4032, 3024)
_QUALITY = 85
_GRAIN = 8.0
"""Standard deviation, in grey levels, of a sensor's noise: it makes the file as large as real."""


def large_photo(photo: bytes) -> bytes:
    """A JPEG enlarged to 4032 x 3024 pixels; the same for the same photo."""
    small = np.asarray(cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR))
    large = np.asarray(cv2.resize(small, _SIZE, interpolation=cv2.INTER_CUBIC), np.float32)
    grain = np.random.default_rng(1).normal(0, _GRAIN, large.shape[:2]).astype(np.float32)
    pixels = np.clip(large + grain[:, :, None], 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
