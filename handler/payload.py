"""The envelope of a call: encoded image bytes and options out of whatever was sent.

The body is sniffed, never believed: ``curl --data-binary`` calls every picture a form.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from .errors import BadOption, EmptyInput, NotAnImage, PayloadError
from .forms import is_urlencoded, read_multipart, read_urlencoded
from .limits import JSON_VALUES, PICTURES, refuse_more
from .picture import Picture, read_base64, read_picture
from .sniffing import HEAD, image_format, not_an_image
from .wrappings import WHITESPACE, in_utf8

MAX_BATCH = PICTURES.most
# How far into a body its first boundary is looked for: lines may come before it.
_PREAMBLE = 4096
_MULTIPART = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\n[!-9;-~]{1,100}[ \t]*:", re.MULTILINE)
_EMPTY_FORM = re.compile(rb"\s{0,9}--[^\r\n]{1,200}--\s{0,9}\Z")
_JSON_IN_JSON = re.compile(rb'"\s*\{')


class Payload(msgspec.Struct, frozen=True):
    """What a call sent.

    Attributes:
        pictures: Its pictures, in order, or the error that one of a batch alone caused.
        batch: Whether it asked for a batch, even of one.
        fields: Options that came with the body.
    """

    pictures: tuple[Picture | PayloadError, ...]
    batch: bool = False
    fields: Mapping[str, object] = msgspec.field(default_factory=dict)


def read_payload(body: bytes) -> Payload:
    """Opens the envelope of a call.

    Args:
        body: Raw image bytes, base64 (wrapped, padded or not, either alphabet), a data URI, a
            multipart form, a urlencoded form with ``image``, or JSON with ``image`` or ``images``;
            texts in UTF-8, UTF-16 or UTF-32, with a byte order mark or without.

    Returns:
        The pictures and options.

    Raises:
        PayloadError: Nothing was sent, or it cannot be opened.
    """
    if kind := image_format(body):
        return Payload((Picture(body, format=kind),))
    text = in_utf8(body)
    start = text[:1024].lstrip(WHITESPACE)
    if not start and not text.strip(WHITESPACE):
        raise EmptyInput("nothing was sent: send an image, raw or as base64")
    if start[:1] in {b"{", b"["}:
        return _read_json(text)
    if _JSON_IN_JSON.match(start):
        return _read_json(_decoded_json(text, str).encode("utf-8", "replace"))
    if text.startswith(b"--") or text.find(b"\n--", 0, _PREAMBLE) >= 0:
        if found := _MULTIPART.search(text, 0, _PREAMBLE):
            return _read_multipart(text, found.group(1))
        if _EMPTY_FORM.match(text[:_PREAMBLE]):
            raise EmptyInput("the form is empty: send a file in the field `image`")
    if is_urlencoded(text):
        return _read_form(text)
    return Payload((read_picture(text),))


def _read_json(body: bytes) -> Payload:
    # Each value of JSON has one of these beside it, and base64 has none of them.
    refuse_more(JSON_VALUES, sum(body.count(sign) for sign in (b",", b":", b"[", b"{")))
    document = _decoded_json(body)
    if not isinstance(document, dict):
        raise BadOption('JSON must be {"image": base64} or {"images": [base64, ...]}')
    given = {key: value for key, value in document.items() if key not in {"image", "images"}}
    # Typed clients send every field they know, and null for those that are not set.
    named = [key for key in ("image", "images") if document.get(key) is not None]
    named = named or [key for key in ("image", "images") if key in document]
    if len(named) != 1:
        raise BadOption('JSON must have either "image" or "images"')
    if named == ["image"]:
        return Payload((_read_text(document["image"]),), fields=given)
    texts = document["images"]
    if not isinstance(texts, list) or not 1 <= len(texts) <= MAX_BATCH:
        raise BadOption(f'"images" must be a list of 1 to {MAX_BATCH} base64 strings')
    return Payload(tuple(_try_text(text) for text in texts), batch=True, fields=given)


def _decoded_json(body: bytes, kind: type = object) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadOption(f"the body begins like JSON but is broken: {error}") from error


def _read_text(text: object) -> Picture:
    if not isinstance(text, str):
        raise NotAnImage(f"an image in JSON must be a base64 string, got {type(text).__name__}")
    text = text.removeprefix("\ufeff")
    try:
        # What is not ASCII is no base64, and becomes a question mark, which is none either.
        return read_base64(text.encode("ascii", "replace"))
    except NotAnImage:
        if text.isascii():
            raise
        # The letters may tell why; only a few are encoded, since all could be four times as many.
        raise not_an_image(text[:HEAD].encode("utf-8", "replace")) from None


def _try_text(text: object) -> Picture | PayloadError:
    try:
        return _read_text(text)
    except PayloadError as error:
        return error


def _read_form(body: bytes) -> Payload:
    form = read_urlencoded(body)
    if form.image is None:
        raise EmptyInput("the form has no picture: send one in the field `image`")
    return Payload((read_picture(form.image),), fields=form.fields)


def _read_multipart(body: bytes, boundary: bytes) -> Payload:
    form = read_multipart(body, boundary)
    # A page's inputs for files are sent by a browser even where nobody chose one.
    files = {name: content for name, content in form.files.items() if content.strip(WHITESPACE)}
    if files:
        content = files["image" if "image" in files else next(iter(files))]
    elif form.image is not None:
        content = form.image
    elif not form.files:
        raise EmptyInput("the form has no file: send one in the field `image`")
    else:
        content = b""
    if not content.strip(WHITESPACE):
        raise EmptyInput("the file in the form is empty: send an image")
    return Payload((read_picture(content),), fields=form.fields)
