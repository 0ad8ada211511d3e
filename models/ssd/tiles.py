"""Tiles: overlapping parts of a picture, looked at besides the whole, for small objects.

Level n has n x n tiles, each larger than an n-th by what they overlap. ``tiles=2`` looks at the
whole picture and the 4 tiles of level 2; ``tiles=3`` at those and the 9 of level 3.
"""

import msgspec
import numpy as np
import numpy.typing as npt

from .ranges import AUTO, TILES
from .settings import Tiles

OVERLAP = 0.2
"""Share of a tile's side that it has in common with the next one, at least."""
# A tile of fewer pixels a side than this share of the network's input shows nothing new: on COCO
# shrunk to 160 x 120, tiles gained nothing (docs/models.md).
_LEAST = 1 / 3
# What `auto` wants: tiles that hardly have to be enlarged for the network.
_WORTH = 3 / 4


class Tile(msgspec.Struct, frozen=True):
    """A part of a picture, in pixels; it has at least one.

    Attributes:
        top: Its first row.
        left: Its first column.
        bottom: The row after its last.
        right: The column after its last.
        height: Rows of the picture.
        width: Columns of the picture.
    """

    top: int
    left: int
    bottom: int
    right: int
    height: int
    width: int

    def crop(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The tile's pixels ``[bottom - top, right - left, 3]`` of the picture's, not copied."""
        return pixels[self.top : self.bottom, self.left : self.right]

    def cuts(self, boxes: npt.NDArray[np.float32], margin: float) -> npt.NDArray[np.bool_]:
        """Which boxes may be cut by a border of the tile that is none of the picture's.

        Args:
            boxes: float32 ``[K, 4]``: ymin, xmin, ymax, xmax, in units of the tile, 0..1.
            margin: How near to the border is as good as there, in the same units.

        Returns:
            bool ``[K]``.
        """
        inner = (self.top > 0, self.left > 0, self.bottom < self.height, self.right < self.width)
        near = np.concatenate([boxes[:, :2] <= margin, boxes[:, 2:] >= 1 - margin], axis=1)
        return np.asarray((near & np.array(inner)).any(axis=1))

    def placed(self, boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Boxes ``[K, 4]`` in units of the tile, in units of the picture."""
        start = np.array([self.top, self.left] * 2, np.float32)
        side = np.array([self.bottom - self.top, self.right - self.left] * 2, np.float32)
        whole = np.array([self.height, self.width] * 2, np.float32)
        return np.asarray((boxes * side + start) / whole, np.float32)


def tiles_of(most: int, size: tuple[int, int]) -> tuple[Tile, ...]:
    """All tiles of the levels from 2 on.

    Args:
        most: The last level; 1 has no tiles, only the whole picture.
        size: Height and width of the picture, in pixels.

    Returns:
        The tiles, coarse ones first; each level covers every pixel.
    """
    height, width = size
    return tuple(
        Tile(top, left, bottom, right, height, width)
        for level in range(2, most + 1)
        for top, bottom in _spans(level, height)
        for left, right in _spans(level, width)
    )


def looks_of(tiles: int) -> int:
    """How often the network runs for one picture: 1, 5, 14."""
    return sum(level * level for level in range(1, tiles + 1))


def finer(tiles: int) -> float:
    """How many times the side of its smallest tiles a picture's side is: 1, 1.8, 2.6."""
    return tiles - (tiles - 1) * OVERLAP


def tiles_for(asked: Tiles, size: tuple[int, int], cover: tuple[int, int]) -> int:
    """The level to which a picture is worth looking at; a larger picture never gets a lower one.

    Args:
        asked: What the call asks for.
        size: Height and width of the picture as sent and turned upright, in pixels.
        cover: Height and width of the network's input, in pixels.

    Returns:
        1 to 3, and no more than asked for. A level is left out where its tiles have too few pixels.
    """
    level, share = (TILES.high, _WORTH) if asked == AUTO else (int(asked), _LEAST)
    while level > 1 and any(
        side < need * share * finer(level) for side, need in zip(size, cover, strict=True)
    ):
        level -= 1
    return level


def _spans(count: int, length: int) -> list[tuple[int, int]]:
    """First pixel and the one after the last, of so many parts of a length."""
    side = length / finer(count)
    starts = [index * (length - side) / (count - 1) for index in range(count)]
    return [(int(start), min(length, int(np.ceil(start + side)))) for start in starts]
