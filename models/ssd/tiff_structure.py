"""What a TIFF asks of a reader: which of its pages is the picture, how that lies, what it takes.

Each strip or tile is unpacked whole, and may be named more than once.
"""

import contextlib
import struct
from collections.abc import Iterator

from .limits import TIFF_READ, TIFF_SCANS
from .refusal import refuse_more
from .structure import Structure
from .tiff_directory import Directory, TiffFile
from .tiff_layout import SENSORS, TiffLayout

_SUBFILE, _OLD_SUBFILE, _WIDTH, _HEIGHT, _ORIENTATION, _ROWS = 254, 255, 256, 257, 274, 278
_OFFSETS, _COUNTS = 273, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_PARTS, _DNG = 330, 50706
_PHOTOMETRIC, _COMPRESSION = 262, 259
# Bits of NewSubfileType: a thumbnail, a mask.
_REDUCED, _MASK = 1, 4
_JPEG = {6, 7}
# How cameras pack what their sensors saw: Sony, Nikon, Pentax.
_CAMERAS = {32767, 32769, 34713, 65535}
# Strips may share bytes; how often the whole file may be read over.
_READ = 4
# Directories inside the first that are looked at.
_SUBDIRECTORIES = 8


class TiffStructure(Structure, frozen=True):
    """What a TIFF asks of a reader.

    Attributes:
        layout: How its pixels lie; None where there is no picture.
        place: Where the directory of the picture stands, where that is not the first; else 0.
    """

    layout: TiffLayout | None = None
    place: int = 0

    def picture_of(self, encoded: bytes, *, damaged: bool) -> bytes:
        """The file with its picture as the first page."""
        del damaged
        return TiffFile(encoded).started_at(self.place) if self.place else encoded


def read_tiff(encoded: bytes) -> TiffStructure:
    """Finds the picture of a TIFF and weighs it.

    Args:
        encoded: The file; of one that makes no sense what can be read.

    Returns:
        What it asks of a reader.

    Raises:
        TooCostly: It has more tags, values or scans than allowed.
    """
    file = TiffFile(encoded)
    pages = [*_pages(file)]
    if not pages:
        return TiffStructure(size=(0, 0))
    picture = next((page for page in pages if not _is_small(page)), pages[0])
    layout = TiffLayout.of(picture, file)
    raw = "camera raw (DNG, NEF and the like)" if _is_raw(encoded, pages) else ""
    height, width = picture.first(_HEIGHT), picture.first(_WIDTH)
    piece, pieces = _pieces(encoded, picture, layout)
    return TiffStructure(
        unread=raw or ("" if layout.reader else layout.name),
        size=(width, height) if 5 <= picture.first(_ORIENTATION) <= 8 else (height, width),
        stored=layout.stored,
        stretched=layout.samples * layout.stretched,
        piece=piece,
        pieces=pieces,
        layout=layout,
        place=0 if picture is pages[0] else picture.place,
    )


def _pages(file: TiffFile) -> Iterator[Directory]:
    """The pages up to the first that is no thumbnail, and those inside the first of all."""
    inside: tuple[int, ...] = ()
    for number, page in enumerate(file.pages()):
        inside = inside if number else page.all(_PARTS)[:_SUBDIRECTORIES]
        yield page
        if not _is_small(page):
            break
    for place in inside:
        with contextlib.suppress(struct.error, OverflowError):
            yield file.directory(place)


def _is_small(page: Directory) -> bool:
    """Whether a page is a thumbnail or a mask of another."""
    return bool(page.first(_SUBFILE) & (_REDUCED | _MASK)) or page.first(_OLD_SUBFILE) == 2


def _is_raw(encoded: bytes, pages: list[Directory]) -> bool:
    """Whether a camera wrote what its sensor saw: the pictures that are readable are previews."""
    if _DNG in pages[0].tags or encoded[8:10] == b"CR":
        return True
    return any(
        page.first(_PHOTOMETRIC) in SENSORS or page.first(_COMPRESSION) in _CAMERAS
        for page in pages
    )


def _pieces(encoded: bytes, page: Directory, layout: TiffLayout) -> tuple[int, int]:
    """Bytes of the largest strip or tile, and how many there are."""
    width, height = page.first(_WIDTH), page.first(_HEIGHT)
    bits = page.first(258, 1) * layout.samples
    rows = min(page.first(_ROWS, height), height)
    if _TILE_WIDTH in page.tags:
        width, rows = page.first(_TILE_WIDTH), page.first(_TILE_HEIGHT)
    offsets = page.all(_TILE_OFFSETS) or page.all(_OFFSETS)
    counts = page.all(_TILE_COUNTS) or page.all(_COUNTS)
    refuse_more(TIFF_READ, sum(min(count, len(encoded)) for count in counts), _READ * len(encoded))
    if layout.compression in _JPEG:
        for start, count in zip(offsets, counts, strict=False):
            refuse_more(TIFF_SCANS, encoded.count(b"\xff\xda", start, start + count))
    return -(-width * bits // 8) * rows, len(offsets)
