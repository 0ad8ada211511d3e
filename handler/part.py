"""One part of a multipart form: its name, whether it is a file, and what it holds.

RFC 7578; names by RFC 5987 too, and file names in whatever bytes an old system has for them.
"""

import binascii
import re
from urllib.parse import unquote_to_bytes

import msgspec

from .errors import BadOption
from .sniffing import image_format

_HEADER = rb"^%s[ \t]*:[ \t]*(.*(?:\r?\n[ \t].*)*)"
_DISPOSITION, _TYPE, _TRANSFER, _CODING = (
    re.compile(_HEADER % name, re.IGNORECASE | re.MULTILINE)
    for name in (
        rb"content-disposition", rb"content-type", rb"content-transfer-encoding",
        rb"content-encoding",
    )
)  # fmt: skip
_PARAMETER = re.compile(rb';\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;\s]*))')
# Where a file's name in Shift-JIS, Big5 or GBK ends in the byte of a backslash, its quote seems to
# be escaped, and it swallows the name behind it.
_NAME = re.compile(rb';\s*name\s*=\s*"([^"]*)"', re.IGNORECASE)
_AS_IS = frozenset((b"", b"7bit", b"8bit", b"binary"))


class Part(msgspec.Struct, frozen=True):
    """One part.

    Attributes:
        name: Of its field; empty where a picture came without one.
        is_file: Whether it is a file and no field of text.
        content: What it holds.
    """

    name: str
    is_file: bool
    content: bytes


def read_part(headers: bytes, content: bytes) -> Part:
    """Reads one part.

    Args:
        headers: Its headers, without the empty line.
        content: What follows.

    Returns:
        The part.

    Raises:
        BadOption: It has no name, or is packed in a way that is not undone here.
    """
    image = image_format(content) is not None
    disposition = _DISPOSITION.search(headers)
    if not disposition and not image:
        raise BadOption("a part of the multipart form has no name: send Content-Disposition")
    given = dict(_parameters(disposition.group(1))) if disposition else {}
    named_file = any(name.split(b"*")[0] == b"filename" for name in given)
    is_file = named_file or image or _value(_TYPE, headers).startswith(b"image/")
    if not image:
        content = _undone(headers, content, is_file)
    return Part(_name(disposition.group(1) if disposition else b"", given), is_file, content)


def _parameters(disposition: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (
            found.group(1).lower(),
            found.group(3) if found.group(2) is None else re.sub(rb"\\(.)", rb"\1", found.group(2)),
        )
        for found in _PARAMETER.finditer(disposition)
    ]


def _name(disposition: bytes, given: dict[bytes, bytes]) -> str:
    if b"name" in given:
        name = given[b"name"]
    elif b"name*" in given:
        name = unquote_to_bytes(given[b"name*"].rpartition(b"'")[2])
    else:
        swallowed = _NAME.search(disposition)
        name = swallowed.group(1) if swallowed else b""
    return name.decode("utf-8", "replace")


def _undone(headers: bytes, content: bytes, is_file: bool) -> bytes:
    """Undoes what is done to a part on its way; what cannot be undone is named."""
    if _value(_TYPE, headers).startswith(b"multipart/"):
        raise BadOption("a part of the form is a form itself: send each file as a part of its own")
    coding = _value(_CODING, headers)
    if coding not in {b"", b"identity"}:
        raise BadOption(
            f"a part of the form has Content-Encoding {_shown(coding)}: send it as it is, or "
            "encode the whole body"
        )
    transfer = _value(_TRANSFER, headers)
    if transfer == b"quoted-printable":
        return binascii.a2b_qp(content)
    if transfer == b"base64":
        return content if is_file else _decoded(content)
    if transfer not in _AS_IS:
        raise BadOption(
            f"a part of the form has Content-Transfer-Encoding {_shown(transfer)}: send it binary, "
            "or as base64"
        )
    return content


def _decoded(content: bytes) -> bytes:
    try:
        return binascii.a2b_base64(content)
    except binascii.Error as error:
        raise BadOption("an option of the form is no base64 though its part says so") from error


def _value(header: re.Pattern[bytes], headers: bytes) -> bytes:
    found = header.search(headers)
    return found.group(1).strip().lower() if found else b""


def _shown(value: bytes) -> str:
    return repr(value[:40].decode("ascii", "replace"))
