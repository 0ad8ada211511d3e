"""Encoded bytes to RGB pixels: formats, EXIF orientation, limits before decoding.

A picture is decoded at the smallest of the scales 1, 1/2, 1/4, 1/8 that still covers what the
network looks at; JPEG does that in its decoder, the rest right after.
"""

import io
import threading
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from models.ssd.cost import Allowance, Cost, Header, cost_of, read_structure
from models.ssd.decoders import decode_jpeg, decode_webp
from models.ssd.errors import NotAnImage, TooManyPixels, TruncatedImage, UnsupportedImage
from models.ssd.formats import readable_format, unreadable_format
from models.ssd.limits import MEMORY, MILLISECONDS, PIXELS
from models.ssd.pixels import turn, upright_size
from models.ssd.refusal import refuse_more
from models.ssd.strips import shrunk_rgb

MAX_PIXELS = PIXELS.most
# Pillow refuses more than this whatever our limit says.
MAX_PIXELS_LIMIT = 178_956_970
# Bytes from which on pictures are decoded one at a time.
_LARGE = 32_000_000
_ORIENTATION_TAG = 0x0112
# Formats that tell their orientation before they are decoded.
_TOLD = ("JPEG", "WEBP")


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
class Inspected:
    """An encoded picture that was found worth decoding.

    Attributes:
        encoded: The file.
        header: What it says of itself.
        cost: What decoding it takes, estimated.
        scale: At which scale it will be decoded: 1/scale.
    """

    encoded: bytes
    header: Header
    cost: Cost
    scale: int

    @property
    def alone(self) -> bool:
        """Whether it is so large that it waits until no other large one is decoded."""
        return self.cost.memory > _LARGE


class ImageDecoder:
    """Decodes pictures; shared by all threads.

    Args:
        cover: Height and width in pixels that a decoded picture must not fall below, where the
            picture itself has as many. None decodes at full size.
        max_pixels: Most pixels (height times width) a picture may have.
        allowance: What decoding one may take.
    """

    def __init__(
        self,
        cover: tuple[int, int] | None,
        max_pixels: int = MAX_PIXELS,
        allowance: Allowance | None = None,
    ) -> None:
        self._cover = cover
        self._max_pixels = max_pixels
        self._allowance = allowance or Allowance()
        # A large picture takes hundreds of megabytes while it is decoded: one at a time.
        self._large = threading.Lock()

    def inspect(self, encoded: bytes) -> Inspected:
        """Reads a picture's header, and refuses it where decoding would take too much.

        Args:
            encoded: JPEG, PNG, WebP, AVIF, BMP, GIF or TIFF.

        Returns:
            What ``decode`` takes.

        Raises:
            NotAnImage: The bytes are of no known image format.
            UnsupportedImage: A known format that is not read here.
            TooManyPixels: The header tells of more pixels than allowed.
            TooCostly: Its parts, its memory or its time are over a limit.
            TruncatedImage: The picture ends early or is damaged.
        """
        kind = readable_format(encoded)
        if kind is None:
            raise _refusal(encoded)
        structure = read_structure(encoded, kind)
        header = self._read_header(encoded, kind)
        # A lossless JPEG has no reduced scales.
        scale = 1 if getattr(structure, "lossless", False) else self._scale(header)
        cost = cost_of(encoded, header, structure, scale)
        size = len(encoded)
        refuse_more(MEMORY, cost.memory, self._allowance.memory_of(size))
        refuse_more(MILLISECONDS, cost.milliseconds, self._allowance.milliseconds_of(size))
        return Inspected(encoded, header, cost, scale)

    def decode(self, picture: bytes | Inspected) -> DecodedImage:
        """Decodes one picture.

        Args:
            picture: The encoded picture, or what ``inspect`` made of it; of several frames the
                first.

        Returns:
            RGB pixels and the size as sent.

        Raises:
            ImageError: As from ``inspect``.
        """
        if isinstance(picture, bytes):
            picture = self.inspect(picture)
        if picture.alone:
            with self._large:
                return self._decode(picture)
        return self._decode(picture)

    def _read_header(self, encoded: bytes, kind: str) -> Header:
        try:
            with _open(encoded, kind) as image:
                header = Header(
                    format=kind,
                    mode=image.mode,
                    height=image.height,
                    width=image.width,
                    # Others are asked when they are loaded: PNG's reader decodes all for this.
                    orientation=_orientation(image) if kind in _TOLD else 1,
                    frames=getattr(image, "n_frames", 1) if kind == "WEBP" else 1,
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

    def _decode(self, picture: Inspected) -> DecodedImage:
        header, pixels = picture.header, None
        if header.format == "JPEG" and header.mode in {"RGB", "L"}:
            pixels = decode_jpeg(picture.encoded, picture.scale)
        elif header.format == "WEBP" and header.frames == 1:
            pixels = decode_webp(picture.encoded, picture.scale)
        if pixels is None:
            pixels, header = self._decode_any(picture)
        height, width = upright_size(header.height, header.width, header.orientation)
        return DecodedImage(turn(pixels, header.orientation), height, width)

    def _decode_any(self, picture: Inspected) -> tuple[npt.NDArray[np.uint8], Header]:
        """Decodes by Pillow; the header comes back with the orientation."""
        header = picture.header
        try:
            with _open(picture.encoded, header.format) as image:
                if header.format == "JPEG":
                    # Its decoder reduces it, and takes the less memory for that.
                    size = header.width // picture.scale, header.height // picture.scale
                    image.draft(None, size)
                    return shrunk_rgb(image, 1), header
                image.load()
                header = replace(header, orientation=_orientation(image))
                return shrunk_rgb(image, self._scale(header)), header
        # Readers of damaged files raise whatever they stumble over.
        except Exception as error:
            raise TruncatedImage(_ends_early(header.format)) from error

    def _scale(self, header: Header) -> int:
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
