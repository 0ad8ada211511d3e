"""The parts of a JPEG, counted without decoding: segments, scans, and what the scans cost.

ITU-T T.81, annex B. A scan of a few bytes makes a decoder walk over every block of the picture, so
scans times blocks is what a progressive JPEG costs, not its bytes.
"""

import re
import struct
from collections.abc import Iterator

import msgspec

from .limits import JPEG_METADATA, JPEG_SCANS, JPEG_SEGMENTS
from .refusal import refuse_more
from .structure import Structure

_SOS, _EOI = 0xDA, 0xD9
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_HEADERS = _FRAMES | {0xF7, 0xDE}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}
_LOSSLESS_ARITHMETIC, _JPEG_LS, _HIERARCHICAL = 0xCB, 0xF7, 0xDE
_DIFFERENTIAL = {0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF}
# What libjpeg reads: pixels on a side; components, 0 where there is no frame.
_LONGEST, _COLOURS = 65_500, {0, 1, 3, 4}
# Segments that Pillow takes apart, or puts together, when it opens the file.
_METADATA = (b"Exif\0", b"Photoshop 3.0\0")
# A marker that ends a scan: neither a stuffed byte, nor a restart, nor a fill byte.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
# Nanoseconds a block, measured: visiting it, each coefficient that a refinement looks at, each
# that arithmetic coding decides on, and the 64 pixels of a lossless one.
_VISIT_NS, _REFINED_NS, _DECIDED_NS, _LOSSLESS_NS = 6.0, 0.35, 8.0, 550.0
# A sequential scan decodes every block anew.
_SEQUENTIAL_NS = 25.0


class _Frame(msgspec.Struct, frozen=True):
    marker: int
    blocks: dict[int, int]
    precision: int = 8
    size: tuple[int, int] = (1, 1)

    @property
    def keeps(self) -> bool:
        """Whether it is progressive."""
        return self.marker in _PROGRESSIVE

    @property
    def unread(self) -> str:
        """What it is where no decoder here reads it; else empty."""
        count = len(self.blocks)
        kinds = (
            (self.marker == _JPEG_LS, "JPEG-LS"),
            (self.marker == _HIERARCHICAL or self.marker in _DIFFERENTIAL, "hierarchical JPEG"),
            (self.precision != 8, f"{self.precision}-bit JPEG"),
            (self.marker in _LOSSLESS and count != 1, "lossless JPEG in colour"),
            (self.marker == _LOSSLESS_ARITHMETIC, "lossless JPEG with arithmetic coding"),
            (max(self.size) > _LONGEST, f"JPEG of more than {_LONGEST:,} pixels on a side"),
            (count not in _COLOURS, f"JPEG of {count} components"),
            (not self.size[0], "JPEG that tells its height at its end (DNL)"),
        )
        return next((name for holds, name in kinds if holds), "")

    def cost(self, scan: bytes) -> float:
        """Nanoseconds of a scan, by its header from its count of components on."""
        count = scan[0] if scan else 0
        blocks = sum(self.blocks.get(scan[1 + 2 * each], 0) for each in range(count))
        first, last, bits = scan[1 + 2 * count : 4 + 2 * count]
        band = max(1, min(last, 63) - first + 1)
        if self.marker in _LOSSLESS:
            return blocks * _LOSSLESS_NS
        if self.marker >= 0xC8:
            return blocks * (100 + _DECIDED_NS * (band if self.keeps else 64))
        if not self.keeps:
            return blocks * _SEQUENTIAL_NS
        return blocks * (_VISIT_NS + (_REFINED_NS * band if bits >> 4 else 0))


def read_jpeg(encoded: bytes) -> Structure:
    """Walks over the segments of a JPEG.

    Args:
        encoded: The file; one that ends early is counted as far as it goes.

    Returns:
        What it asks of a decoder.

    Raises:
        TooCostly: It has more segments or scans than allowed.
    """
    frame = _Frame(0xC0, {})
    scans, metadata, spent, kept = 0, 0, 0.0, 0
    for marker, content in _segments(encoded):
        if marker in _HEADERS and not frame.blocks:
            frame = _frame(marker, content)
        elif content.startswith(_METADATA):
            metadata += 1
            refuse_more(JPEG_METADATA, metadata)
        elif marker == _SOS:
            scans += 1
            refuse_more(JPEG_SCANS, scans)
            if len(content) < 4 + 2 * content[0]:
                break  # a decoder stops here, too
            spent += frame.cost(content)
            if not frame.keeps and content[0] >= len(frame.blocks):
                break  # the only scan that is decoded
            kept = 2 * 64 * sum(frame.blocks.values())
    return Structure(
        unread=frame.unread,
        coefficients=kept,
        nanoseconds=spent,
        lossless=frame.marker in _LOSSLESS,
    )


def _segments(encoded: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers and the beginnings of their segments, as a decoder meets them."""
    position, count = 2, 0
    while position + 4 <= len(encoded):
        count += 1
        refuse_more(JPEG_SEGMENTS, count)
        marker = encoded[position + 1]
        if encoded[position] != 0xFF or marker == 0xFF:
            position += 1  # filled up, or damaged
            continue
        if marker in {0x00, 0x01} or 0xD0 <= marker <= 0xD8:
            position += 2
            continue
        if marker == _EOI:
            return
        length = struct.unpack_from(">H", encoded, position + 2)[0]
        yield marker, encoded[position + 4 : position + 2 + min(length, 800)] or b"\0"
        position += 2 + max(length, 2)
        if marker == _SOS:
            ends = _MARKER.search(encoded, position)
            position = ends.start() if ends else len(encoded)


def _frame(marker: int, content: bytes) -> _Frame:
    """Blocks of each component, filled up to whole units (T.81, A.2.4)."""
    if len(content) < 6:
        return _Frame(marker, {})
    precision, height, width, count = struct.unpack_from(">BHHB", content)
    parts = [content[6 + 3 * each : 9 + 3 * each] for each in range(count)]
    sampling = {
        part[0]: (max(1, part[1] >> 4), max(1, part[1] & 15)) for part in parts if len(part) == 3
    }
    widest = max((across for across, _ in sampling.values()), default=1)
    tallest = max((down for _, down in sampling.values()), default=1)
    columns, rows = -(-width // (8 * widest)), -(-height // (8 * tallest))
    blocks = {key: columns * rows * a * d for key, (a, d) in sampling.items()}
    return _Frame(marker, blocks, precision, (height, width))
