"""Average precision as PASCAL VOC defines it, from matches at one overlap (0.5 there)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .matching import ClassMatches, Floats


@dataclass(frozen=True, slots=True)
class Curve:
    """How precision falls as recall grows, one point a detection.

    Attributes:
        recall: float64 ``[N]``: share of the objects found so far.
        precision: float64 ``[N]``: share of the detections so far that found one.
        scores: float64 ``[N]``: confidence of each.
    """

    recall: Floats
    precision: Floats
    scores: Floats


def curve_of(matches: ClassMatches) -> Curve:
    """The curve of a class; detections that are ignored are left out."""
    judged = ~matches.ignored
    hits = np.cumsum(matches.hits[judged])
    counts = np.arange(1, len(hits) + 1)
    return Curve(hits / max(matches.objects, 1), hits / counts, matches.scores[judged])


def average_precision_2007(curve: Curve) -> float:
    """Mean of the best precision at recall 0, 0.1, ... 1 or more (Everingham et al., 2010, 4.2)."""
    steps = np.linspace(0, 1, 11)
    # A recall that is a tenth in words is not always one in floating point.
    best = [curve.precision[curve.recall >= step - 1e-9].max(initial=0.0) for step in steps]
    return float(np.mean(best))


def average_precision_2012(curve: Curve) -> float:
    """Area below the curve, made to fall monotonically (VOC2012 development kit, 3.4.1)."""
    recall = np.concatenate([[0.0], curve.recall, [1.0]])
    precision = np.concatenate([[0.0], curve.precision, [0.0]])
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * falling[1:]))


def mean_curve(curves: Iterable[Curve]) -> tuple[Floats, Floats]:
    """The mean over classes of the best precision at each recall or more.

    Args:
        curves: Each class's; at least one.

    Returns:
        101 recalls, and the precision at each.
    """
    steps = np.linspace(0, 1, 101)
    best = [
        [each.precision[each.recall >= step].max(initial=0.0) for step in steps] for each in curves
    ]
    return steps, np.mean(best, axis=0)
