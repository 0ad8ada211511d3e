"""What people send to a detector that is no usual picture, and what has to come of it."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
import numpy.typing as npt
from msgspec.structs import replace
from PIL import Image

from ...ssd.detections import Detections
from ...ssd.detector import Detector
from ...ssd.errors import DetectorError

_HEIGHT, _WIDTH = 120, 160
_THRESHOLD = 0.01
"""Weak detections have to be whole, too."""
_TURNED = 6
_EXIF_ORIENTATION = 274


@dataclass(frozen=True, slots=True)
class BadInput:
    """Something to answer.

    Attributes:
        name: What it is.
        content: Its bytes.
        expected: Code of the refusal; or height and width of the picture that is answered.
    """

    name: str
    content: bytes
    expected: str | tuple[int, int]


def bad_inputs() -> Iterator[BadInput]:
    """The table; made here, so that it is the same everywhere."""
    random = np.random.default_rng(0)
    rough = random.integers(0, 256, (12, 16, 3), np.uint8)
    pixels = np.asarray(
        cv2.resize(rough, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8
    )
    picture = Image.fromarray(pixels)
    yield from _refused(picture)
    yield from _odd(picture, pixels)


def strange_answers(detector: Detector) -> list[str]:
    """Where a detector does something else than it should, a line each.

    Args:
        detector: It; asked for weak detections, too.
    """
    settings = replace(detector.defaults, threshold=_THRESHOLD)
    lines = []
    for each in bad_inputs():
        try:
            trouble = _trouble(each, detector.detect(each.content, settings).detections)
        except DetectorError as error:
            trouble = "" if error.code == each.expected else f"refused as {error.code}"
        except Exception as error:  # pylint: disable=broad-exception-caught  # what it may be is the question
            trouble = f"failed with {type(error).__name__}"
        if trouble:
            lines.append(f"{each.name}: {trouble}, expected {_words(each.expected)}")
    return lines


def _trouble(given: BadInput, found: Detections) -> str:
    if (found.height, found.width) != given.expected:
        return f"answered as {found.height} x {found.width}"
    ends = np.array([found.height, found.width])
    low, high = found.boxes[:, :2], found.boxes[:, 2:]
    inside = (low >= 0) & (low < high) & (high <= ends)  # false for what is no number
    if not inside.all():
        return "answered with a box outside of the picture"
    if not ((found.scores >= 0) & (found.scores <= 1)).all():
        return "answered with a confidence outside of 0..1"
    return ""


def _words(expected: str | tuple[int, int]) -> str:
    if isinstance(expected, str):
        return f"a refusal as {expected}"
    return f"an answer for {expected[0]} x {expected[1]}"


def _refused(picture: Image.Image) -> Iterator[BadInput]:
    jpeg, png = _encoded(picture, "JPEG"), _encoded(picture, "PNG")
    yield BadInput("nothing", b"", "not_an_image")
    yield BadInput("text", b"this is no picture", "not_an_image")
    yield BadInput("zeros", bytes(1000), "not_an_image")
    yield BadInput("JPEG cut in half", jpeg[: len(jpeg) // 2], "truncated_image")
    yield BadInput("JPEG's first bytes", jpeg[:20], "truncated_image")
    yield BadInput("PNG cut in half", png[: len(png) // 2], "truncated_image")
    yield BadInput("PNG of 60,000 x 60,000", _huge(), "too_many_pixels")
    yield BadInput("SVG", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "unsupported_format")
    yield BadInput("PDF", b"%PDF-1.4\n", "unsupported_format")
    yield BadInput("icon", _encoded(picture, "ICO"), "unsupported_format")


def _odd(picture: Image.Image, pixels: npt.NDArray[np.uint8]) -> Iterator[BadInput]:
    size = (_HEIGHT, _WIDTH)
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = _TURNED
    deep = cv2.imencode(".png", pixels.astype(np.uint16) * 257)[1].tobytes()
    yield BadInput("one pixel", _encoded(picture.resize((1, 1)), "PNG"), (1, 1))
    yield BadInput("one row", _encoded(picture.resize((2000, 1)), "PNG"), (1, 2000))
    yield BadInput("one column", _encoded(picture.resize((1, 2000)), "PNG"), (2000, 1))
    turned = _encoded(picture, "JPEG", exif=exif.tobytes())
    yield BadInput("turned by EXIF", turned, (_WIDTH, _HEIGHT))
    yield BadInput("grey", _encoded(picture.convert("L"), "JPEG"), size)
    yield BadInput("CMYK", _encoded(picture.convert("CMYK"), "JPEG"), size)
    yield BadInput("16 bits", deep, size)
    yield BadInput("palette", _encoded(picture.convert("P"), "PNG"), size)
    yield BadInput("transparent", _encoded(picture.convert("RGBA"), "PNG"), size)
    yield BadInput("1 bit", _encoded(picture.convert("1"), "PNG"), size)
    for kind in ("GIF", "BMP", "TIFF", "WEBP"):
        yield BadInput(kind, _encoded(picture, kind), size)
    for name in ("black", "white"):
        yield BadInput(
            f"all {name}", _encoded(Image.new("RGB", (300, 300), name), "PNG"), (300,) * 2
        )
    yield BadInput("bytes behind the end", _encoded(picture, "JPEG") + b"more" * 10, size)


def _encoded(picture: Image.Image, kind: str, **options: bytes) -> bytes:
    content = BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def _huge() -> bytes:
    """A PNG of a few bytes whose header says that it is huge."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
