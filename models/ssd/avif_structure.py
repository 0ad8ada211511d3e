"""How many pixels an AVIF really codes: its boxes may tell of fewer than its AV1 data has.

ISO/IEC 14496-12 (boxes), 23008-12 (items), AV1 specification, 5.3 to 5.5 (sequence header). A
decoder takes memory for the largest frame that a sequence header allows.
"""

import struct
from collections.abc import Iterator

from .chunks import check_avif
from .limits import AVIF_ITEMS
from .refusal import refuse_more
from .structure import Structure

# Boxes on the way to where pictures lie, with the bytes before their first child.
_PARENTS = {b"meta": 4, b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0}
_SEQUENCE, _FRAMES = 1, {3, 4, 6, 7}
# Bytes that any sequence header's size lies in; parts before it that are looked at.
_HEADER, _PARTS = 80, 50
# How deep boxes lie that say where pictures are.
_DEPTH = 6


def read_avif(encoded: bytes) -> Structure:
    """Finds the AV1 sequence headers of an AVIF's items and tracks.

    Args:
        encoded: The file; of one that makes no sense what can be read.

    Returns:
        What it asks of a decoder.

    Raises:
        TooCostly: It has more items, or larger tables, than allowed.
    """
    check_avif(encoded)
    boxes = [*_boxes(encoded, 0, len(encoded))]
    data = next((start for name, start, _ in boxes if name == b"idat"), 0)
    starts: set[int] = set()
    for name, start, end in boxes:
        try:
            if name == b"iloc":
                for count, item in enumerate(_item_starts(encoded[start:end], data), 1):
                    refuse_more(AVIF_ITEMS, count)
                    starts.add(item)
            elif name in {b"stco", b"co64"}:
                letter = ">Q" if name == b"co64" else ">I"
                starts.add(struct.unpack_from(letter, encoded, start + 8)[0])
        except (struct.error, IndexError):
            continue  # a decoder finds nothing there either
    return Structure(coded=sum(_coded_pixels(encoded, start) for start in starts))


def _boxes(
    encoded: bytes, start: int, end: int, depth: int = 0
) -> Iterator[tuple[bytes, int, int]]:
    """Names, and where the contents begin and end, of boxes and of those inside."""
    while start + 8 <= end:
        length, name = struct.unpack_from(">I4s", encoded, start)
        head = 8
        if length == 1 and start + 16 <= end:
            length, head = struct.unpack_from(">Q", encoded, start + 8)[0], 16
        stop = min(end, start + (length or end - start))
        yield name, start + head, stop
        if name in _PARENTS and depth < _DEPTH:
            yield from _boxes(encoded, start + head + _PARENTS[name], stop, depth + 1)
        start = max(stop, start + 8)


def _item_starts(table: bytes, data: int) -> Iterator[int]:
    """Where the items of ``iloc`` begin (ISO/IEC 14496-12, 8.11.3)."""
    version = table[0]
    sizes = (table[4] >> 4, table[4] & 15, table[5] >> 4, table[5] & 15 if version else 0)
    wide = version == 2
    count, position = int.from_bytes(table[6 : 10 if wide else 8]), 10 if wide else 8
    for _ in range(count):
        position += 4 if wide else 2
        method = table[position + 1] & 15 if version else 0
        position += 4 if version else 2
        base = int.from_bytes(table[position : position + sizes[2]])
        position += sizes[2]
        extents = struct.unpack_from(">H", table, position)[0]
        position += 2 + sizes[3]
        yield base + int.from_bytes(table[position : position + sizes[0]]) + data * (method == 1)
        position += extents * (sizes[0] + sizes[1] + sizes[3]) - sizes[3]


def _coded_pixels(encoded: bytes, start: int) -> int:
    """Pixels that the sequence header of AV1 data allows; 0 where there is none."""
    for _ in range(_PARTS):
        head = encoded[start : start + 10]
        if not head:
            return 0
        kind, extended, sized = head[0] >> 3 & 15, head[0] >> 2 & 1, head[0] >> 1 & 1
        position, size = 1 + extended, 0
        if not sized:
            size = len(encoded)
        for shift in range(0, 56, 7) if sized else ():
            if position >= len(head):
                return 0
            size |= (head[position] & 127) << shift
            position += 1
            if not head[position - 1] & 128:
                break
        if kind == _SEQUENCE:
            return _Bits(encoded[start + position : start + position + _HEADER]).frame_pixels()
        if kind in _FRAMES or head[0] & 0x80:
            return 0
        start += position + size
    return 0


class _Bits:
    """Bits of a sequence header, from its first on."""

    def __init__(self, content: bytes) -> None:
        self._left = 8 * len(content)
        self._number = int.from_bytes(content)

    def take(self, count: int) -> int:
        """The next bits as a number; zeros behind the end."""
        self._left -= count
        value = self._number >> self._left if self._left >= 0 else 0
        return value & (1 << count) - 1

    def frame_pixels(self) -> int:
        """Greatest width times greatest height of a frame (AV1 specification, 5.5.1)."""
        self.take(4)
        if self.take(1):
            self.take(5)
        else:
            self._skip_points()
        width_bits, height_bits = self.take(4) + 1, self.take(4) + 1
        return (self.take(width_bits) + 1) * (self.take(height_bits) + 1)

    def _skip_points(self) -> None:
        model = delay = 0
        if self.take(1):  # timing
            self.take(64)
            if self.take(1):
                zeros = 0
                while zeros < 32 and not self.take(1):
                    zeros += 1
                self.take(zeros)
            model = self.take(1)
            if model:
                delay = self.take(5) + 1
                self.take(42)
        shown = self.take(1)
        for _ in range(self.take(5) + 1):
            self.take(12)
            if self.take(5) > 7:
                self.take(1)
            if model and self.take(1):
                self.take(2 * delay + 1)
            if shown and self.take(1):
                self.take(4)
