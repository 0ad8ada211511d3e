"""Encoded bytes to RGB pixels: formats, EXIF orientation, limits before decoding.

A picture is decoded at the smallest of the scales 1, 1/2, 1/4, 1/8 that still covers what the
network looks at; JPEG does that in its decoder, the rest right after.
"""

import io
import threading
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from models.ssd.errors import NotAnImage, TooManyPixels, TruncatedImage, UnsupportedImage
from models.ssd.formats import readable_format, unreadable_format
from models.ssd.pixels import rgb_from_pillow, turn, upright_size

MAX_PIXELS = 50_000_000
# Pillow refuses more than this whatever our limit says.
MAX_PIXELS_LIMIT = 178_956_970
_LARGE = 8_000_000
# Rows that are converted at a time, a multiple of every scale; modes that are stretched as a whole.
_STRIP = 256
_STRETCHED = ("I", "F")
_ORIENTATION_TAG = 0x0112
# OpenCV names its reduced scales by a colour; the bits of scale and colour are apart.
_REDUCED = {
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2 | cv2.IMREAD_COLOR_RGB,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4 | cv2.IMREAD_COLOR_RGB,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_COLOR_RGB,
}


@dataclass(frozen=True)
class DecodedImage:
    """A decoded picture.

    Attributes:
        pixels: uint8 ``[h, w, 3]``: RGB, 0..255, EXIF-turned, perhaps smaller than the picture.
        height: Height of the picture as sent and EXIF-turned, in pixels.
        width: Its width.
    """

    pixels: npt.NDArray[np.uint8]
    height: int
    width: int


@dataclass(frozen=True)
class _Header:
    format: str
    mode: str
    height: int
    width: int
    orientation: int


class ImageDecoder:
    """Decodes pictures; shared by all threads.

    Args:
        cover: Height and width in pixels that a decoded picture must not fall below, where the
            picture itself has as many. None decodes at full size.
        max_pixels: Most pixels (height times width) a picture may have.
    """

    def __init__(self, cover: tuple[int, int] | None, max_pixels: int = MAX_PIXELS) -> None:
        self._cover = cover
        self._max_pixels = max_pixels
        # A large picture takes hundreds of megabytes while it is decoded: one at a time.
        self._large = threading.Lock()

    def decode(self, encoded: bytes) -> DecodedImage:
        """Decodes one picture.

        Args:
            encoded: JPEG, PNG, WebP, AVIF, BMP, GIF or TIFF; of several frames the first.

        Returns:
            RGB pixels and the size as sent.

        Raises:
            NotAnImage: The bytes are of no known image format.
            UnsupportedImage: A known format that is not read here.
            TooManyPixels: The header tells of more pixels than allowed.
            TruncatedImage: The picture ends early or is damaged.
        """
        header = self._read_header(encoded)
        if header.height * header.width > _LARGE:
            with self._large:
                return self._decode(encoded, header)
        return self._decode(encoded, header)

    def _read_header(self, encoded: bytes) -> _Header:
        kind = readable_format(encoded)
        if kind is None:
            raise _refusal(encoded)
        try:
            with _open(encoded, kind) as image:
                header = _Header(
                    format=kind,
                    mode=image.mode,
                    height=image.height,
                    width=image.width,
                    # Others are asked when they are loaded: PNG's reader decodes all for this.
                    orientation=_orientation(image) if kind == "JPEG" else 1,
                )
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise TooManyPixels(self._too_many(MAX_PIXELS_LIMIT)) from error
        # Readers of damaged files raise whatever they stumble over.
        except Exception as error:
            raise TruncatedImage(_ends_early(kind)) from error
        if header.height * header.width > self._max_pixels:
            raise TooManyPixels(self._too_many(header.height * header.width))
        return header

    def _too_many(self, count: int) -> str:
        return (
            f"the image has {count:,} pixels or more, at most {self._max_pixels:,} are read: "
            "send a smaller one"
        )

    def _decode(self, encoded: bytes, header: _Header) -> DecodedImage:
        pixels = None
        if header.format == "JPEG" and header.mode in {"RGB", "L"}:
            pixels = _decode_jpeg(encoded, self._scale(header))
        if pixels is None:
            pixels, header = self._decode_any(encoded, header)
        height, width = upright_size(header.height, header.width, header.orientation)
        return DecodedImage(turn(pixels, header.orientation), height, width)

    def _decode_any(self, encoded: bytes, header: _Header) -> tuple[npt.NDArray[np.uint8], _Header]:
        """Decodes by Pillow; the header comes back with the orientation."""
        try:
            with _open(encoded, header.format) as image:
                image.load()
                header = replace(header, orientation=_orientation(image))
                scale = self._scale(header)
                if image.mode in _STRETCHED:
                    return _shrink(rgb_from_pillow(image), scale), header
                return _in_strips(image, scale), header
        # Readers of damaged files raise whatever they stumble over.
        except Exception as error:
            raise TruncatedImage(_ends_early(header.format)) from error

    def _scale(self, header: _Header) -> int:
        if self._cover is None:
            return 1
        upright = upright_size(header.height, header.width, header.orientation)
        for scale in (8, 4, 2):
            if upright[0] // scale >= self._cover[0] and upright[1] // scale >= self._cover[1]:
                return scale
        return 1


