"""Encoded bytes to RGB pixels: formats, EXIF orientation, limits before decoding.

A picture is decoded at the smallest of the scales 1, 1/2, 1/4, 1/8 that still covers what the
network looks at; JPEG does that in its decoder, the rest right after.
"""

import math
import threading

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec.structs import replace
from PIL import Image

from . import pillow_reader
from .cost import Allowance, Header, cost_of, read_structure
from .decoding import Inspected, damage, pixels_of
from .errors import NotAnImage, TooManyPixels, UnsupportedImage
from .formats import READ, image_format
from .limits import MEMORY, MILLISECONDS, PIXELS
from .pixels import turn, upright_size
from .refusal import refuse_more
from .strips import covering_scale
from .structure import PartDamaged, Structure

MAX_PIXELS = PIXELS.most
# Pillow refuses more than this whatever our limit says.
MAX_PIXELS_LIMIT = 178_956_970
_CONVERT = "convert it to JPEG or PNG first"


class DecodedImage(msgspec.Struct, frozen=True):
    """A decoded picture.

    Attributes:
        pixels: uint8 ``[h, w, 3]``: RGB, 0..255, EXIF-turned, perhaps smaller than the picture.
        height: Height of the picture as sent and EXIF-turned, in pixels.
        width: Its width.
    """

    pixels: npt.NDArray[np.uint8]
    height: int
    width: int


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

    def inspect(self, encoded: bytes, kind: str = "", *, damaged: bool = False) -> Inspected:
        """Reads a picture's header, and refuses it where decoding would take too much.

        Args:
            encoded: JPEG, PNG, WebP, AVIF, BMP, GIF or TIFF.
            kind: Its format, where ``formats.image_format`` has told it already; else empty.
            damaged: Whether a damaged picture will do, as far as it can be read.

        Returns:
            What ``decode`` takes.

        Raises:
            NotAnImage: The bytes are of no known image format.
            UnsupportedImage: A known format, or a kind of one, that is not read here.
            TooManyPixels: The header tells of more pixels than allowed.
            TooCostly: Its parts, its memory or its time are over a limit.
            TruncatedImage: The picture ends early or is damaged.
        """
        kind, size = kind or image_format(encoded) or "", len(encoded)
        if kind not in READ:
            raise _refusal(kind)
        structure = read_structure(encoded, kind)
        if structure.unread:
            raise UnsupportedImage(f"{structure.unread} images are not read here: {_CONVERT}")
        try:
            encoded = structure.picture_of(encoded, damaged=damaged)
        except PartDamaged as error:
            raise damage(kind) from error
        header = self._read_header(encoded, kind, structure)
        return self.weigh(Inspected(encoded, size, header, structure, damaged))

    def weigh(self, picture: Inspected, finer: float = 1, further_ms: float = 0) -> Inspected:
        """Chooses the scale of this decoder for a picture, and refuses what would take too much.

        Args:
            picture: What ``inspect`` of this or of another decoder made.
            finer: How many times what a decoded picture must not fall below is asked for.
            further_ms: Milliseconds of work on the decoded picture that must fit in, too.

        Returns:
            The same for this decoder.

        Raises:
            TooCostly: Its memory or its time are over a limit.
        """
        structure, header = picture.structure, picture.header
        # A lossless JPEG has no reduced scales.
        scale = 1 if structure.lossless else self._scale(header, finer)
        cost = cost_of(picture.encoded, header, structure, scale)
        refuse_more(MEMORY, cost.memory, self._allowance.memory_of(picture.size))
        milliseconds = self._allowance.milliseconds_of(picture.size)
        refuse_more(MILLISECONDS, cost.milliseconds + further_ms, milliseconds)
        return replace(picture, cost=cost, scale=scale)

    def decode(self, picture: bytes | Inspected) -> DecodedImage:
        """Decodes one picture.

        Args:
            picture: The encoded picture, or what ``inspect`` made of it; of several frames the
                first, of a TIFF's pages the first that is no thumbnail.

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

    def _read_header(self, encoded: bytes, kind: str, structure: Structure) -> Header:
        try:
            if structure.size is None:
                header = pillow_reader.read_header(encoded, kind)
            else:
                header = Header(kind, "", *structure.size)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise TooManyPixels(self._too_many(MAX_PIXELS_LIMIT)) from error
        except pillow_reader.Unknown as error:
            raise UnsupportedImage(f"{error} is not read here: {_CONVERT}") from error
        except pillow_reader.Unreadable as error:
            raise damage(kind) from error
        if not header.height * header.width:
            raise damage(kind)
        if header.height * header.width > self._max_pixels:
            raise TooManyPixels(self._too_many(header.height * header.width))
        return header

    def _too_many(self, count: int) -> str:
        return (
            f"the image has {count:,} pixels or more, at most {self._max_pixels:,} are read: "
            "send a smaller one"
        )

    def _decode(self, picture: Inspected) -> DecodedImage:
        header = picture.header
        height, width = upright_size(header.height, header.width, header.orientation)
        return DecodedImage(turn(pixels_of(picture), header.orientation), height, width)

    def _scale(self, header: Header, finer: float) -> int:
        if self._cover is None:
            return 1
        cover = math.ceil(self._cover[0] * finer), math.ceil(self._cover[1] * finer)
        upright = upright_size(header.height, header.width, header.orientation)
        return covering_scale(upright, cover)


def _refusal(kind: str) -> NotAnImage | UnsupportedImage:
    if not kind:
        return NotAnImage(
            "the input is not an image: send JPEG, PNG, WebP, AVIF, BMP, GIF or TIFF, "
            "raw or as base64"
        )
    convert = ", for example with `heif-convert in.heic out.jpg`" if kind == "HEIC" else ""
    return UnsupportedImage(f"{kind} images are not read here: {_CONVERT}{convert}")
