"""What a TIFF asks of a reader: which of its pages is the picture, how that lies, what it takes.

Each strip or tile is unpacked whole, and may be named more than once.
"""

import struct
from dataclasses import dataclass

from models.ssd.limits import TIFF_READ, TIFF_SCANS
from models.ssd.refusal import refuse_more
from models.ssd.tiff_directory import Directory, TiffFile
from models.ssd.tiff_layout import SENSORS, Reader, TiffLayout

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


@dataclass(frozen=True)
class TiffStructure:
    """What a TIFF asks of a reader.

    Attributes:
        piece: Bytes of its largest strip or tile, unpacked.
        pieces: How many strips or tiles it names.
        height: In pixels, as stored; 0 where the file does not tell.
        width: Likewise.
        orientation: 1 to 8.
        layout: How its pixels lie.
        place: Where the directory of the picture stands, where that is not the first; else 0.
        raw: Whether it is what a camera's sensor saw.
    """

    piece: int = 0
    pieces: int = 0
    height: int = 0
    width: int = 0
    orientation: int = 1
    layout: TiffLayout | None = None
    place: int = 0
    raw: bool = False

    @property
    def reader(self) -> Reader | None:
        """Who decodes it."""
        return self.layout.reader if self.layout else None

    @property
    def unread(self) -> str:
        """What it is where nobody reads it; else empty."""
        if self.raw:
            return "camera raw (DNG, NEF and the like)"
        return self.layout.name if self.layout and not self.layout.reader else ""


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
    first = picture = None
    for page in file.pages():
        first = first or page
        if not _is_small(page):
            picture = page
            break
    if first is None:
        return TiffStructure()
    picture = picture or first
    width, height = picture.first(_WIDTH), picture.first(_HEIGHT)
    layout = TiffLayout.of(picture, file)
    turn = picture.first(_ORIENTATION, 1)
    return TiffStructure(
        *_pieces(encoded, picture, layout, (width, height)),
        height=height,
        width=width,
        orientation=turn if 1 <= turn <= 8 else 1,
        layout=layout,
        place=0 if picture is first else picture.place,
        raw=_is_raw(encoded, file, first),
    )


def picture_of(encoded: bytes, structure: TiffStructure) -> bytes:
    """The file with its picture as the first page."""
    return TiffFile(encoded).started_at(structure.place) if structure.place else encoded


def _is_small(page: Directory) -> bool:
    """Whether a page is a thumbnail or a mask of another."""
    return bool(page.first(_SUBFILE) & (_REDUCED | _MASK)) or page.first(_OLD_SUBFILE) == 2


def _is_raw(encoded: bytes, file: TiffFile, first: Directory) -> bool:
    """Whether a camera wrote what its sensor saw: the pictures that are readable are previews."""
    if _DNG in first.tags or encoded[8:10] == b"CR":
        return True
    pages = [first]
    for place in first.all(_PARTS)[:_SUBDIRECTORIES]:
        try:
            pages.append(file.directory(place))
        except struct.error:
            continue
    return any(
        page.first(_PHOTOMETRIC) in SENSORS or page.first(_COMPRESSION) in _CAMERAS
        for page in pages
    )


def _pieces(
    encoded: bytes, page: Directory, layout: TiffLayout, size: tuple[int, int]
) -> tuple[int, int]:
    """Bytes of the largest strip or tile, and how many there are."""
    width, height = size
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
