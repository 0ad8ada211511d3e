"""Forms, multipart and urlencoded, taken apart in place: a body of 30 MB is never copied whole.

RFC 7578 and RFC 2046, section 5.1, for the one, the URL standard's
``application/x-www-form-urlencoded`` for the other.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import msgspec

from .errors import BadOption
from .limits import (
    FORM_ESCAPES,
    FORM_FIELD_BYTES,
    FORM_FIELDS,
    PART_HEADER_BYTES,
    refuse_more,
)
from .options import OPTION_NAMES
from .sniffing import image_format
from .wrappings import WHITESPACE, unescaped

if TYPE_CHECKING:
    from .part import Part

NAMES = ("image", "file", "data")
"""Fields of text that hold the picture, the better name first."""

_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_FIRST_FIELD = re.compile(rb"\s*([^&=\s\0-\x1f]{1,64})=")
_PICTURE_FIELD = re.compile(rb"&(?:%s)=" % "|".join(NAMES).encode())
_CUT = "the multipart form is cut or broken: send it whole"


class Form(msgspec.Struct, frozen=True):
    """What a form holds.

    Attributes:
        fields: Its fields of text but those of ``NAMES``: names to text.
        files: Its files: names to bytes.
        image: What its field of ``NAMES`` holds; None where it has none.
    """

    fields: dict[str, str] = msgspec.field(default_factory=dict)
    files: dict[str, bytes] = msgspec.field(default_factory=dict)
    image: bytes | None = None


def read_multipart(body: bytes, boundary: bytes) -> Form:
    """Takes a multipart form apart.

    Args:
        body: The form; lines may come before its first boundary.
        boundary: The text of the boundary, without its dashes.

    Returns:
        The fields and files; of those of one name the first that is not empty.

    Raises:
        BadOption: It is cut, or a part cannot be read.
        TooCostly: It has more parts, or longer headers or options, than allowed.
    """
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    texts: dict[str, bytes] = {}
    for count, part in enumerate(_parts(body, boundary), 1):
        refuse_more(FORM_FIELDS, count)
        if part.is_file:
            files[part.name] = _filled(files.get(part.name), part.content)
        elif part.name in NAMES:
            texts[part.name] = _filled(texts.get(part.name), part.content)
        else:
            refuse_more(FORM_FIELD_BYTES, len(part.content))
            fields.setdefault(part.name, part.content.decode("utf-8", "replace"))
    return Form(fields, files, _best(texts))


def _parts(body: bytes, boundary: bytes) -> "Iterator[Part]":
    from .part import read_part  # for multipart alone, and starts are felt

    # Begins with plain text, which is found ten times as fast as a choice of line breaks.
    edge = re.compile(rb"\n--" + re.escape(boundary) + rb"(?:(--)|[ \t]*\r?\n)")
    opening = re.compile(rb"^--" + re.escape(boundary) + rb"[ \t]*\r?\n", re.MULTILINE)
    first = opening.search(body)
    if not first:
        raise BadOption(_CUT)
    start = first.end()
    while True:
        head = body[start : start + PART_HEADER_BYTES.most + 4]
        blank = _BLANK_LINE.search(head)
        if not blank:
            refuse_more(PART_HEADER_BYTES, len(body) - start)
            raise BadOption(_CUT)
        begin = start + blank.end()
        # The line break before the next edge may be the one that ends the headers.
        found = edge.search(body, begin - 1)
        if not found:
            raise BadOption(_CUT)
        end = found.start() - (body[found.start() - 1 : found.start()] == b"\r")
        yield read_part(head[: blank.start()], body[begin : max(begin, end)])
        if found.group(1):
            return
        start = found.end()


def is_urlencoded(body: bytes) -> bool:
    """Whether a body is a urlencoded form: one of a picture, in any field, or of options."""
    first = _FIRST_FIELD.match(body)
    if not first:
        return False
    name = first.group(1).decode("latin-1")
    return name in NAMES or name in OPTION_NAMES or _PICTURE_FIELD.search(body) is not None


def read_urlencoded(body: bytes) -> Form:
    """Takes a urlencoded form apart.

    Args:
        body: The form.

    Returns:
        Its fields. A plus that nobody escaped has become a space in others, and is none in text of
        a picture.

    Raises:
        BadOption: Its picture has bytes that no such form has.
        TooCostly: It has more fields or escapes, or longer options, than allowed.
    """
    refuse_more(FORM_FIELDS, body.count(b"&") + 1)
    refuse_more(FORM_ESCAPES, body.count(b"%"))
    fields: dict[str, str] = {}
    texts: dict[str, bytes] = {}
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        key = _text(name.strip()) if len(name) <= FORM_FIELD_BYTES.most else ""
        if key in NAMES:
            if not value.isascii():
                raise BadOption("the body begins like a form but cannot be read")
            texts[key] = _picture(value)
        elif value:
            refuse_more(FORM_FIELD_BYTES, len(pair))
            fields[key] = _text(value)
    return Form(fields, {}, _best(texts))


def _filled(first: bytes | None, second: bytes) -> bytes:
    """The first of two values of a name that holds anything."""
    return first if first and first.strip(WHITESPACE) else second


def _best(texts: dict[str, bytes]) -> bytes | None:
    """The text of the best name that holds anything; a lone plus was a space."""
    filled = (texts[name] for name in NAMES if texts.get(name, b"").strip(WHITESPACE + b"+"))
    return next(filled, b"" if texts else None)


def _picture(value: bytes) -> bytes:
    """A picture's value: base64 without escapes has pluses, raw bytes have spaces instead."""
    head = unescaped(value[:256].replace(b"+", b" "))
    return unescaped(value.replace(b"+", b" ") if image_format(head) else value)


def _text(escaped: bytes) -> str:
    return unquote_to_bytes(escaped.replace(b"+", b" ")).decode("utf-8", "replace")
