"""Pillow's readers: what a picture's header says, and pixels of any format that Pillow knows."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from .cost import Header
from .strips import shrunk_rgb

_ORIENTATION_TAG = 0x0112
# Where readers keep EXIF. XMP may tell of an orientation, too, which browsers do not heed.
_EXIF = "exif"


class Unreadable(Exception):
    """Pillow cannot read it, and nothing says that it is whole."""


class Unknown(Exception):
    """It is whole as far as Pillow has looked, but of a kind that Pillow does not know."""


def open_picture(encoded: bytes, kind: str) -> Image.Image:
    """Reads a picture's header; its pixels when they are asked for."""
    source = io.BytesIO(encoded)
    if kind == "JPEG":
        # The reader itself: Image.open imports five readers first, which a cold start would feel.
        return JpegImageFile(source)
    if kind == "AVIF":
        # Image.open looks at the first brand alone.
        from PIL.AvifImagePlugin import AvifImageFile

        return AvifImageFile(source)
    return Image.open(source, formats=[kind])


def read_header(encoded: bytes, kind: str) -> Header:
    """Reads what a picture says of itself.

    Raises:
        Unreadable: It is damaged.
        Unknown: It is of a kind that Pillow does not know.
        Image.DecompressionBombError: It has more pixels than Pillow ever takes.
    """
    try:
        with open_picture(encoded, kind) as image:
            return Header(
                format=kind,
                mode=image.mode,
                height=image.height,
                width=image.width,
                orientation=orientation_of(image),
                frames=getattr(image, "n_frames", 1) if kind == "WEBP" else 1,
            )
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise
    # Readers of damaged files raise whatever they stumble over.
    except Exception as error:
        if str(error).startswith("Unsupported BMP"):
            raise Unknown(str(error).removeprefix("Unsupported ")) from error
        raise Unreadable(str(error)) from error


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) to 8; 1 where it is missing or makes no sense."""
    if not image.info.get(_EXIF):
        return 1
    try:
        # Not the picture's own: that one asks XMP where EXIF tells nothing.
        exif = Image.Exif()
        exif.load(image.info[_EXIF])
        value = exif.get(_ORIENTATION_TAG, 1)
    # A picture with broken EXIF data is still a picture.
    except Exception:  # pylint: disable=broad-exception-caught
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def decode_picture(
    encoded: bytes, header: Header, scale: int, *, damaged: bool
) -> npt.NDArray[np.uint8]:
    """Decodes a picture of any format.

    Args:
        encoded: The file.
        header: What it says of itself.
        scale: 1, 2, 4 or 8: the size wanted is 1/scale.
        damaged: Whether as much as can be read will do.

    Returns:
        RGB, uint8 ``[h, w, 3]``. A TIFF is turned upright.

    Raises:
        Unreadable: It ends early, or is damaged.
    """
    try:
        with open_picture(encoded, header.format) as image:
            if header.format == "JPEG":
                # Its decoder reduces it, and takes the less memory for that.
                image.draft(None, (header.width // scale, header.height // scale))
                scale = 1
            # TIFF's reader would turn the picture by what XMP says.
            image.info.pop("xmp", None)
            _load(image, damaged=damaged)
            return shrunk_rgb(_opaque_bmp(image), scale)
    # Readers of damaged files raise whatever they stumble over.
    except Exception as error:
        raise Unreadable(str(error)) from error


def _load(image: Image.Image, *, damaged: bool) -> None:
    try:
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError):
        if not damaged or getattr(image, "_im", None) is None:
            raise
        # What was read before lies in the picture; nothing more is to be read.
        image.tile = []  # type: ignore[attr-defined] # every picture from a file has it
        if image.getbbox() is None:
            raise  # it is nothing


def _opaque_bmp(image: Image.Image) -> Image.Image:
    """A BMP whose alpha is 0 everywhere, which writers mean as none."""
    if image.format == "BMP" and image.mode == "RGBA":
        *_, alpha = image.getextrema()
        if alpha == (0, 0):
            return image.convert("RGB")
    return image
