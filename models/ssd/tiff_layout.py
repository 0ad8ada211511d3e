"""How the pixels of a TIFF lie, who reads that right, and what it is called where nobody does.

Each row of ``reader`` is held against other programs by the matrix (tests/models/ssd/matrix).
"""

import enum

import msgspec

from .tiff_directory import Directory, TiffFile

_BITS, _COMPRESSION, _PHOTOMETRIC, _FILL, _SAMPLES, _PLANAR = 258, 259, 262, 266, 277, 284
_GREATEST, _PREDICTOR, _TILE_WIDTH, _INKS, _EXTRA, _FORMAT = 281, 317, 322, 332, 338, 339
_SHARED = 530
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR = 0, 1, 2, 3, 5, 6
_COLOURS = {
    0: "grey", 1: "grey", 2: "RGB", 3: "palette", 4: "mask", 5: "CMYK", 6: "YCbCr", 8: "Lab",
    9: "ICC Lab", 10: "ITU Lab", 32844: "LogL", 32845: "LogLuv",
}  # fmt: skip
_FORMATS = {2: "signed ", 3: "float ", 5: "complex ", 6: "complex "}
# Photometric interpretations that only sensors have: colour filter array, linear raw.
SENSORS = {32803, 34892}
_JPEG = {6, 7}
# Nothing, CCITT, LZW, JPEG old and new, deflate twice, PackBits, LZMA, zstd.
_COMPRESSIONS = {1, 2, 3, 4, 5, 6, 7, 8, 32946, 32773, 34925, 50000}
_OPENCV_COMPRESSIONS = {1, 5, 8, 32946, 32773}
# How many pixels share their colours in a YCbCr that OpenCV reads.
_SHARES = {(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (4, 2)}
_FLOATING_POINT = 3
_OPAQUE, _UNKNOWN, _MULTIPLIED, _APART = (), (0,), (1,), (2,)


class Reader(enum.Enum):
    """Who decodes a TIFF.

    ``PILLOW`` reads it as it is. ``FLAT`` is OpenCV, which makes 8-bit RGB of it. ``DEEP`` is
    OpenCV, which gives the numbers as they are.
    """

    PILLOW = "pillow"
    FLAT = "flat"
    DEEP = "deep"


class TiffLayout(msgspec.Struct, frozen=True):
    """How pixels lie; each attribute is the tag of that name.

    Attributes:
        photometric: What the numbers of a pixel mean.
        bits: Of a sample; 0 where samples differ.
        samples: Of a pixel, extra ones included.
        extra: What the extra ones mean.
        sample_format: 1 whole, 2 signed, 3 float.
        compression: Of a strip or tile.
        planes: Whether each sample lies in a plane of its own.
        tiled: Whether it is cut into tiles instead of strips.
        backwards: Whether the bits of a byte are in reverse order.
        foreign: Whether it is a BigTIFF in big-endian order, which Pillow does not read.
        shuffled: Whether its bytes are sorted by a floating point predictor in big-endian order.
        shared: YCbCrSubSampling: how many pixels share their colours, across and down.
        greatest: MaxSampleValue; 0 where it does not tell.
        inks: InkSet; other than 1 means inks that are not those of CMYK.
    """

    photometric: int
    bits: int
    samples: int
    extra: tuple[int, ...]
    sample_format: int
    compression: int
    planes: bool
    tiled: bool
    backwards: bool
    foreign: bool
    shuffled: bool
    shared: tuple[int, ...]
    greatest: int
    inks: int

    @classmethod
    def of(cls, page: Directory, file: TiffFile) -> "TiffLayout":
        """The layout of a page."""
        reverse = file.order == ">"
        compression = page.first(_COMPRESSION, 1)
        missing = 8 if compression in _JPEG else 1
        bits, formats = set(page.all(_BITS) or (missing,)), set(page.all(_FORMAT) or (1,))
        photometric = YCBCR if compression == 6 else page.first(_PHOTOMETRIC, WHITE_IS_ZERO)
        jpeg_colours = 3 if compression in _JPEG and photometric in {RGB, YCBCR} else 1
        formats = {1 if each in {0, 4} else each for each in formats}
        return cls(
            photometric=photometric,
            bits=bits.pop() if len(bits) == 1 else 0,
            samples=page.first(_SAMPLES, jpeg_colours),
            extra=page.all(_EXTRA),
            sample_format=formats.pop() if len(formats) == 1 else 0,
            compression=compression,
            planes=page.first(_PLANAR, 1) == 2 and page.first(_SAMPLES, jpeg_colours) > 1,
            tiled=_TILE_WIDTH in page.tags,
            backwards=page.first(_FILL, 1) == 2,
            foreign=file.big and reverse,
            shuffled=reverse and page.first(_PREDICTOR, 1) == _FLOATING_POINT,
            shared=page.all(_SHARED) or (2, 2),
            greatest=page.first(_GREATEST),
            inks=page.first(_INKS, 1),
        )

    @property
    def name(self) -> str:
        """What it is called in an error."""
        colour = _COLOURS.get(self.photometric, f"photometric {self.photometric}")
        planes = " in planes" if self.planes else ""
        packed = "" if self.compression in _COMPRESSIONS else f", compression {self.compression}"
        alpha = f" with {len(self.extra)} extra" if self.extra else ""
        form = _FORMATS.get(self.sample_format, "")
        depth = f"{self.bits}-bit" if self.bits else "mixed-depth"
        return f"{depth} {form}{colour}{alpha}{planes}{packed} TIFF"

    @property
    def stored(self) -> float:
        """Bytes of a pixel that its reader keeps; OpenCV has numbers as they are twice."""
        if self.reader is Reader.DEEP:
            return 2 * self.samples * max(2, self.bits / 8)
        return 1.0 if self.samples == 1 and self.reader is Reader.PILLOW else 4.0

    @property
    def stretched(self) -> bool:
        """Whether its numbers are stretched from their least to their greatest."""
        return self.sample_format != 1 or self.bits > 16

    @property
    def reader(self) -> Reader | None:
        """Who reads it right; None where nobody does."""
        if self.compression not in _COMPRESSIONS or self.sample_format not in {1, 2, 3}:
            return None
        if self.bits > 8 and self.photometric <= RGB:
            return self._deep_reader()
        if self.sample_format != 1:
            return None
        return self._plain_reader()

    def _deep_reader(self) -> Reader | None:
        """Of grey and RGB of more than 8 bits."""
        opaque = self.samples == (3 if self.photometric == RGB else 1) and not self.extra
        if self.compression not in _OPENCV_COMPRESSIONS:
            return self._packed_reader(opaque=opaque)
        if self.shuffled:
            return None
        if self.planes:
            return Reader.FLAT if opaque and self._flat_depth(16) else None
        if self.photometric == WHITE_IS_ZERO:
            return Reader.DEEP if opaque and self.bits == 16 and self.sample_format == 1 else None
        if self.sample_format == 1 and self.bits < 32:
            layered = self.photometric == RGB and self.samples == 4 and len(self.extra) <= 1
            known = self.bits in {10, 12, 14, 16}
            return Reader.DEEP if known and (opaque or layered) else None
        depths = {1: {32}, 2: {16, 32}, 3: {32, 64}}[self.sample_format]
        return Reader.DEEP if opaque and self.bits in depths else None

    def _packed_reader(self, *, opaque: bool) -> Reader | None:
        """Of what OpenCV cannot unpack."""
        numbers = self.sample_format == 1 and self.bits == 16
        numbers = numbers or (self.sample_format == 3 and self.bits == 32 and self.samples == 1)
        known = numbers and opaque and not self.foreign and not self.planes and not self.backwards
        return Reader.PILLOW if known and self.photometric != WHITE_IS_ZERO else None

    def _flat_depth(self, bits: int) -> bool:
        """Whether OpenCV makes 8-bit RGB of it that is right."""
        return self.bits == bits and self.sample_format == 1 and not self.tiled

    def _plain_reader(self) -> Reader | None:
        """Of at most 8 bits, and of CMYK."""
        colours = {RGB: 3, YCBCR: min(3, self.samples), CMYK: 4}.get(self.photometric, 1)
        if self.photometric not in {0, 1, 2, 3, 5, 6} or self.inks != 1:
            return None
        opaque = self.samples == colours and not self.extra
        whole = self.bits == 8 or (self.bits in {1, 2, 4} and colours == 1)
        if self.foreign or self._is_backwards or self._in_strange_ycbcr:
            shared = self.photometric != YCBCR or self.shared in _SHARES
            known = opaque and whole and not self.tiled and shared
            known = known and (self.bits in {1, 8} or self.photometric == PALETTE)
            return Reader.FLAT if known and self.compression in _OPENCV_COMPRESSIONS else None
        if opaque and (whole or (self.bits == 16 and colours == 4 and not self.planes)):
            return Reader.PILLOW
        return Reader.PILLOW if whole and self._layered(colours) else None

    @property
    def _is_backwards(self) -> bool:
        """Whether Pillow does not know the reverse order of its bits."""
        if self.photometric in {CMYK, YCBCR}:
            return self.backwards
        grey = self.photometric in {WHITE_IS_ZERO, BLACK_IS_ZERO} and self.bits < 8
        return self.backwards and self.compression == 1 and not grey

    @property
    def _in_strange_ycbcr(self) -> bool:
        """Planes, or samples for several pixels that are not in a JPEG."""
        return self.photometric == YCBCR and (self.planes or self.compression not in _JPEG)

    def _layered(self, colours: int) -> bool:
        """Whether it has one extra sample that Pillow takes for what it is."""
        if self.bits != 8 or self.samples != colours + 1 or self.backwards:
            return False
        if self.planes:
            return self.photometric == RGB and self.extra in {_OPAQUE, _APART}
        meant: dict[int, set[tuple[int, ...]]] = {
            BLACK_IS_ZERO: {_UNKNOWN, _MULTIPLIED, _APART},
            RGB: {_OPAQUE, _UNKNOWN, _MULTIPLIED, _APART, (999,)},
            PALETTE: {_UNKNOWN, _APART},
            CMYK: {_UNKNOWN},
        }
        return self.extra in meant.get(self.photometric, set())
