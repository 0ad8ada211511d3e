"""``Content-Encoding`` undone: gzip, deflate, and br and zstd where a library for them is there.

RFC 9110, section 8.4. What comes out is bounded while it comes, in bytes and in steps.
"""

import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from .errors import BadOption, BodyTooLarge, PayloadError, UnknownCoding
from .limits import CODINGS, MEMBERS, refuse_more
from .rooms import image_format

# Bytes that are unpacked at a time: what follows a member is copied, and there may be many.
_PIECE = 1 << 16
_GZIP, _ZLIB, _DEFLATE = 31, 15, -15
# RFC 9659: a window of more than 8 MB is not to be sent.
_ZSTD_WINDOW_LOG = 23
# Words that clients put there by mistake. They say nothing that the body does not.
_AS_IS = frozenset(("", "identity", "base64", "binary", "7bit", "8bit", "utf-8", "utf8"))
# What a packed body begins with; a text that does not was unpacked on its way.
_SIGNS = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}


class _Decoder(Protocol):
    """A decoder of one member, as in zlib."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""

    @property
    def unused_data(self) -> bytes:
        """What was given and follows its end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Unpacks what follows, up to so many bytes."""


_Opener = Callable[[bytes], _Decoder]
"""Makes a decoder for what begins with two bytes."""


def unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """Undoes a body's codings.

    Args:
        body: As it came.
        encoding: Its Content-Encoding: codings separated by commas, in the order they were applied.
        most: Bytes that it may have unpacked.

    Returns:
        The body as it was. One that is an image already, or a text and no gzip, stays as it is:
        something on its way unpacked it and left the header.

    Raises:
        UnknownCoding: A coding is not read here.
        BodyTooLarge: It has more bytes.
        BadOption: It is cut or damaged.
        TooCostly: It has more codings or members than allowed.
    """
    names = [name.strip().lower().removeprefix("x-") for name in encoding.split(",")]
    names = [name for name in names if name not in _AS_IS]
    refuse_more(CODINGS, len(names))
    for name, opener in [(name, _opener(name)) for name in reversed(names)]:
        text = not body.startswith(_SIGNS.get(name, body[:1])) and body[:512].isascii()
        if text or image_format(body):
            break
        try:
            body = _decoded(body, opener, most)
        except PayloadError:
            raise
        except Exception as error:  # pylint: disable=broad-exception-caught # each library's own
            raise BadOption(
                f"the body is said to be {name} and cannot be unpacked: it is cut, damaged, or not "
                f"{name}"
            ) from error
    return body


def _decoded(body: bytes, opener: _Opener, most: int) -> bytes:
    pieces: list[bytes] = []
    size = at = members = 0
    # What fills a last block up is no member.
    end = len(body.rstrip(b"\0")) if opener is _gzip else len(body)
    while at < end or not members:
        members += 1
        refuse_more(MEMBERS, members)
        decoder = opener(body[at : at + 2])
        while not decoder.eof:
            given = body[at : at + _PIECE]
            if not given:
                raise EOFError
            at += len(given)
            pieces.append(decoder.decompress(given, most + 1 - size))
            size += len(pieces[-1])
            if size > most:
                raise BodyTooLarge(
                    f"the body unpacks to more than {most} bytes, the most for one of its size: "
                    "send it as it is, or a smaller picture"
                )
        at -= len(decoder.unused_data)
    return b"".join(pieces)


def _opener(name: str) -> _Opener:
    if name not in _OPENERS or (name in _LIBRARIES and _library(name) is None):
        here = [each for each in _OPENERS if each not in _LIBRARIES or _library(each)]
        raise UnknownCoding(
            f"Content-Encoding {name[:40]!r} is not read here: send the body as it is, or packed "
            f"by {' or '.join(here)}"
        )
    return _OPENERS[name]


def _library(name: str) -> Any:  # noqa: ANN401 - a module without types, or None
    """The library of a coding, imported when a body wants it."""
    for library in _LIBRARIES[name]:
        try:
            module = import_module(library)
        except ImportError:
            continue
        # Brotli before 1.2 has no bound for what it unpacks.
        if name != "br" or hasattr(module.Decompressor, "can_accept_more_data"):
            return module
    return None


def _gzip(_start: bytes) -> _Decoder:
    return zlib.decompressobj(_GZIP)


def _deflate(start: bytes) -> _Decoder:
    """Zlib's format; some send the bare stream instead."""
    is_zlib = start[0] & 15 == 8 and int.from_bytes(start, "big") % 31 == 0
    return zlib.decompressobj(_ZLIB if is_zlib else _DEFLATE)


class _Brotli:
    """Brotli's decoder with the words of the others; it knows nothing of what follows its end."""

    unused_data = b""

    def __init__(self, _start: bytes) -> None:
        self._decoder = _library("br").Decompressor()

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""
        return bool(self._decoder.is_finished())

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Unpacks what follows, up to about so many bytes."""
        return bytes(self._decoder.process(data, output_buffer_limit=max_length))


def _zstd(_start: bytes) -> _Decoder:
    zstd = _library("zstd")
    options = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    decoder: _Decoder = zstd.ZstdDecompressor(options=options)
    return decoder


_OPENERS: dict[str, _Opener] = {"gzip": _gzip, "deflate": _deflate, "br": _Brotli, "zstd": _zstd}
# Modules that know a coding which zlib does not, the better one first.
_LIBRARIES = {"br": ("brotli",), "zstd": ("compression.zstd", "backports.zstd")}
