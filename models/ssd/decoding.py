"""An inspected picture to pixels, by whichever decoder reads its kind best.

What only some formats need is imported when one of them comes: most pictures are JPEGs, and starts
are felt.
"""

import msgspec
import numpy as np
import numpy.typing as npt

from . import pillow_reader
from .cost import Cost, Header
from .errors import TruncatedImage
from .jpeg_decoder import (
    JpegDamaged,
    JpegRequest,
    JpegUnread,
    decode_jpeg,
    decode_jpeg_anyhow,
)
from .structure import Structure

_NOT_WEIGHED = Cost(0, 0)
# Bytes from which on pictures are decoded one at a time.
_LARGE = 32_000_000


class Inspected(msgspec.Struct, frozen=True):
    """An encoded picture that was found worth decoding.

    Attributes:
        encoded: The file, perhaps without what is no part of the picture.
        size: Bytes of the file as it came.
        header: What it says of itself.
        structure: What its parts are, where its format has any.
        damaged: Whether it is answered even if it is damaged.
        cost: What decoding it takes, estimated.
        scale: At which scale it will be decoded: 1/scale.
        tiles: The last level of tiles that it will be looked at in; 1 is the whole alone.
    """

    encoded: bytes
    size: int
    header: Header
    structure: Structure
    damaged: bool = False
    cost: Cost = _NOT_WEIGHED
    scale: int = 1
    tiles: int = 1

    @property
    def alone(self) -> bool:
        """Whether it is so large that it waits until no other large one is decoded."""
        return self.cost.memory > _LARGE


def damage(kind: str) -> TruncatedImage:
    """The error of a damaged picture."""
    return TruncatedImage(
        f"the {kind} image ends early or is damaged: send the whole file, or add damaged=accept "
        "for what can be read of it"
    )


def pixels_of(picture: Inspected) -> npt.NDArray[np.uint8]:
    """Decodes a picture.

    Returns:
        RGB, uint8 ``[h, w, 3]``, at the picture's scale, not yet turned as its header says.

    Raises:
        TruncatedImage: It ends early or is damaged.
    """
    header = picture.header
    pixels = None
    if header.format == "JPEG":
        pixels = _jpeg_pixels(picture)
    elif header.format == "WEBP" and header.frames == 1:
        from .webp_decoder import decode_webp

        pixels = decode_webp(picture.encoded, picture.scale)
    elif header.format == "TIFF":
        pixels = _tiff_pixels(picture)
    if pixels is not None:
        return pixels
    try:
        return pillow_reader.decode_picture(
            picture.encoded, header, picture.scale, damaged=picture.damaged
        )
    except pillow_reader.Unreadable as error:
        raise damage(header.format) from error


def _tiff_pixels(picture: Inspected) -> npt.NDArray[np.uint8] | None:
    from .tiff_decoder import TiffDamaged, decode_tiff

    try:
        return decode_tiff(picture.encoded, picture.structure, picture.scale)
    except TiffDamaged as error:
        raise damage("TIFF") from error


def _jpeg_pixels(picture: Inspected) -> npt.NDArray[np.uint8] | None:
    header = picture.header
    wanted = JpegRequest(
        header.height, header.width, picture.scale, header.mode == "CMYK", picture.damaged
    )
    try:
        return decode_jpeg(picture.encoded, wanted)
    except JpegDamaged as error:
        raise damage("JPEG") from error
    except JpegUnread:
        return None if wanted.ink else decode_jpeg_anyhow(picture.encoded, picture.scale)