def _open(encoded: bytes, kind: str) -> Image.Image:
    """Reads a picture's header; its pixels when they are asked for."""
    if kind == "JPEG":
        # The reader itself: Image.open imports five readers first, which a cold start would feel.
        return JpegImageFile(io.BytesIO(encoded))
    return Image.open(io.BytesIO(encoded), formats=[kind])


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) to 8; 1 where it is missing or makes no sense."""
    if image.format == "TIFF":
        # Pillow's TIFF reader turns the picture, and its size, by itself.
        return 1
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    # A picture with broken EXIF data is still a picture.
    except Exception:  # pylint: disable=broad-exception-caught
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _decode_jpeg(encoded: bytes, scale: int) -> npt.NDArray[np.uint8] | None:
    """Decodes by libjpeg-turbo at 1/scale; None where it cannot, such as for a cut file."""
    flags = _REDUCED[scale] | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        decoded = cv2.imdecode(np.frombuffer(encoded, np.uint8), flags)
    except cv2.error:
        return None
    return None if decoded is None else np.asarray(decoded, np.uint8)


def _in_strips(image: Image.Image, scale: int) -> npt.NDArray[np.uint8]:
    """Converts, and shrinks where that is exact, strip by strip; the same pixels as done whole.

    Done whole, a copy in every mode on the way is in memory at once: 300 MB for 12 megapixels.

    Args:
        image: A loaded picture whose pixels do not depend on one another.
        scale: Of the size that is wanted, 1, 2, 4 or 8.

    Returns:
        RGB, uint8 ``[h // scale, w // scale, 3]``.
    """
    if image.height <= _STRIP:
        return _shrink(rgb_from_pillow(image), scale)
    step = scale if image.height % scale == 0 else 1
    pixels = np.empty((image.height // step, image.width // step, 3), np.uint8)
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(top + _STRIP, image.height)))
        rows = _shrink(rgb_from_pillow(strip), step)
        pixels[top // step : top // step + len(rows)] = rows
    return _shrink(pixels, scale // step)


def _shrink(pixels: npt.NDArray[np.uint8], scale: int) -> npt.NDArray[np.uint8]:
    """Averages squares of scale x scale pixels, as a reduced JPEG decode does."""
    if scale == 1:
        return pixels
    height, width = pixels.shape[0] // scale, pixels.shape[1] // scale
    shrunk = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, np.uint8)


def _ends_early(kind: str) -> str:
    return f"the {kind} image ends early or is damaged: send the whole file"


def _refusal(encoded: bytes) -> NotAnImage | UnsupportedImage:
    kind = unreadable_format(encoded)
    if kind is None:
        return NotAnImage(
            "the input is not an image: send JPEG, PNG, WebP, AVIF, BMP, GIF or TIFF, "
            "raw or as base64"
        )
    convert = ", for example with `heif-convert in.heic out.jpg`" if kind == "HEIC" else ""
    return UnsupportedImage(
        f"{kind} images are not read here: convert it to JPEG or PNG first{convert}"
    )
