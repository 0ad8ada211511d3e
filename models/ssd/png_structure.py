"""The chunks of a PNG: counted, and those that no decoder needs left out.

PNG specification, section 5. Texts and profiles may unpack to gigabytes, and a fault in one of
them is no fault of the picture.
"""

import struct
import zlib
from collections.abc import Iterator

import msgspec

from .limits import PNG_CHUNKS
from .refusal import refuse_more
from .structure import PartDamaged, Structure

_SIGNATURE = 8
# Grey of two or of four bits.
_FEW_BITS = {b"\x02\x00", b"\x04\x00"}
_PIXELS, _EXIF, _APPLE, _CLEAR = b"IDAT", b"eXIf", b"CgBI", b"tRNS"
# Where the header tells the bits of a sample, and then the colour type.
_DEPTH = 24
_CRITICAL = {b"IHDR", b"PLTE", _PIXELS, b"IEND"}
_NEEDED = _CRITICAL | {_CLEAR, _EXIF}


class Chunk(msgspec.Struct, frozen=True):
    """A chunk, with its length, name and checksum.

    Attributes:
        name: Four letters.
        start: Where it begins.
        end: Where the next one begins; beyond the file where that ends early.
    """

    name: bytes
    start: int
    end: int


class PngStructure(Structure, frozen=True):
    """What of a PNG is its picture.

    Attributes:
        needed: The chunks that are.
        more: Whether there are others.
    """

    needed: tuple[Chunk, ...] = ()
    more: bool = False

    def picture_of(self, encoded: bytes, *, damaged: bool) -> bytes:
        """The file without chunks that no decoder needs; EXIF stands before the pixels.

        Args:
            encoded: The file.
            damaged: Whether chunks with a wrong checksum will do.

        Returns:
            The file itself where nothing is to be left out.

        Raises:
            PartDamaged: A chunk of its pixels, or its header, is damaged.
        """
        view = memoryview(encoded)
        # EXIF may stand behind the pixels, and readers would decode them to come to it.
        ordered = sorted(self._sound(view, damaged=damaged), key=lambda each: _rank(each.name))
        scaled = encoded[_DEPTH : _DEPTH + 2] in _FEW_BITS
        if not self.more and ordered == [*self.needed] and not scaled:
            return encoded
        parts = [view[each.start : each.end] for each in ordered]
        for index, chunk in enumerate(ordered):
            if scaled and chunk.name == _CLEAR and len(parts[index]) == 14:
                parts[index] = memoryview(_in_eight_bits(parts[index], encoded[_DEPTH]))
        return b"".join([encoded[:_SIGNATURE], *parts])

    def _sound(self, view: memoryview, *, damaged: bool) -> Iterator[Chunk]:
        """The chunks but those that can be left out and are damaged."""
        for chunk in self.needed:
            whole = _is_sound(view, chunk)
            if whole or chunk.name in _CRITICAL:
                yield chunk
            if not (whole or damaged) and chunk.name in _CRITICAL and chunk.end <= len(view):
                raise PartDamaged(f"a wrong checksum of {chunk.name.decode()}")


def read_png(encoded: bytes) -> PngStructure:
    """Finds the chunks of a PNG.

    Args:
        encoded: The file; one that ends early is read as far as it goes.

    Returns:
        Those of its picture.

    Raises:
        TooCostly: It has more than allowed.
    """
    position, count, needed, names = _SIGNATURE, 0, [], set()
    while position + 8 <= len(encoded):
        length, name = struct.unpack_from(">I4s", encoded, position)
        count += 1
        refuse_more(PNG_CHUNKS, count)
        names.add(name)
        if name in _NEEDED:
            needed.append(Chunk(name, position, position + 12 + length))
        position += 12 + length
    return PngStructure(
        unread=_unread(encoded, names), needed=tuple(needed), more=len(needed) < count
    )


def _unread(encoded: bytes, names: set[bytes]) -> str:
    if _APPLE in names:
        return "PNG in a form of Apple's own (CgBI)"
    # Pillow keeps eight bits of each sample, of the colour that is clear all sixteen.
    if _CLEAR in names and encoded[_DEPTH : _DEPTH + 2] == b"\x10\x02":
        return "16-bit RGB PNG with a colour that is clear"
    return ""


def _in_eight_bits(clear: memoryview, depth: int) -> bytes:
    """The grey that is clear, as Pillow compares it: with pixels that it has made eight bits of."""
    grey = int.from_bytes(clear[8:10]) * 255 // (2**depth - 1)
    content = _CLEAR + struct.pack(">H", min(grey, 255))
    return struct.pack(">I", 2) + content + struct.pack(">I", zlib.crc32(content))


def _is_sound(view: memoryview, chunk: Chunk) -> bool:
    told = int.from_bytes(view[chunk.end - 4 : chunk.end])
    return zlib.crc32(view[chunk.start + 4 : chunk.end - 4]) == told


def _rank(name: bytes) -> int:
    """Those before the pixels keep their order; so do the pixels and what follows."""
    return {_PIXELS: 1, b"IEND": 2}.get(name, 0)
