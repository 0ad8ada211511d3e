"""The first directory of a TIFF, read without decoding: its tags, strips and their sizes.

TIFF 6.0, section 2, and BigTIFF. A reader takes every value of every tag into memory, and each
strip or tile is unpacked whole.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from models.ssd.limits import TIFF_READ, TIFF_SCANS, TIFF_TAGS, TIFF_VALUES
from models.ssd.refusal import refuse_more

# Bytes and letter of the types that hold whole numbers; other types are told by their size alone.
_WHOLE = {1: (1, "B"), 3: (2, "H"), 4: (4, "I"), 13: (4, "I"), 16: (8, "Q"), 18: (8, "Q")}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
          16: 8, 17: 8, 18: 8}  # fmt: skip
# Kept as one piece of bytes, however long: byte, text, undefined.
_PIECES = {1, 2, 6, 7}
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _SAMPLES, _ROWS = 256, 257, 258, 259, 277, 278
_OFFSETS, _COUNTS = 273, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_JPEG = {6, 7}
# Strips may share bytes; how often the whole file may be read over.
_READ = 4


@dataclass(frozen=True)
class TiffStructure:
    """What a TIFF asks of a reader.

    Attributes:
        piece: Bytes of its largest strip or tile, unpacked.
        pieces: How many strips or tiles it names.
    """

    piece: int
    pieces: int


@dataclass(frozen=True)
class _Layout:
    """How a TIFF writes numbers."""

    order: str
    big: bool


def read_tiff(encoded: bytes) -> TiffStructure:
    """Reads the first directory of a TIFF.

    Args:
        encoded: The file; of one that makes no sense what can be read.

    Returns:
        What it asks of a reader.

    Raises:
        TooCostly: It has more tags, values or scans than allowed.
    """
    layout = _Layout(
        "<" if encoded[:2] == b"II" else ">", encoded[2:3] == b"+" or encoded[3:4] == b"+"
    )
    try:
        tags = _tags(encoded, layout)
    except struct.error:
        return TiffStructure(0, 0)  # a reader finds no directory either
    first = {key: values[0] for key, values in tags.items() if values}
    width, height = first.get(_WIDTH, 0), first.get(_HEIGHT, 0)
    bits = first.get(_BITS, 1) * first.get(_SAMPLES, 1)
    rows = min(first.get(_ROWS, height), height)
    if _TILE_WIDTH in first:
        width, rows = first[_TILE_WIDTH], first.get(_TILE_HEIGHT, 0)
    offsets = tags.get(_TILE_OFFSETS) or tags.get(_OFFSETS) or ()
    counts = tags.get(_TILE_COUNTS) or tags.get(_COUNTS) or ()
    refuse_more(TIFF_READ, sum(min(count, len(encoded)) for count in counts), _READ * len(encoded))
    if first.get(_COMPRESSION) in _JPEG:
        for start, count in zip(offsets, counts, strict=False):
            refuse_more(TIFF_SCANS, encoded.count(b"\xff\xda", start, start + count))
    return TiffStructure(-(-width * bits // 8) * rows, len(offsets))


def _tags(encoded: bytes, layout: _Layout) -> Mapping[int, tuple[int, ...]]:
    """Whole numbers of every tag of the first directory; what lies outside the file is left out."""
    word, place, head = ("Q", 8, "HHQ") if layout.big else ("I", 4, "HHI")
    position = struct.unpack_from(layout.order + word, encoded, 8 if layout.big else 4)[0]
    entries = struct.unpack_from(layout.order + ("Q" if layout.big else "H"), encoded, position)[0]
    refuse_more(TIFF_TAGS, entries)
    position += 8 if layout.big else 2
    found: dict[int, tuple[int, ...]] = {}
    total = 0
    for each in range(position, position + entries * (4 + 2 * place), 4 + 2 * place):
        tag, kind, count = struct.unpack_from(layout.order + head, encoded, each)
        start, size = each + 4 + place, _SIZES.get(kind, 1) * count
        if size > place:
            start = struct.unpack_from(layout.order + word, encoded, start)[0]
        if start + size > len(encoded):
            continue  # a reader leaves it out or gives up
        total += 0 if kind in _PIECES else count
        refuse_more(TIFF_VALUES, total)
        if kind in _WHOLE and (kind != 1 or count == 1):
            found[tag] = struct.unpack_from(
                f"{layout.order}{count}{_WHOLE[kind][1]}", encoded, start
            )
    return found
