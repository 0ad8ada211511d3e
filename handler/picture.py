"""One picture of a call: raw bytes, or base64 in any of the ways that people's tools write it."""

import binascii
from dataclasses import dataclass, field

from .errors import BadBase64, EmptyInput, PayloadError
from .sniffing import begins_like_base64, image_format, not_an_image
from .wrappings import WHITESPACE, unwrapped, with_pluses, without_uri

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_URLSAFE = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True)
class Picture:
    """One picture of a call.

    Attributes:
        encoded: The bytes of its file.
        maybe_cut: It came as base64 without the padding its length needs: complete in some
            dialects, cut off in others. Whether the picture is whole tells which.
        format: The name of its format, as its first bytes tell; empty where nobody looked.
    """

    encoded: bytes
    maybe_cut: bool = False
    format: str = field(default="", compare=False)


def read_picture(content: bytes) -> Picture:
    """Takes raw bytes of an image as they are, and anything else for base64 of one."""
    kind = image_format(content)
    return Picture(content, format=kind) if kind else read_base64(content)


def read_base64(text: bytes) -> Picture:
    """Decodes base64 of a picture.

    Args:
        text: Base64 in the standard or the URL alphabet, line wraps and missing padding allowed,
            with or without one of the wrappings of ``handler.wrappings``.

    Returns:
        The picture.

    Raises:
        BadBase64: It begins like an image, but is cut or has foreign characters.
        NotAnImage: It is not base64 of an image.
        EmptyInput: There is nothing in it.
        TooCostly: It has more escapes than allowed.
    """
    given = text
    text = without_uri(text)
    packed = _packed(text)
    bare = packed.rstrip(b"=")
    foreign = bare.translate(None, _ALPHABET)
    if foreign:
        text = unwrapped(text)
        packed = _packed(text)
        bare = packed.rstrip(b"=")
        foreign = bare.translate(None, _ALPHABET)
    if text is not given and (kind := image_format(text)):
        return Picture(text, format=kind)
    if not packed:
        raise EmptyInput("the image is empty: send an image, raw or as base64")
    if foreign:
        raise _bad(bare, (given, text), "has characters that are not base64")
    if len(bare) % 4 == 1:
        raise _bad(bare, (given, text), "is cut: its length is impossible")
    encoded = binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))
    if not (kind := image_format(encoded)):
        raise not_an_image(given, encoded)
    return Picture(encoded, maybe_cut=len(packed) % 4 != 0, format=kind)


def _packed(text: bytes) -> bytes:
    """A text without whitespace, in the standard alphabet."""
    packed = text.translate(None, WHITESPACE)
    if b"-" in packed or b"_" in packed:
        return packed.translate(_URLSAFE)
    if len(packed) != len(text) and b" " in text and b"+" not in packed:
        return with_pluses(text, packed)
    return packed


def _bad(bare: bytes, texts: tuple[bytes, bytes], fault: str) -> PayloadError:
    """Names the fault if the text begins like base64 of an image; otherwise it never was one."""
    if begins_like_base64(bare):
        return BadBase64(f"the base64 {fault}: send it whole, as `base64 FILE` writes it")
    return not_an_image(*texts)
