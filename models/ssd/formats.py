"""Image formats told by their first bytes, before any decoder sees them."""

import re
from typing import Literal

# Patterns, compiled when one is first looked for: most pictures are JPEGs, and starts are felt.
_READ = (
    (rb"\xff\xd8\xff", "JPEG"),
    (rb"\x89PNG\r\n\x1a\n", "PNG"),
    (rb"(?s)RIFF....WEBP", "WEBP"),
    (rb"GIF8[79]a", "GIF"),
    (rb"II\*\x00|MM\x00\*|II\+\x00|MM\x00\+", "TIFF"),
    (rb"(?s)BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", "BMP"),
)
# Images all the same, but not read here; told apart so that the error can say what came.
_KNOWN = (
    (rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51", "JPEG 2000"),
    (rb"\x00\x00\x00\x0cJXL |\xff\x0a", "JPEG XL"),
    (rb"8BPS", "Photoshop"),
    (rb"%PDF-", "PDF"),
    (rb"P[1-7]\s", "Netpbm"),
    (rb"\x00\x00\x01\x00", "icon"),
    (
        rb"(?s)\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg",
        "SVG",
    ),
    (rb"II(RO|RS|U\0)|MMOR|FUJIFILMCCD-RAW|\0MRM", "camera raw"),
    (rb"\x8aMNG\r\n\x1a\n|\x8bJNG\r\n\x1a\n", "MNG"),
    (rb"II\xbc\x01", "JPEG XR"),
    (rb"v/1\x01", "OpenEXR"),
    (rb"#\?RADIANCE", "Radiance HDR"),
)
PictureFormat = Literal["jpeg", "png"]
"""What a picture with detections drawn on it is written as."""
# Longest beginning any pattern needs.
HEAD = 512


# What the brands of a file in boxes (ISO/IEC 14496-12) say that it is. General ones, such as mif1,
# may stand first in any of them.
_BRANDS = (
    ("AVIF", {b"avif", b"avis"}),
    ("HEIC", {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}),
    ("camera raw", {b"crx "}),
    ("HEIF", {b"mif1", b"msf1", b"miaf", b"mif2"}),
)


READ = frozenset({"AVIF", *(name for _, name in _READ)})
"""The formats that are read, by the name Pillow gives their reader."""


def image_format(encoded: bytes) -> str | None:
    """Names the format of an image.

    Args:
        encoded: The image, or at least its first ``HEAD`` bytes.

    Returns:
        One of ``READ``, or another that is known but not read here; None for anything else.
    """
    if encoded[4:8] == b"ftyp":
        return _branded(encoded)
    return _match(encoded, _READ) or _match(encoded, _KNOWN)


def _branded(encoded: bytes) -> str | None:
    """What the first box says: its major brand, then all that it is compatible with."""
    end = min(int.from_bytes(encoded[:4]), HEAD, len(encoded))
    brands = {bytes(encoded[at : at + 4]) for at in (8, *range(16, end, 4))}
    return next((name for name, known in _BRANDS if brands & known), None)


def _match(encoded: bytes, table: tuple[tuple[bytes, str], ...]) -> str | None:
    head = bytes(encoded[:HEAD])
    return next((name for pattern, name in table if re.match(pattern, head)), None)
