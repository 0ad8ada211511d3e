"""Pairs two lists of detections one to one, by class and place, and tells how far they differ."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Found:
    """Detections, best first.

    Attributes:
        classes: int64 ``[K]``.
        scores: float32 ``[K]``.
        boxes: float32 ``[K, 4]``, of any one unit.
    """

    classes: npt.NDArray[np.int64]
    scores: Floats
    boxes: Floats


@dataclass(frozen=True, slots=True)
class Limits:
    """How far two detections of one object may be apart.

    Attributes:
        score: Greatest difference of scores; detections whose scores are as near may change places.
        box: Greatest difference of an edge, in the boxes' unit.
        threshold: Least score of a detection.
    """

    score: float
    box: float
    threshold: float

    @property
    def border(self) -> float:
        """How near to the threshold a detection may be on one side only.

        As near as two scores may be apart, but no more than a quarter of the way to 1: of
        detections that are all sure, most need a partner all the same.
        """
        return min(self.score, (1 - self.threshold) / 4)


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two lists are apart.

    Attributes:
        unpaired: Detections of either list without a partner in the other.
        score: Greatest difference of scores in a pair.
        box: Greatest difference of an edge in a pair.
    """

    unpaired: int
    score: float
    box: float


def compare(wanted: Found, found: Found, limits: Limits) -> Difference:
    """Pairs detections of one class, the closest boxes first, and compares the pairs.

    Both lists are best first: when the scores of all pairs agree, so does the order.

    Args:
        wanted: What should be found.
        found: What was found.
        limits: What is allowed.

    Returns:
        The differences.
    """
    pairs = _pairs(wanted, found)
    lone = [set(range(len(wanted.classes))), set(range(len(found.classes)))]
    score = box = 0.0
    for first, second, distance in pairs:
        near = _near(wanted, first, limits) and _near(found, second, limits)
        if distance > limits.box and near:
            continue  # two different objects, each allowed to be on one side only
        lone[0].discard(first)
        lone[1].discard(second)
        score = max(score, abs(float(wanted.scores[first] - found.scores[second])))
        box = max(box, distance)
    unpaired = [index for index in lone[0] if not _near(wanted, index, limits)]
    unpaired += [index for index in lone[1] if not _near(found, index, limits)]
    return Difference(len(unpaired), score, box)


def _pairs(wanted: Found, found: Found) -> list[tuple[int, int, float]]:
    """Index in either list and greatest difference of an edge, of each pair."""
    distances = np.abs(wanted.boxes[:, None] - found.boxes[None]).max(axis=2, initial=0.0)
    distances[wanted.classes[:, None] != found.classes[None, :]] = np.inf
    pairs = []
    while distances.size and np.isfinite(distances.min()):
        row, column = divmod(int(distances.argmin()), distances.shape[1])
        pairs.append((row, column, float(distances[row, column])))
        distances[row], distances[:, column] = np.inf, np.inf
    return pairs


def _near(found: Found, index: int, limits: Limits) -> bool:
    return abs(float(found.scores[index]) - limits.threshold) <= limits.border
