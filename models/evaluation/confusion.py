"""What was taken for what: objects against detections, whatever the classes.

Detections that are sure enough take objects by overlap, the most confident first, without regard
to classes: an object whose detection has another class is confused, one without is missed, a
detection without an object is a false alarm.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..datasets.record import Annotated, DataSet
from .matching import FoundIn, overlaps


def confusion(
    data: DataSet, found: Sequence[FoundIn], threshold: float = 0.5, least: float = 0.5
) -> npt.NDArray[np.int64]:
    """Counts confusions.

    Args:
        data: The pictures.
        found: Detections of each picture, in the same order.
        threshold: Least confidence of a detection that counts.
        least: Least overlap of a detection and its object.

    Returns:
        int64 ``[C + 1, C + 1]``: row the object's class, column the detection's; the last row has
        the false alarms, the last column the missed objects.
    """
    classes = len(data.names)
    counts = np.zeros((classes + 1, classes + 1), np.int64)
    for picture, results in zip(data.pictures, found, strict=True):
        _count(counts, picture, results, threshold, least)
    return counts


def _count(
    counts: npt.NDArray[np.int64],
    picture: Annotated,
    results: FoundIn,
    threshold: float,
    least: float,
) -> None:
    sure = np.flatnonzero(results.scores >= threshold)
    sure = sure[np.argsort(-results.scores[sure], kind="stable")]
    shares = overlaps(results.boxes[sure], picture.boxes.astype(np.float64))
    free = np.ones(len(picture.boxes), np.bool_)
    nothing = counts.shape[0] - 1
    for place, share in zip(sure, shares, strict=True):
        column = results.columns[place]
        near = share >= least
        open_ = np.where(near & free, share, -1.0)
        # Of objects that overlap as well, one of the same class is the likelier.
        open_[near & free & (picture.columns == column)] += 1.0
        if open_.size and open_.max() >= 0:
            best = int(open_.argmax())
            free[best] = False
            if picture.judged[best]:
                counts[picture.columns[best], column] += 1
        elif not bool(np.any(near & ~picture.judged)):
            counts[nothing, column] += 1
    for column in picture.columns[free & picture.judged]:
        counts[column, nothing] += 1
