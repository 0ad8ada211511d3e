"""What bytes are, told by their beginning: an image, or something that people send instead of one.

Most of the latter was an image before something on its way spoiled it. What that does is known.
"""

import binascii
import re

from .errors import NotAnImage
from .rooms import image_format

HEAD = 512
"""Bytes of a beginning that are looked at."""

_BINARY = "send the file's own bytes, as `curl --data-binary @FILE` does"
_CAUSES = (
    (rb"\s*https?://", "the image is an address, and none is fetched here: send its bytes"),
    (rb"@[^\r\n]+\s*\Z", "a file's name was sent and not the file: `curl -F image=@FILE` sends it"),
    (rb"\s*(?:b['\"])?\\x[0-9a-f]{2}\\x[0-9a-f]{2}|\s*b['\"]\\x89PNG|\\x89PNG",
     f"the input is bytes as Python prints them: {_BINARY}"),
    (rb"\s*(?:0x|\\x)?(?:ff ?d8 ?ff|89 ?50 ?4e ?47|47 ?49 ?46 ?38|52 ?49 ?46 ?46)[0-9a-f\s]{8}",
     f"the input is an image in hexadecimal: {_BINARY}"),
    (rb"\x89PNG(?!\r\n\x1a\n)", f"the line ends in the image were changed on its way: {_BINARY}"),
    (rb".{0,8}?(?:[\x80-\xff]|\?|\\u[0-9a-f]{4})PNG\r?\n|.{2,40}?(?:JFIF|Exif)(?:\0|\\u0000|\?)",
     f"the image was read as text on its way, which spoils it: {_BINARY}"),
    (rb"\x1f\x8b\x08", "the input is gzip in another envelope: pack the whole body, or nothing"),
    (rb"PK\x03\x04", "the input is a zip archive: send an image"),
    (rb"\s*<(?:!doctype html|html)", "the input is a web page: send an image"),
)  # fmt: skip


def begins_like_base64(text: bytes) -> bool:
    """Whether bytes begin like base64 of an image, with nothing around it."""
    found = re.match(rb"[A-Za-z0-9+/]*", text[:256])
    sound = found.group()[: len(found.group()) // 4 * 4] if found else b""
    return bool(sound) and image_format(binascii.a2b_base64(sound)) is not None


def not_an_image(given: bytes, inner: bytes = b"") -> NotAnImage:
    """Says what came instead of an image, where that can be told.

    Args:
        given: What came, or its beginning.
        inner: Its beginning without what was around it, or read as base64.

    Returns:
        The error.
    """
    if begins_like_base64(inner):
        return NotAnImage("the input is base64 of base64: encode the image once")
    for head in (bytes(given[:HEAD]), bytes(inner[:HEAD])):
        for sign, words in _CAUSES:
            # Compiled when something is refused: starts are felt.
            if re.match(sign, head, re.IGNORECASE | re.DOTALL):
                return NotAnImage(words)
    return NotAnImage(
        "the input is neither an image nor base64 of one: send JPEG, PNG, WebP, AVIF, BMP, GIF or "
        "TIFF, raw or as base64"
    )


__all__ = ["HEAD", "begins_like_base64", "image_format", "not_an_image"]
