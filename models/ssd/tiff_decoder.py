"""TIFFs that OpenCV reads and Pillow does not: more than 8 bits of a sample, odd orders."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from .pixels import Span, over_white, stretched
from .strips import joined, rows_of
from .structure import Structure
from .tiff_layout import RGB, WHITE_IS_ZERO, Reader, TiffLayout
from .tiff_structure import TiffStructure

# Sixteen bits that are never above this hold numbers of twelve, as many cameras write them.
_TWELVE_BITS, _SIXTEEN_BITS = 4095, 65535
_MULTIPLIED, _IGNORED = (1,), (0,)


class TiffDamaged(Exception):
    """OpenCV could not read it."""


def decode_tiff(encoded: bytes, structure: Structure, scale: int) -> npt.NDArray[np.uint8] | None:
    """Decodes a TIFF by OpenCV where Pillow does not read it right.

    Args:
        encoded: The file; its first page is decoded.
        structure: What was read of it.
        scale: 1, 2, 4 or 8: the size wanted is 1/scale.

    Returns:
        RGB, uint8 ``[h // scale, w // scale, 3]``, turned upright; None where Pillow reads it.

    Raises:
        TiffDamaged: It ends early or is damaged.
    """
    layout = structure.layout if isinstance(structure, TiffStructure) else None
    if layout is None or layout.reader is Reader.PILLOW:
        return None
    deep = layout.reader is Reader.DEEP
    # It turns a TIFF upright whatever flags say.
    flags = cv2.IMREAD_UNCHANGED if deep else cv2.IMREAD_COLOR_RGB
    try:
        decoded = cv2.imdecode(np.frombuffer(encoded, np.uint8), flags)
    except cv2.error as error:
        raise TiffDamaged(str(error)) from error
    if decoded is None or (deep and decoded.dtype == np.uint8):
        raise TiffDamaged("OpenCV reads nothing of it")
    strips = _deep_strips(decoded, layout) if deep else _flat_strips(decoded)
    return joined(strips, decoded.shape[:2], scale)


def _strips(decoded: npt.NDArray[np.generic]) -> Iterator[npt.NDArray[np.generic]]:
    # Numbers of eight bytes are made of each sample.
    step = rows_of(decoded.shape[1] * 4)
    for top in range(0, decoded.shape[0], step):
        yield decoded[top : top + step]


def _flat_strips(decoded: npt.NDArray[np.generic]) -> Iterator[npt.NDArray[np.uint8]]:
    for rows in _strips(decoded):
        yield np.asarray(rows, np.uint8)


def _deep_strips(
    decoded: npt.NDArray[np.generic], layout: TiffLayout
) -> Iterator[npt.NDArray[np.uint8]]:
    span = _span(decoded, layout)
    for rows in _strips(decoded):
        values = rows if rows.ndim == 3 else rows[:, :, None]
        colours = stretched(values[:, :, : 3 if layout.photometric == RGB else 1], span)
        if layout.photometric == WHITE_IS_ZERO:
            colours = 255 - colours
        colours = np.repeat(colours, 3, 2) if colours.shape[2] == 1 else colours[:, :, ::-1]
        if values.shape[2] == 4 and layout.extra != _IGNORED:
            alpha = stretched(values[:, :, 3:], span)
            colours = over_white(colours, alpha, multiplied=layout.extra == _MULTIPLIED)
        yield np.ascontiguousarray(colours)


def _span(decoded: npt.NDArray[np.generic], layout: TiffLayout) -> Span:
    """Between which numbers black and white lie."""
    if decoded.dtype != np.uint16:
        span = Span.of(rows.astype(np.float64) for rows in _strips(decoded))
        return span.or_sixteen_bits() if layout.bits > 16 else span
    if layout.bits < 16:
        return Span(0, _SIXTEEN_BITS)
    if layout.greatest and layout.greatest >= int(decoded.max()):
        return Span(0, layout.greatest)
    return Span(0, _TWELVE_BITS if int(decoded.max()) <= _TWELVE_BITS else _SIXTEEN_BITS)
