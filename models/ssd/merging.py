"""Merging: what was found in a picture as a whole and in its tiles becomes one answer."""

from collections.abc import Sequence

from msgspec.structs import replace

from .candidates import Candidates, joined
from .ranges import RANGES
from .settings import Settings
from .tiles import Tile

# How near to a border, as a share of the tile, a box may end before it counts as cut by it: boxes
# of cut objects miss the border by a few pixels of the network's input.
_MARGIN = 0.02
# A box that covers more of a tile is left to the coarser looks, which see the object whole.
_LARGEST = 0.3


def for_each(settings: Settings, looks: int) -> Settings:
    """The settings of each of several looks, before their answers are one.

    All looks together have as many candidates as one picture may, so that they cost no more than
    it; and none hides an answer behind others that turn out to be cut.

    Args:
        settings: Those of the call.
        looks: How many there are.
    """
    most = RANGES["top_k"].high // looks
    return replace(
        settings,
        top_k=min(settings.top_k, most),
        max_detections=RANGES["max_detections"].high,
    )


def merged(
    whole: Candidates, parts: Sequence[tuple[Tile, Candidates]], settings: Settings
) -> Candidates:
    """Makes the candidates of all looks at a picture one answer.

    Args:
        whole: Of the whole picture.
        parts: Of each tile, in shares of it.
        settings: Those of the call.

    Returns:
        In shares of the picture: at most as many as asked for, no two of a class overlapping by
        more than asked for, best first.
    """
    every = joined([whole, *(_placed(tile, found) for tile, found in parts)])
    return every.chosen(slice(settings.top_k)).apart(settings.iou, settings.max_detections)


def _placed(tile: Tile, found: Candidates) -> Candidates:
    """What a tile can tell of the picture: neither what it cuts nor what nearly fills it."""
    sides = found.boxes[:, 2:] - found.boxes[:, :2]
    small = sides[:, 0] * sides[:, 1] <= _LARGEST
    kept = found.chosen(small & ~tile.cuts(found.boxes, _MARGIN))
    return replace(kept, boxes=tile.placed(kept.boxes))
