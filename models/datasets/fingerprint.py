"""What a picture is like: its file, and the rough pattern of its brightness."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from os import cpu_count

import cv2
import numpy as np
import numpy.typing as npt

from ..ssd.errors import ImageError
from ..ssd.image import ImageDecoder
from .errors import unreadable
from .record import Annotated

SIDE = 16
"""Rows, and steps from pixel to pixel in a row, of the pattern: 256 bits."""
_AHEAD = 64
_DECODED_AT = (2 * SIDE, 2 * SIDE)

Bits = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A picture's.

    Attributes:
        exact: SHA-256 of its file.
        near: uint64 ``[4]``: a bit for each pair of neighbours in the picture shrunk to 16 rows of
            17 grey pixels, 1 where the right one is brighter (dHash). A copy that was scaled,
            compressed or brightened has nearly the same bits.
        trouble: Why it cannot be decoded; empty where it can.
    """

    exact: bytes
    near: Bits
    trouble: str = ""


def fingerprints(
    pictures: tuple[Annotated, ...], progress: Callable[[int, int], None]
) -> list[Fingerprint]:
    """Reads and decodes every picture, in as many threads as there are processors.

    Args:
        pictures: Them.
        progress: Called with the number of those that are done, and of all.

    Returns:
        One for each, in their order.
    """
    found: list[Fingerprint] = []
    decoder = ImageDecoder(_DECODED_AT)
    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        for part in _batched(pictures):
            for each in pool.map(lambda picture: _fingerprint(picture, decoder), part):
                found.append(each)
                progress(len(found), len(pictures))
    return found


def pattern(pixels: npt.NDArray[np.uint8]) -> Bits:
    """The bits of ``Fingerprint.near``.

    Args:
        pixels: uint8 ``[H, W, 3]`` RGB.

    Returns:
        uint64 ``[4]``.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (SIDE + 1, SIDE), interpolation=cv2.INTER_AREA)
    return np.packbits(small[:, 1:] > small[:, :-1]).view(np.uint64)


def _batched(pictures: tuple[Annotated, ...]) -> Iterator[tuple[Annotated, ...]]:
    return (pictures[at : at + _AHEAD] for at in range(0, len(pictures), _AHEAD))


def _fingerprint(picture: Annotated, decoder: ImageDecoder) -> Fingerprint:
    none = np.zeros(SIDE * SIDE // 64, np.uint64)
    try:
        encoded = picture.file.read_bytes()
    except OSError as error:
        return Fingerprint(b"", none, f"cannot be opened: {error.strerror}")
    exact = sha256(encoded).digest()
    try:
        return Fingerprint(exact, pattern(decoder.decode(encoded).pixels))
    except ImageError as error:
        return Fingerprint(exact, none, f"cannot be decoded: {unreadable(error)}")
