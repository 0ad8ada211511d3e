"""Pixels that a program has in its hands, checked and made what the detector reads.

What the detector reads is uint8 ``[H, W, 3]``: RGB, 0..255.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from .rooms import rgb_from_pillow

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = npt.NDArray[np.uint8]
Color = Literal["rgb", "bgr"]
_SIXTEEN_BITS = "(array // 257).astype(np.uint8)"


@dataclass(frozen=True)
class Form:
    """How arrays are to be taken.

    Attributes:
        color: The order of their colours: ``rgb``, or ``bgr`` as OpenCV has it.
        floats: Whether they are floats from 0 to 1 instead of bytes.
    """

    color: Color = "rgb"
    floats: bool = False


RGB_BYTES = Form()


def rgb_from_array(array: "npt.NDArray[np.generic]", form: Form) -> Pixels:
    """Makes RGB bytes of an array.

    Args:
        array: ``[H, W]`` or ``[H, W, 1]`` grey, ``[H, W, 3]`` colour, ``[H, W, 4]`` colour and
            opacity, behind which white shows. uint8, or floats from 0 to 1 if the form says so.
        form: How to take it.

    Raises:
        TypeError: Its numbers are of another type.
        ValueError: Its shape is no picture's, or its floats are out of range.
    """
    _check_shape(array.shape)
    pixels = _from_floats(array) if form.floats else _bytes(array)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.shape[2] == 1:
        return np.repeat(pixels, 3, axis=2)
    if form.color == "bgr":
        pixels = np.concatenate([pixels[:, :, 2::-1], pixels[:, :, 3:]], axis=2)
    if pixels.shape[2] == 4:
        from PIL import Image

        return rgb_from_pillow(Image.fromarray(np.ascontiguousarray(pixels), "RGBA"))
    return np.ascontiguousarray(pixels)


def rgb_from_image(image: "Image") -> Pixels:
    """Makes RGB bytes of a Pillow image of any mode, turned as its EXIF says."""
    from PIL.ImageOps import exif_transpose

    return rgb_from_pillow(exif_transpose(image))


def _check_shape(shape: tuple[int, ...]) -> None:
    told = " x ".join(map(str, shape)) or "a single number"
    if len(shape) == 4:
        raise ValueError(f"an array of {told} is several pictures: give list(array)")
    if len(shape) == 3 and shape[2] not in {1, 3, 4} and shape[0] in {1, 3, 4}:
        raise ValueError(
            f"an array of {told} has its channels first: give np.moveaxis(array, 0, -1)"
        )
    if len(shape) not in {2, 3} or (len(shape) == 3 and shape[2] not in {1, 3, 4}):
        raise ValueError(
            f"an array of {told} is no picture: height x width, or height x width x 1, 3 or 4 "
            "channels is"
        )
    if not shape[0] * shape[1]:
        raise ValueError(f"an array of {told} has no pixels")


def _bytes(array: "npt.NDArray[np.generic]") -> Pixels:
    if array.dtype == np.uint8:
        return array.view(np.uint8)
    hint = "convert it, for example with array.astype(np.uint8)"
    if np.issubdtype(array.dtype, np.floating):
        hint = "add floats=True if its values are from 0 to 1, or give array.astype(np.uint8)"
    elif array.dtype == np.uint16:
        hint = f"convert it, for example with {_SIXTEEN_BITS}"
    elif array.dtype == np.bool_:
        hint = "convert it with array.astype(np.uint8) * 255"
    raise TypeError(f"an array of {array.dtype} came, uint8 from 0 to 255 is read: {hint}")


def _from_floats(array: "npt.NDArray[np.generic]") -> Pixels:
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(f"floats=True, but an array of {array.dtype} came: leave floats out")
    values = array.astype(np.float32)
    least, greatest = float(values.min()), float(values.max())
    if not (least >= 0 and greatest <= 1):  # not a number compares false
        raise ValueError(
            f"floats must be from 0 to 1, these are from {least:g} to {greatest:g}: scale them, "
            "or give bytes (array.astype(np.uint8)) without floats=True"
        )
    return (values * 255 + 0.5).astype(np.uint8)
