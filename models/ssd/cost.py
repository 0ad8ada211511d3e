"""What decoding a picture will take, told from its header: bytes of memory and nanoseconds.

The figures were measured, each at the worst picture of its kind that could be found, so that what
is estimated is rather too much (benchmarks/comparisons/appetite.py looks for worse ones).
"""

import msgspec

from .jpeg_structure import read_jpeg
from .limits import DRAWN_PNG, MEMORY, MILLISECONDS, SIDE
from .refusal import refuse_more
from .structure import Structure

# A body of at most so many bytes may take the least that the two allowances give.
_SMALL_BODY = 100_000
_LEAST_MEMORY, _LEAST_TIME = 3, 5
# Milliseconds that a look at a picture takes, by the embedded model and rather too much.
LOOK_MS = 12.0
_NS = 1e6  # nanoseconds in a millisecond
# Bytes that Pillow keeps of a pixel, by its mode.
_STORED: dict[str, float] = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}
# Bytes of a pixel while it is decoded, beyond what Pillow keeps; nanoseconds of a pixel, and of an
# encoded byte.
_DECODER: dict[str, tuple[float, float, float]] = {
    "JPEG": (3, 12, 30),
    "PNG": (0, 10, 10),
    "WEBP": (3, 14, 55),
    "AVIF": (5, 20, 160),
    "GIF": (0.5, 10, 10),
    "TIFF": (0, 16, 12),
    "BMP": (0, 12, 5),
}
# An animation is put together on canvases of its own.
_ANIMATED = 13
# Of these the file is copied: raw bytes are read again as one piece, other parts are left out.
_READ_WHOLE = {"TIFF", "BMP", "PNG"}
# Pixels that are converted at a time, and their bytes in all modes on the way.
STRIP_PIXELS = 1_000_000
_STRIP_BYTES = 14
_STRETCHED_NS = 40
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# An inflated byte of a PNG: unpacked, then unfiltered.
_PNG_RAW_NS = 4
# Pillow unpacks the run lengths of a BMP in Python: a pixel, an encoded byte.
_BMP_RUN_NS, _BMP_RUN_BYTE_NS = 110, 250
_STRIP_NS = 10_000
# AV1 frames that are decoded, and no picture is made of.
_HIDDEN_BYTES = 4
_DECODED_AGAIN_NS = 12
_ENCODED_NS = {"jpeg": 18, "png": 100}


class Header(msgspec.Struct, frozen=True):
    """What a picture says of itself.

    Attributes:
        format: Pillow's name of it.
        mode: Pillow's mode of its pixels.
        height: In pixels, as stored.
        width: Likewise.
        orientation: EXIF's, 1 to 8.
        frames: How many there are, as far as the reader knows.
    """

    format: str
    mode: str
    height: int
    width: int
    orientation: int = 1
    frames: int = 1


class Cost(msgspec.Struct, frozen=True):
    """What decoding takes.

    Attributes:
        memory: Bytes, on top of those of the file.
        nanoseconds: Of one processor.
    """

    memory: float
    nanoseconds: float

    @property
    def milliseconds(self) -> float:
        """Of one processor."""
        return self.nanoseconds / _NS


class Allowance(msgspec.Struct, frozen=True):
    """What a picture or a call may take at most.

    Attributes:
        memory: Bytes for one picture.
        milliseconds: Of one processor, for all pictures of a call.
    """

    memory: int = MEMORY.most
    milliseconds: int = MILLISECONDS.most

    def memory_of(self, size: int) -> float:
        """Bytes that a file of ``size`` bytes may take: 1,000 a byte between two bounds."""
        return _between(self.memory, _LEAST_MEMORY, size)

    def milliseconds_of(self, size: int) -> float:
        """Milliseconds that a body of ``size`` bytes may take."""
        return _between(self.milliseconds, _LEAST_TIME, size)


def _between(most: int, share: int, size: int) -> float:
    """What ``_SMALL_BODY`` gets is a share of the most; beyond, it grows with the bytes."""
    return min(most, most / share * max(1.0, size / _SMALL_BODY))


