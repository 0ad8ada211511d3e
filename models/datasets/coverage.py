"""Which objects a network can hardly learn: those that none of its anchors covers."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ..ssd.anchors import build_anchors
from ..ssd.nms import overlaps
from ..ssd.spec import AnchorLayer
from .record import Annotated

COVERED = 0.5
"""Overlap from which on an anchor learns an object, as SSD matches them."""
_BLOCK = 128


def best_overlaps(
    boxes: npt.NDArray[np.float32],
    layers: Sequence[AnchorLayer],
    progress: Callable[[int, int], None],
) -> npt.NDArray[np.float32]:
    """How well the best anchor covers each box.

    Args:
        boxes: float32 ``[K, 4]``, ymin, xmin, ymax, xmax in shares of the picture.
        layers: The network's anchors.
        progress: Called with the number of boxes done, and of all.

    Returns:
        float32 ``[K]``: intersection over union with the best anchor, 0..1.
    """
    centres = build_anchors(layers)
    half = centres[:, 2:] / 2
    anchors = np.concatenate([centres[:, :2] - half, centres[:, :2] + half], 1)
    best = np.zeros(len(boxes), np.float32)
    for start in range(0, len(boxes), _BLOCK):
        block = slice(start, start + _BLOCK)
        best[block] = overlaps(boxes[block], anchors).max(1)
        progress(min(start + _BLOCK, len(boxes)), len(boxes))
    return best


def unit_boxes(pictures: Sequence[Annotated]) -> npt.NDArray[np.float32]:
    """Boxes of the objects that are learnt, in shares of their picture.

    Returns:
        float32 ``[K, 4]``, in order of the pictures.
    """
    shares = [
        picture.boxes[picture.judged] / np.array([*picture.size, *picture.size], np.float32)
        for picture in pictures
    ]
    return np.concatenate([np.zeros((0, 4), np.float32), *shares]).astype(np.float32)
