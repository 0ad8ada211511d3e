"""The chunks of a WebP, GIF or AVIF, counted without decoding.

Readers walk over chunks one by one, in Python or with a piece of memory for each: millions of empty
ones cost more than any picture.
"""

import struct
from collections.abc import Iterator

from .limits import AVIF_TABLES, GIF_BLOCKS, WEBP_CHUNKS
from .refusal import refuse_more

_EXTENSION, _PICTURE = 0x21, 0x2C
# Boxes whose size does not matter: a decoder takes from them what the tables name.
_AVIF_CONTENT = {b"mdat", b"free", b"skip"}


def check_webp(encoded: bytes) -> None:
    """Counts the chunks of a WebP, those inside frames included (RFC 9649, section 2).

    Raises:
        TooCostly: It has more than allowed.
    """
    position, count = 12, 0
    while position + 8 <= len(encoded):
        name, length = struct.unpack_from("<4sI", encoded, position)
        count += 1
        refuse_more(WEBP_CHUNKS, count)
        # A frame is a header of 16 bytes and chunks of its own.
        position += 24 if name == b"ANMF" else 8 + length + length % 2


def check_gif(encoded: bytes) -> None:
    """Counts the blocks before a GIF's first picture (GIF89a, section 15).

    Raises:
        TooCostly: There are more than allowed.
    """
    count = 0
    for count, _ in enumerate(_gif_blocks(encoded), 1):
        refuse_more(GIF_BLOCKS, count)


def _gif_blocks(encoded: bytes) -> Iterator[int]:
    """Positions of blocks and of other bytes, up to the first picture."""
    flags = encoded[10] if len(encoded) > 10 else 0
    position = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    while position < len(encoded) and encoded[position] != _PICTURE:
        yield position
        if encoded[position] != _EXTENSION:
            position += 1
            continue
        position += 2
        while position < len(encoded) and (size := encoded[position]):
            yield position
            position += 1 + size
        position += 1


def check_avif(encoded: bytes) -> None:
    """Sums up the tables of an AVIF (ISO/IEC 14496-12, section 4.2).

    Raises:
        TooCostly: They are larger than allowed.
    """
    position, tables = 0, 0
    while position + 8 <= len(encoded):
        length, name = struct.unpack_from(">I4s", encoded, position)
        if length == 1 and position + 16 <= len(encoded):
            length = struct.unpack_from(">Q", encoded, position + 8)[0]
        length = min(length or len(encoded), len(encoded) - position)
        # An empty box costs its reader, too.
        tables += 64 if name in _AVIF_CONTENT else max(length, 64)
        refuse_more(AVIF_TABLES, tables)
        position += max(length, 8)
