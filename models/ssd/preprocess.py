"""RGB pixels to the network's input tensor, as the bundle's manifest says."""

import cv2
import numpy as np
import numpy.typing as npt

from .spec import InputSpec


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
            if resized.dtype != np.uint8:  # whole already otherwise, and rounding takes its time
                resized = np.rint(resized).astype(np.uint8)
            # Subtracting 128 from a byte is turning its highest bit.
            return np.bitwise_xor(resized, np.uint8(0x80)).view(np.int8)[None]
        tensor: npt.NDArray[np.float32] = np.array(resized, np.float32, order="C")
        rows = tensor.reshape(self._spec.height, -1)
        rows *= self._scale
        rows += self._shift
        return tensor[None]

    def _resize(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8 | np.float32]:
        height, width = self._spec.height, self._spec.width
        if self._spec.resize == "legacy_bilinear":
            return _legacy_resize(pixels, height, width)
        resized = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(resized, np.uint8)


def _legacy_resize(
    pixels: npt.NDArray[np.uint8], height: int, width: int
) -> npt.NDArray[np.float32]:
    """Bilinear with aligned top left corners: output (i, j) samples input (i * h/H, j * w/W).

    As TensorFlow 1's ``resize_bilinear`` computes it, to the bit but for the last: in float32,
    first along rows. OpenCV's ``remap`` could do it, but knows only 32 places between two pixels.
    """
    upper, lower, down = _neighbours(height, pixels.shape[0])
    left, right, across = _neighbours(width, pixels.shape[1])
    weights = np.repeat(across, 3)

    def along(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        start = np.take(rows, left, axis=1).reshape(height, -1).astype(np.float32)
        end = np.take(rows, right, axis=1).reshape(height, -1).astype(np.float32)
        end -= start
        end *= weights
        end += start
        return end

    above, below = along(pixels[upper]), along(pixels[lower])
    below -= above
    below *= down[:, None]
    below += above
    return below.reshape(height, width, 3)


def _neighbours(
    count: int, size: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """For each output along an axis: the two inputs around its place, and its way between them."""
    places = np.arange(count, dtype=np.float32) * np.float32(size / count)
    low = np.floor(places).astype(np.intp)
    return low, np.minimum(low + 1, size - 1), (places - low).astype(np.float32)
