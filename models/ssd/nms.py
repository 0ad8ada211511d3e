"""Overlap of boxes, and suppression of the weaker ones (non-maximum suppression)."""

import numpy as np
import numpy.typing as npt

_BLOCK = 128
"""Boxes looked at together: the largest matrix has as many rows, and a column each box kept."""


def overlaps(
    boxes: npt.NDArray[np.float32], others: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Intersection over union of every box with every other.

    Args:
        boxes: float32 ``[K, 4]``: ymin, xmin, ymax, xmax, of any one unit.
        others: float32 ``[M, 4]``, the same.

    Returns:
        float32 ``[K, M]``, 0..1; 0 where both boxes have no area.
    """
    # Axis by axis: whole rows of numbers are worked on at once, not pairs of them.
    shared = _shared_sides(boxes, others, 0)
    shared *= _shared_sides(boxes, others, 1)
    union = _areas(boxes)[:, None] + _areas(others)[None, :] - shared
    shares: npt.NDArray[np.float32] = np.zeros_like(shared)
    np.divide(shared, union, out=shares, where=union > 0)
    return shares


def _shared_sides(
    boxes: npt.NDArray[np.float32], others: npt.NDArray[np.float32], axis: int
) -> npt.NDArray[np.float32]:
    """Length ``[K, M]`` along an axis (0 down, 1 across) that each two boxes share."""
    sides: npt.NDArray[np.float32] = np.minimum.outer(boxes[:, axis + 2], others[:, axis + 2])
    sides -= np.maximum.outer(boxes[:, axis], others[:, axis])
    return np.maximum(sides, 0, out=sides)


def _areas(boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    sides: npt.NDArray[np.float32] = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.multiply(sides[:, 0], sides[:, 1])


def suppress(
    boxes: npt.NDArray[np.float32], columns: npt.NDArray[np.intp], iou: float, most: int
) -> npt.NDArray[np.intp]:
    """Greedy suppression within each class.

    Walks the boxes from best to worst; a box goes when a kept box of its class overlaps it by more
    than ``iou``. Boxes are only compared with kept ones and those of their own block, so that time
    grows with boxes times answers, and memory with the answers alone.

    Args:
        boxes: float32 ``[K, 4]``: ymin, xmin, ymax, xmax; best first.
        columns: ``[K]``: the class column of each box; only equal ones suppress each other.
        iou: Greatest overlap (0..1) two kept boxes of a class may have.
        most: Boxes kept at most; no box after the last of them is looked at.

    Returns:
        Indexes of the kept boxes, ascending (still best first).
    """
    count = len(boxes)
    if count < 2:
        return np.arange(count)
    kept = np.empty(0, np.intp)
    for start in range(0, count, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, count))
        if len(kept):
            block = block[~_rivals(boxes, columns, block, kept, iou).any(axis=1)]
        block = block[_survivors(_rivals(boxes, columns, block, block, iou))]
        kept = np.concatenate([kept, block])
        if len(kept) >= most:
            break
    return kept[:most]


def _rivals(
    boxes: npt.NDArray[np.float32],
    columns: npt.NDArray[np.intp],
    some: npt.NDArray[np.intp],
    others: npt.NDArray[np.intp],
    iou: float,
) -> npt.NDArray[np.bool_]:
    """Which boxes of two lists of indexes cannot both be answers: bool ``[some, others]``."""
    alike = columns[some][:, None] == columns[others][None, :]
    return np.asarray((overlaps(boxes[some], boxes[others]) > iou) & alike)


def _survivors(rivals: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which boxes greedy suppression keeps, given who rivals whom ``[K, K]``, best first."""
    # Most boxes have no rival, and are kept without a look.
    alive = np.ones(len(rivals), bool)
    for index in np.flatnonzero(np.triu(rivals, 1).any(axis=1)):
        if alive[index]:
            alive[index + 1 :] &= ~rivals[index, index + 1 :]
    return alive
