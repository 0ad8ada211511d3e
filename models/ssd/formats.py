"""Image formats told by their first bytes, before any decoder sees them."""

import re

_READ = (
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "WEBP"),
    (re.compile(rb"GIF8[79]a"), "GIF"),
    (re.compile(rb"II\*\x00|MM\x00\*|II\+\x00|MM\x00\+"), "TIFF"),
    (re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", re.DOTALL), "BMP"),
)
# Images all the same, but not read here; told apart so that the error can say what came.
_KNOWN = (
    (re.compile(rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51"), "JPEG 2000"),
    (re.compile(rb"\x00\x00\x00\x0cJXL |\xff\x0a"), "JPEG XL"),
    (re.compile(rb"8BPS"), "Photoshop"),
    (re.compile(rb"%PDF-"), "PDF"),
    (re.compile(rb"P[1-7]\s"), "Netpbm"),
    (re.compile(rb"\x00\x00\x01\x00"), "icon"),
    (
        re.compile(
            rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg", re.DOTALL
        ),
        "SVG",
    ),
    (re.compile(rb"II(RO|RS|U\0)|MMOR|FUJIFILMCCD-RAW|\0MRM"), "camera raw"),
    (re.compile(rb"\x8aMNG\r\n\x1a\n|\x8bJNG\r\n\x1a\n"), "MNG"),
    (re.compile(rb"II\xbc\x01"), "JPEG XR"),
    (re.compile(rb"v/1\x01"), "OpenEXR"),
    (re.compile(rb"#\?RADIANCE"), "Radiance HDR"),
)
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


def _match(encoded: bytes, table: tuple[tuple[re.Pattern[bytes], str], ...]) -> str | None:
    head = bytes(encoded[:HEAD])
    return next((name for pattern, name in table if pattern.match(head)), None)
