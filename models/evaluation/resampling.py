"""How sure a difference of precision is, for the whole and class by class, in one pass.

Drawing pictures anew only changes how often each counts. So the detections of a class are ordered
once, and all draws are summed up at the same time; that is what makes thousands of draws cheap.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .matching import Bools, Floats, Places

Counts = npt.NDArray[np.int32]
_RECALLS = np.linspace(0, 1, 101)
"""Recalls that COCO averages over."""
_AT_ONCE = 4_000_000
"""Numbers that are held at the same time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The detections of a class against its objects, most confident first.

    Attributes:
        pictures: intp ``[N]``: position of each detection's picture.
        hits: bool ``[T, N]``: whether each found an object, at each least overlap.
        ignored: bool ``[T, N]``: whether each is neither right nor wrong.
        objects: int32 ``[I]``: objects in each picture that are judged by.
    """

    pictures: Places
    hits: Bools
    ignored: Bools
    objects: Counts


@dataclass(frozen=True, slots=True)
class OneSided:
    """A difference in points, and how far it goes either way.

    Attributes:
        difference: On all pictures.
        low: It is above this, with the confidence asked for.
        high: It is below this, with the same.
    """

    difference: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Draws:
    """Differences of average precision between two detectors, in points.

    Attributes:
        whole: float64 ``[C]``: of each class on all pictures; NaN where it has no object.
        drawn: float64 ``[B, C]``: the same of each draw.
    """

    whole: Floats
    drawn: Floats

    def overall(self, confidence: float) -> OneSided:
        """Bounds of the mean over classes."""
        return _bounds(float(_mean(self.whole[None])[0]), _mean(self.drawn), confidence)

    def of_class(self, place: int, confidence: float) -> OneSided:
        """Bounds of one class; draws without an object of it say nothing of it."""
        return _bounds(float(self.whole[place]), self.drawn[:, place], confidence)


def paired_draws(
    ours: Sequence[Judged],
    theirs: Sequence[Judged],
    samples: int,
    progress: Callable[[int], None],
    seed: int = 0,
) -> Draws:
    """Draws the pictures anew, the same for both detectors.

    Args:
        ours: Each class of one detector.
        theirs: The same classes, in the same order, of the other on the same pictures.
        samples: How many times the pictures are drawn, with replacement.
        progress: Called with the number of classes that were done, one after another.
        seed: Draws them.

    Returns:
        ``ours`` minus ``theirs``.
    """
    count = len(ours[0].objects)
    random = np.random.default_rng(seed)
    times = random.multinomial(count, np.full(count, 1 / count), samples).astype(np.int32)
    times = np.concatenate([np.ones((1, count), np.int32), times])
    columns = []
    for one, other in zip(ours, theirs, strict=True):
        columns.append(precisions(one, times) - precisions(other, times))
        progress(1)
    differences = np.stack(columns, axis=1) * 100
    return Draws(differences[0], differences[1:])


def precisions(judged: Judged, times: Counts) -> Floats:
    """Average precision of a class over all least overlaps, as COCO defines it.

    Args:
        judged: The class.
        times: int32 ``[B, I]``: how often each picture counts in each draw.

    Returns:
        float64 ``[B]``, 0..1; NaN for draws without an object.
    """
    if judged.pictures.size == 0:
        positives = times @ judged.objects
        return np.where(positives > 0, 0.0, np.nan)
    step = max(1, _AT_ONCE // len(judged.pictures))
    parts = [_precisions(judged, times[at : at + step]) for at in range(0, len(times), step)]
    return np.concatenate(parts)


def _precisions(judged: Judged, times: Counts) -> Floats:
    positives = (times @ judged.objects).astype(np.float64)
    counted = times[:, judged.pictures]
    all_ = counted.cumsum(axis=1, dtype=np.int32)
    means = [
        _precision(judged.hits[at], judged.ignored[at], (counted, all_), positives)
        for at in range(len(judged.hits))
    ]
    found: Floats = np.mean(means, axis=0)
    return np.where(positives > 0, found, np.nan)


def _precision(
    hits: Bools, ignored: Bools, sums: tuple[Counts, Counts], positives: Floats
) -> Floats:
    """Only where an object is found does recall grow: the other places are not looked at."""
    counted, all_ = sums
    places = np.flatnonzero(hits & ~ignored)
    if places.size == 0:
        return np.zeros(len(counted))
    right = counted[:, places].cumsum(axis=1, dtype=np.int32)
    of = all_[:, places]
    if ignored.any():
        left_out = np.where(ignored, counted, 0).cumsum(axis=1, dtype=np.int32)
        of = of - left_out[:, places]
    precision = right / np.maximum(of, 1)
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    recall = right / np.maximum(positives, 1)[:, None]
    grown = np.diff(_reached(recall), axis=1, prepend=0)
    found: Floats = (best * grown).sum(axis=1) / len(_RECALLS)
    return found


def _reached(recall: Floats) -> Places:
    """How many of the recalls are reached: as ``searchsorted`` says, in a third of its time."""
    nearest = (recall * (len(_RECALLS) - 1) + 1e-9).astype(np.intp)
    return nearest + (recall >= _RECALLS[nearest])


def _mean(differences: Floats) -> Floats:
    known = ~np.isnan(differences)
    mean: Floats = np.where(known, differences, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean


def _bounds(difference: float, drawn: Floats, confidence: float) -> OneSided:
    known = drawn[~np.isnan(drawn)]
    if known.size == 0:
        return OneSided(difference, -100.0, 100.0)
    low, high = np.quantile(known, [1 - confidence, confidence])
    return OneSided(difference, float(low), float(high))
