"""JPEG to pixels at a reduced scale, and what the decoder found wrong on the way.

libjpeg-turbo goes on where it can and warns: through simplejpeg its first warning is reported.
"""

import re
from collections.abc import Iterator

import cv2
import msgspec
import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image

from .pixels import rgb_from_pillow
from .strips import joined, rows_of

_END = b"\xff\xd9"
# What writers fill the place before an end marker with, or have in its place.
_FILLING = b"\r\n\0 \xff"
_LEFT_OVER = re.compile(r"extraneous bytes before marker 0xd9$")
# What simplejpeg does not go on from: subsampling, colours and markers that it does not know.
_UNKNOWN = ("tjDecompressHeader", "Unsupported color", "Unknown Adobe color transform")
# A warning that tells of no damage, and hides what comes after.
_HARMLESS = "Invalid SOS parameters"
# So does one about the version of JFIF, which can be set right.
_STRANGE = re.compile(rb"(\xff\xe0..JFIF\0)[^\x01]", re.DOTALL)
# OpenCV names its reduced scales by a colour; the bits of scale and colour are apart.
_REDUCED = {
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2 | cv2.IMREAD_COLOR_RGB,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4 | cv2.IMREAD_COLOR_RGB,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_COLOR_RGB,
}


class JpegRequest(msgspec.Struct, frozen=True):
    """How a JPEG is to be decoded.

    Attributes:
        height: Its own, in pixels.
        width: Likewise.
        scale: 1, 2, 4 or 8: the size wanted is 1/scale.
        ink: Whether its pixels are CMYK.
        damaged: Whether a damaged one will do.
    """

    height: int
    width: int
    scale: int
    ink: bool
    damaged: bool


class JpegDamaged(Exception):
    """The decoder could not read all of it."""


class JpegUnread(Exception):
    """This decoder does not know that kind of JPEG: another may."""


def decode_jpeg(encoded: bytes, wanted: JpegRequest) -> npt.NDArray[np.uint8]:
    """Decodes a JPEG by libjpeg-turbo.

    Args:
        encoded: The file. A missing end marker is no damage.
        wanted: How.

    Returns:
        RGB, uint8 ``[h, w, 3]``, each side divided by the scale and rounded up.

    Raises:
        JpegDamaged: The decoder warned that it could not read all, or gave up.
        JpegUnread: It is of a kind, such as odd subsampling, that is not known to it.
    """
    if not encoded.endswith(_END):
        encoded += _END
    try:
        return _rgb(_decoded(encoded, wanted, strict=not wanted.damaged), wanted)
    except ValueError as error:
        message = str(error)
    if message.startswith(_UNKNOWN):
        raise JpegUnread(message)
    if message.startswith("Warning: unknown JFIF") and (head := _STRANGE.search(encoded[:64])):
        return decode_jpeg(encoded[: head.end() - 1] + b"\1" + encoded[head.end() :], wanted)
    try:
        return _rgb(_decoded_after(message, encoded, wanted), wanted)
    except ValueError as error:
        raise JpegDamaged(str(error)) from error


def decode_jpeg_anyhow(encoded: bytes, scale: int) -> npt.NDArray[np.uint8] | None:
    """Decodes by OpenCV, which knows every subsampling, and prints what is damaged; None if cut."""
    flags = _REDUCED[scale] | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        decoded = cv2.imdecode(np.frombuffer(encoded, np.uint8), flags)
    except cv2.error:
        return None
    return None if decoded is None else np.asarray(decoded, np.uint8)


def _decoded(encoded: bytes, wanted: JpegRequest, *, strict: bool) -> npt.NDArray[np.uint8]:
    decoded: npt.NDArray[np.uint8] = simplejpeg.decode_jpeg(
        encoded,
        "CMYK" if wanted.ink else "RGB",
        min_height=-(-wanted.height // wanted.scale),
        min_width=-(-wanted.width // wanted.scale),
        strict=strict,
    )
    return decoded


def _decoded_after(message: str, encoded: bytes, wanted: JpegRequest) -> npt.NDArray[np.uint8]:
    """Decodes once more what may be whole in spite of a warning.

    Raises:
        ValueError: It is damaged.
    """
    if message.startswith(_HARMLESS):
        return _decoded(encoded, wanted, strict=False)
    if not _LEFT_OVER.search(message):
        raise ValueError(message)
    # Filling is none where the picture needs it; its own last byte may look like filling.
    body = encoded[: encoded.rindex(_END)]
    own = len(body.rstrip(_FILLING))
    try:
        return _decoded(body[:own] + _END, wanted, strict=True)
    except ValueError:
        return _decoded(body[: own + 1] + _END, wanted, strict=True)


def _rgb(decoded: npt.NDArray[np.uint8], wanted: JpegRequest) -> npt.NDArray[np.uint8]:
    if not wanted.ink:
        return decoded
    return joined(_inked_strips(decoded), decoded.shape[:2], 1)


def _inked_strips(decoded: npt.NDArray[np.uint8]) -> Iterator[npt.NDArray[np.uint8]]:
    """RGB of the rows of CMYK; all programs store in a JPEG how much ink is left out."""
    step = rows_of(decoded.shape[1])
    for top in range(0, decoded.shape[0], step):
        yield rgb_from_pillow(Image.fromarray(~decoded[top : top + step], "CMYK"))
