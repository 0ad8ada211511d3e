"""The envelope of a call: encoded image bytes and options out of whatever was sent.

The body is sniffed, never believed: ``curl --data-binary`` calls every picture a form.
"""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from handler.errors import BadBase64, BadOption, EmptyInput, NotAnImage, PayloadError
from handler.forms import read_multipart, read_urlencoded
from handler.limits import JSON_VALUES, PICTURES, refuse_more
from models.ssd.formats import image_format

MAX_BATCH = PICTURES.most
_WHITESPACE = b" \t\r\n\x0b\x0c"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_DATA_URI = re.compile(rb"\s*data:[\w.+/;=-]{0,200},", re.IGNORECASE)
_FORM_FIELD = re.compile(rb"\s*image=")
_MULTIPART = re.compile(rb"(?:\r?\n)?--([^\r\n]{1,200}?)[ \t]*\r?\n(?i:content-)")


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


@dataclass(frozen=True)
class Payload:
    """What a call sent.

    Attributes:
        pictures: Its pictures, in order, or the error that one of a batch alone caused.
        batch: Whether it asked for a batch, even of one.
        fields: Options that came with the body.
    """

    pictures: tuple[Picture | PayloadError, ...]
    batch: bool = False
    fields: Mapping[str, object] = field(default_factory=dict)


def read_payload(body: bytes) -> Payload:
    """Opens the envelope of a call.

    Args:
        body: Raw image bytes, base64 (wrapped, padded or not, either alphabet), a data URI, a
            multipart form, a urlencoded form with ``image``, or JSON with ``image`` or ``images``.

    Returns:
        The pictures and options.

    Raises:
        PayloadError: Nothing was sent, or it cannot be opened.
    """
    if kind := _looks_like_image(body):
        return Payload((Picture(body, format=kind),))
    start = body[:1024].lstrip(_WHITESPACE)
    if not start and not body.strip(_WHITESPACE):
        raise EmptyInput("nothing was sent: send an image, raw or as base64")
    if start[:1] in {b"{", b"["}:
        return _read_json(body)
    if multipart := _MULTIPART.match(body):
        return _read_multipart(body, multipart.group(1))
    if _FORM_FIELD.match(body):
        return _read_form(body)
    return Payload((read_base64(body),))


def read_base64(text: bytes) -> Picture:
    """Decodes base64 of a picture.

    Args:
        text: Base64 in the standard or the URL alphabet, line wraps and missing padding allowed,
            with or without ``data:...;base64,`` before it.

    Returns:
        The picture.

    Raises:
        BadBase64: It begins like an image, but is cut or has foreign characters.
        NotAnImage: It is not base64 of an image.
        EmptyInput: There is nothing in it.
    """
    if uri := _DATA_URI.match(text):
        text = text[uri.end() :]
    packed = text.translate(None, _WHITESPACE)
    if not packed:
        raise EmptyInput("the image is empty: send an image, raw or as base64")
    if b"-" in packed or b"_" in packed:
        packed = packed.translate(_URLSAFE)
    bare = packed.rstrip(b"=")
    if bare.translate(None, _ALPHABET):
        raise _bad(bare, "has characters that are not base64")
    if len(bare) % 4 == 1:
        raise _bad(bare, "is cut: its length is impossible")
    encoded = binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))
    if not (kind := _looks_like_image(encoded)):
        raise _not_an_image()
    return Picture(encoded, maybe_cut=len(packed) % 4 != 0, format=kind)


def _looks_like_image(encoded: bytes) -> str:
    """The name of its format; empty where it is none."""
    return image_format(encoded) or ""


def _bad(packed: bytes, fault: str) -> PayloadError:
    """Names the fault if the text begins like base64 of an image; otherwise it never was one."""
    head = re.match(rb"[A-Za-z0-9+/]*", packed[:256])
    sound = head.group()[: len(head.group()) // 4 * 4] if head else b""
    if sound and _looks_like_image(binascii.a2b_base64(sound)):
        return BadBase64(f"the base64 {fault}: send it whole, as `base64 FILE` writes it")
    return _not_an_image()


def _not_an_image() -> NotAnImage:
    return NotAnImage(
        "the input is neither an image nor base64 of one: send JPEG, PNG, WebP, AVIF, BMP, GIF or "
        "TIFF, raw or as base64"
    )


def _read_json(body: bytes) -> Payload:
    # Each value of JSON has one of these beside it, and base64 has none of them.
    refuse_more(JSON_VALUES, sum(body.count(sign) for sign in (b",", b":", b"[", b"{")))
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadOption(f"the body begins like JSON but is broken: {error}") from error
    if not isinstance(document, dict):
        raise BadOption('JSON must be {"image": base64} or {"images": [base64, ...]}')
    given = {key: value for key, value in document.items() if key not in {"image", "images"}}
    if ("image" in document) == ("images" in document):
        raise BadOption('JSON must have either "image" or "images"')
    if "image" in document:
        return Payload((_read_text(document["image"]),), fields=given)
    texts = document["images"]
    if not isinstance(texts, list) or not 1 <= len(texts) <= MAX_BATCH:
        raise BadOption(f'"images" must be a list of 1 to {MAX_BATCH} base64 strings')
    return Payload(tuple(_try_text(text) for text in texts), batch=True, fields=given)


def _read_text(text: object) -> Picture:
    if not isinstance(text, str):
        raise NotAnImage(f"an image in JSON must be a base64 string, got {type(text).__name__}")
    if re.match(r"\s{0,100}https?://", text):
        raise NotAnImage("the image is an address, and none is fetched here: send its bytes")
    # What is not ASCII is no base64, and becomes a question mark, which is none either.
    return read_base64(text.encode("ascii", "replace"))


def _try_text(text: object) -> Picture | PayloadError:
    try:
        return _read_text(text)
    except PayloadError as error:
        return error


def _read_form(body: bytes) -> Payload:
    form = read_urlencoded(body)
    return Payload((read_base64(form.image or b""),), fields=form.fields)


def _read_multipart(body: bytes, boundary: bytes) -> Payload:
    form = read_multipart(body, boundary)
    if form.files:
        content = form.files["image" if "image" in form.files else next(iter(form.files))]
    elif form.image is not None:
        content = form.image
    else:
        raise EmptyInput("the form has no file: send one in the field `image`")
    if not content.strip(_WHITESPACE):
        raise EmptyInput("the file in the form is empty: send an image")
    kind = _looks_like_image(content)
    picture = Picture(content, format=kind) if kind else read_base64(content)
    return Payload((picture,), fields=form.fields)
