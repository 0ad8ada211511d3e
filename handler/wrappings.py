"""What people's tools put around base64, and how it is taken off again.

A byte order mark, UTF-16, quotes, a data URI, certutil's lines, percent signs; and a plus that was
read as a form's space. Each is looked for only in a text that is not plain base64.
"""

import re
from urllib.parse import unquote_to_bytes

from .limits import FORM_ESCAPES, refuse_more
from .sniffing import image_format

WHITESPACE = b" \t\r\n\x0b\x0c"
# Also the zero that ends a text in C, DOS' mark of an end, and what stands around a text in code.
_AROUND = WHITESPACE + b"\0\x1a\"'`,;"
# A quoted, percent-encoded data URI of b'...' in UTF-16 has five.
_MOST_WRAPPINGS = 8
# Patterns here are compiled when a text first needs them: starts are felt.
_ENCODINGS = (
    (rb"\xff\xfe\0\0|\0\0\xfe\xff", "utf-32", 4),
    (rb"\xff\xfe|\xfe\xff", "utf-16", 2),
    (rb"[^\0]\0\0\0", "utf-32-le", 4),
    (rb"\0\0\0[^\0]", "utf-32-be", 4),
    (rb"[^\0]\0[^\0]\0", "utf-16-le", 2),
    (rb"\0[^\0]\0[^\0]", "utf-16-be", 2),
)
_UTF8_MARK = b"\xef\xbb\xbf"
_LITERAL = rb"(?i)[bu]['\"]"
# How languages write what base64 has, or its line ends, in a quoted text.
_ESCAPES = (
    (rb"\n", b""), (rb"\r", b""), (rb"\/", b"/"), (rb"\"", b'"'),
    (rb"\u002B", b"+"), (rb"\u002b", b"+"), (rb"\u002F", b"/"), (rb"\u002f", b"/"),
    (rb"\u003D", b"="), (rb"\u003d", b"="),
)  # fmt: skip
# Parameters may be quoted and hold commas; without `base64` the data are percent-encoded bytes.
_DATA_URI = (
    rb"(?is)\s{0,99}data:(?://)?(?:.{0,1000}?;\s{0,9}base64\s{0,9}|[^,]{0,1000}),"
    # Cut at the wrong sign, or written from memory.
    rb"|\s{0,99}(?:[\w.+-]{1,60}/[\w.+-]{1,60};)?base64[,:]"
)
_ARMOUR = rb"-----BEGIN [^\r\n]{1,99}-----\s|begin-base64 [^\r\n]{1,999}\n"
_ARMOUR_END = rb"-----END [^\r\n]{1,99}\Z"
# The one image whose first bytes are the same with escapes and without.
_ESCAPED_GIF = rb"(?i)GIF8[79]a(?=[!-~]{0,20}%[0-9A-F]{2})[!-~]{20}"
# Bytes of a value whose escapes are undone at a time.
_PIECE = 1 << 16


def unwrapped(text: bytes) -> bytes:
    """Takes everything off that stands around base64.

    Args:
        text: Any bytes.

    Returns:
        What is inside; the same text where nothing is around it; an image where that came out.

    Raises:
        TooCostly: It has more escapes than allowed.
    """
    escapes = 0
    for _ in range(_MOST_WRAPPINGS):
        if image_format(text) and not re.match(_ESCAPED_GIF, text):
            break
        # Whatever is taken off, the text gets shorter.
        inner = next((made for step in _STEPS if len(made := step(text)) != len(text)), None)
        if inner is None:
            escapes += text.count(b"%")
            refuse_more(FORM_ESCAPES, escapes)
            inner = unescaped(text)
            if len(inner) == len(text):
                break
        text = inner
    return text


def without_uri(text: bytes) -> bytes:
    """What a data URI holds; another text as it is."""
    uri = re.match(_DATA_URI, text)
    return text[uri.end() :] if uri else text


def in_utf8(text: bytes) -> bytes:
    """Makes UTF-8 without a mark of UTF-16 or UTF-32, marked or not; other bytes stay as they are.

    Windows PowerShell writes UTF-16 wherever its ``>`` writes.
    """
    if text.startswith(_UTF8_MARK):
        return text[len(_UTF8_MARK) :]
    head = bytes(text[:4])
    if b"\0" not in head and head[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        return text
    for sign, encoding, unit in _ENCODINGS:
        if re.match(sign, head, re.DOTALL):
            try:
                return text[: len(text) // unit * unit].decode(encoding).encode()
            except UnicodeDecodeError:
                break
    return text


def with_pluses(text: bytes, packed: bytes) -> bytes:
    """Makes pluses of spaces again where a form's decoder, once too often, did the opposite.

    Args:
        text: Base64 with spaces and without a plus.
        packed: The same without whitespace.

    Returns:
        ``packed``, or the text with pluses where it had spaces.
    """
    inner = text.strip(WHITESPACE)
    spaces = inner.count(b" ")
    # Padding tells the length that the text has to have, unless both fit.
    fits = len(packed) % 4 == 0
    pluses_fit = (len(packed) + spaces) % 4 == 0
    told = fits != pluses_fit and (inner.endswith(b"=") or spaces == 1)
    if not spaces or (fits if told else _has_even_lines(inner)):
        return packed
    found = inner.replace(b" ", b"+").translate(None, WHITESPACE)
    after = text[text.rindex(inner[-1:]) + 1 :].count(b" ")
    return found + b"+" * min(after, -len(found) % 4)


def unescaped(value: bytes) -> bytes:
    """Undoes a long value's escapes a piece at a time; whole, each would be an object at once."""
    if b"%" not in value:
        return value
    pieces = []
    start = 0
    while start < len(value):
        end = start + _PIECE
        # No escape is cut in two.
        cut = value.rfind(b"%", end - 2, end)
        end = cut if cut > start else end
        pieces.append(unquote_to_bytes(value[start:end]))
        start = end
    return b"".join(pieces)


def _has_even_lines(inner: bytes) -> bool:
    """Whether spaces part a text as line ends do: into words of one length and a shorter last."""
    words = inner[:_PIECE].split()
    if len(inner) > _PIECE:
        words.pop()
    return len({len(word) for word in words[:-1]}) <= 1 and len(words[-1]) <= len(words[0])


def _bare(text: bytes) -> bytes:
    return text.strip(_AROUND)


def _unquoted(text: bytes) -> bytes:
    return text[2:] if re.match(_LITERAL, text) else text


def _without_backslashes(text: bytes) -> bytes:
    if b"\\" in text:
        for escaped, plain in _ESCAPES:
            text = text.replace(escaped, plain)
    return text


def _disarmoured(text: bytes) -> bytes:
    begin = re.match(_ARMOUR, text)
    if not begin:
        return text
    end = re.compile(_ARMOUR_END).search(text, max(begin.end(), len(text) - 200))
    return text[begin.end() : end.start() if end else None]


_STEPS = (in_utf8, without_uri, _bare, _unquoted, _without_backslashes, _disarmoured)