def read_structure(encoded: bytes, kind: str) -> Structure:
    """Counts the parts of a picture, before any reader is asked.

    Args:
        encoded: The file.
        kind: Its format.

    Returns:
        What its cost depends on beyond its header, where there is such a thing.

    Raises:
        TooCostly: It has more parts than allowed.
    """
    if kind == "JPEG":
        return read_jpeg(encoded)
    # Imported when one comes: most pictures are JPEGs, and starts are felt.
    if kind == "TIFF":
        from .tiff_structure import read_tiff

        return read_tiff(encoded)
    if kind == "AVIF":
        from .avif_structure import read_avif

        return read_avif(encoded)
    if kind == "PNG":
        from .png_structure import read_png

        return read_png(encoded)
    if kind in {"WEBP", "GIF"}:
        from .chunks import check_gif, check_webp

        (check_webp if kind == "WEBP" else check_gif)(encoded)
    return Structure()


def cost_of(encoded: bytes, header: Header, structure: Structure, scale: int) -> Cost:
    """Estimates what decoding takes.

    Args:
        encoded: The file.
        header: What it says of itself.
        structure: What ``read_structure`` found.
        scale: The scale it is decoded at: 1/scale.

    Returns:
        Memory and time.

    Raises:
        TooCostly: A side is longer than any picture's.
    """
    refuse_more(SIDE, max(header.height, header.width))
    if header.format == "JPEG":
        return _jpeg_cost(encoded, header, structure, scale)
    decoder, ns, byte_ns = _DECODER[header.format]
    pixels = header.height * header.width
    stored = decoder + _STORED.get(header.mode, 3 if header.format == "WEBP" else 4)
    if header.format == "WEBP":
        stored += _ANIMATED if header.frames > 1 else 2 * (header.mode != "RGB")
    stored = stored if structure.stored is None else structure.stored
    memory = stored * pixels + 3 * pixels / scale**2 + _STRIP_BYTES * min(pixels, STRIP_PIXELS)
    memory += structure.piece + (len(encoded) if header.format in _READ_WHOLE else 0)
    spent = pixels * (ns + _STRETCHED_NS * structure.stretched) + len(encoded) * byte_ns
    spent += structure.pieces * _STRIP_NS
    if header.format == "PNG":
        spent += pixels * _PNG_RAW_NS * _png_bytes(encoded)
    elif header.format == "BMP" and encoded[30:31] in {b"\x01", b"\x02"}:
        spent += pixels * _BMP_RUN_NS + len(encoded) * _BMP_RUN_BYTE_NS
    # A picture and its alpha are what the header of an AVIF tells of; more is hidden from it.
    hidden = max(0, structure.coded - 2 * pixels)
    return Cost(memory + hidden * _HIDDEN_BYTES, spent + hidden * ns)


def drawing_ms(header: Header, picture_format: str) -> float:
    """Estimates what a reply costs that is the picture itself, with what was found drawn on it.

    Args:
        header: Of the picture.
        picture_format: ``jpeg`` or ``png``.

    Returns:
        Milliseconds, those of decoding it once more, at full size, included.

    Raises:
        TooCostly: It is too large to be drawn in that format.
    """
    pixels = header.height * header.width
    if picture_format == "png":
        refuse_more(DRAWN_PNG, pixels)
    return pixels * (_DECODED_AGAIN_NS + _ENCODED_NS[picture_format]) / _NS


def _jpeg_cost(encoded: bytes, header: Header, structure: Structure, scale: int) -> Cost:
    """A JPEG is decoded at its scale, except where it cannot be; then Pillow keeps a copy."""
    decoder, ns, byte_ns = _DECODER["JPEG"]
    decoded = header.height * header.width / (1 if structure.lossless else scale**2)
    kept = decoder if header.mode in {"RGB", "L"} else 4
    memory = max(structure.coefficients + kept * decoded, (kept + 3) * decoded)
    spent = structure.nanoseconds + decoded * ns + len(encoded) * byte_ns
    return Cost(memory, spent)


def _png_bytes(encoded: bytes) -> float:
    """Bytes of a pixel between unpacking and Pillow's own form, from IHDR."""
    depth, color = encoded[24], encoded[25]
    return _PNG_CHANNELS.get(color, 4) * float(min(depth, 16)) / 8
