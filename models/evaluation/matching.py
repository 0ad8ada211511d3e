"""Which detections found which objects, class by class: what curves and lists are made from.

As PASCAL VOC judges (VOC2012 development kit, section 3.4.1): detections of a class in order of
confidence each take the object of the class that they overlap most. Where the overlap is enough,
the first one has found it, and others of the same object are false alarms. An object that is not
judged by (difficult, or a crowd) makes whatever finds it neither right nor wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..datasets.record import Annotated, DataSet

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
# Of the arrays of ClassMatches, in order.
_KINDS: tuple[Any, ...] = (np.float64, np.bool_, np.bool_, np.intp, np.intp, np.float64)


@dataclass(frozen=True, slots=True)
class FoundIn:
    """The detections of a picture.

    Attributes:
        boxes: float64 ``[K, 4]``: ymin, xmin, ymax, xmax in pixels.
        scores: float64 ``[K]``: confidences, 0..1.
        columns: intp ``[K]``: position of each class among the data set's classes.
    """

    boxes: Floats
    scores: Floats
    columns: Places


@dataclass(frozen=True, slots=True)
class ClassMatches:
    """The detections of a class in all pictures, most confident first.

    Attributes:
        scores: float64 ``[N]``.
        hits: bool ``[N]``: whether each found an object.
        ignored: bool ``[N]``: whether each is neither right nor wrong.
        pictures: intp ``[N]``: position of each one's picture.
        places: intp ``[N]``: its position among the picture's detections.
        overlaps: float64 ``[N]``: greatest overlap of each with an object of its class.
        objects: How many objects of the class are judged by.
        missed: Picture and object, by their positions, of each that nothing found.
    """

    scores: Floats
    hits: Bools
    ignored: Bools
    pictures: Places
    places: Places
    overlaps: Floats
    objects: int
    missed: tuple[tuple[int, int], ...]


def overlaps(boxes: Floats, others: Floats) -> Floats:
    """Intersection over union of each box with each other: ``[K, 4]``, ``[J, 4]`` to ``[K, J]``."""
    shared = _shared(boxes, others)
    union = _areas(boxes)[:, None] + _areas(others)[None] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def match_class(
    data: DataSet, found: Sequence[FoundIn], column: int, least: float = 0.5
) -> ClassMatches:
    """Matches the detections of one class.

    Args:
        data: The pictures.
        found: Detections of each picture, in the same order.
        column: Position of the class.
        least: Overlap from which on an object is found.

    Returns:
        The matches.
    """
    rows: list[tuple[float, bool, bool, int, int, float]] = []
    missed: list[tuple[int, int]] = []
    objects = 0
    for at, (picture, results) in enumerate(zip(data.pictures, found, strict=True)):
        here, places = _match_picture(picture, results, column, least)
        rows.extend(
            (score, hit, ignored, at, place, most) for score, hit, ignored, place, most in here
        )
        objects += int(np.count_nonzero((picture.columns == column) & picture.judged))
        missed.extend((at, place) for place in places)
    rows.sort(key=lambda row: -row[0])
    columns = zip(*rows, strict=True) if rows else ((),) * len(_KINDS)
    names = ("scores", "hits", "ignored", "pictures", "places", "overlaps")
    arrays: dict[str, Any] = {
        name: np.asarray(values, kind)
        for name, values, kind in zip(names, columns, _KINDS, strict=True)
    }
    return ClassMatches(objects=objects, missed=tuple(missed), **arrays)


def _match_picture(
    picture: Annotated, results: FoundIn, column: int, least: float
) -> tuple[list[tuple[float, bool, bool, int, float]], list[int]]:
    """Score, hit, ignored, place and overlap of each detection; places of objects not found."""
    mine = np.flatnonzero(picture.columns == column)
    judged = picture.judged[mine]
    places = np.flatnonzero(results.columns == column)
    places = places[np.argsort(-results.scores[places], kind="stable")]
    shares = _shares(results.boxes[places], picture, mine)
    taken = np.zeros(len(mine), np.bool_)
    rows = []
    for place, share in zip(places.tolist(), shares, strict=True):
        best = int(share.argmax()) if share.size else -1
        most = float(share[best]) if share.size else 0.0
        near = most >= least
        ignored = near and not bool(judged[best])
        hit = near and not ignored and not bool(taken[best])
        if hit:
            taken[best] = True
        rows.append((float(results.scores[place]), hit, ignored, place, most))
    return rows, mine[judged & ~taken].tolist()


def _shares(boxes: Floats, picture: Annotated, mine: Places) -> Floats:
    """How much of each object each box covers; of a crowd, how much of the box lies in it."""
    objects = picture.boxes[mine].astype(np.float64)
    shares = overlaps(boxes, objects)
    crowd = picture.crowd[mine]
    if crowd.any():
        inside = _shared(boxes, objects[crowd]) / np.maximum(_areas(boxes), 1e-12)[:, None]
        shares[:, crowd] = inside
    return shares


def each_class(data: DataSet, found: Sequence[FoundIn]) -> Iterator[tuple[int, ClassMatches]]:
    """Position and matches of each class that has an object to judge by."""
    for column in range(len(data.names)):
        matches = match_class(data, found, column)
        if matches.objects:
            yield column, matches


def _shared(boxes: Floats, others: Floats) -> Floats:
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    sides: Floats = np.clip(high - low, 0, None)
    return sides[..., 0] * sides[..., 1]


def _areas(boxes: Floats) -> Floats:
    sides: Floats = boxes[:, 2:] - boxes[:, :2]
    return sides[:, 0] * sides[:, 1]
