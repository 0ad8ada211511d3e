"""RGB pixels to the network's input tensor, as the bundle's manifest says."""

import cv2
import numpy as np
import numpy.typing as npt

from models.ssd.spec import InputSpec


class Preprocessor:
    """Turns pictures into tensors; shared by all threads."""

    def __init__(self, spec: InputSpec) -> None:
        self._spec = spec
        # One value a channel, repeated along a row: numpy's inner loop then runs over the whole
        # row, not over three channels.
        self._scale = np.tile(np.asarray(spec.scale, np.float32), spec.width)
        self._shift = -np.tile(np.asarray(spec.mean, np.float32), spec.width) * self._scale

    def tensor(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32 | np.int8]:
        """Prepares one picture.

        Args:
            pixels: uint8 ``[h, w, 3]``: RGB, 0..255, any size.

        Returns:
            ``[1, height, width, 3]`` of the spec's type, colour order and value range. The picture
            is warped to that size, so unit coordinates stay the same.
        """
        resized = self._resize(pixels)
        if self._spec.color_order == "bgr":
            resized = resized[:, :, ::-1]
        if self._spec.dtype == "int8":
            # Subtracting 128 from a byte is turning its highest bit.
            return np.bitwise_xor(resized, np.uint8(0x80)).view(np.int8)[None]
        tensor: npt.NDArray[np.float32] = resized.astype(np.float32)
        rows = tensor.reshape(self._spec.height, -1)
        rows *= self._scale
        rows += self._shift
        return tensor[None]

    def _resize(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        height, width = self._spec.height, self._spec.width
        if self._spec.resize == "bilinear":
            resized = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
        else:
            resized = _legacy_resize(pixels, height, width)
        return np.asarray(resized, np.uint8)


def _legacy_resize(pixels: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.uint8]:
    """Bilinear with aligned top left corners: output (i, j) samples input (i * h/H, j * w/W)."""
    rows = np.arange(height, dtype=np.float32) * (pixels.shape[0] / height)
    columns = np.arange(width, dtype=np.float32) * (pixels.shape[1] / width)
    map_x, map_y = np.meshgrid(columns, rows)
    sampled = cv2.remap(pixels, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, np.uint8)
