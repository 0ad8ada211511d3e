"""What is in a data set: counts by class, size and picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .record import DataSet

_SIDES = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Of an object in the picture scaled to 300 x 300: the root of its area."""
_LONG_SIDES = (160, 320, 480, 640, 800, 1024, 1600, 2400, 4000)
_SCALED_TO = 300

Histogram = tuple[tuple[str, int], ...]
"""A name and a count each."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts.

    Attributes:
        pictures: All of them.
        empty: Those without objects.
        objects: Those that are learnt and judged by.
        left_out: Crowds and difficult objects.
        classes: Objects of each class, the most frequent first.
        sizes: Objects by their side in pixels, the picture scaled to 300 x 300.
        per_picture: Pictures by how many objects are in them.
        long_sides: Pictures by their longer side in pixels.
        splits: Pictures of each split.
    """

    pictures: int
    empty: int
    objects: int
    left_out: int
    classes: Histogram
    sizes: Histogram
    per_picture: Histogram
    long_sides: Histogram
    splits: Histogram


def count(data: DataSet) -> Statistics:
    """Counts what is in a data set."""
    columns = np.concatenate(
        [np.zeros(0, np.intp), *(each.columns[each.judged] for each in data.pictures)]
    )
    by_class = np.bincount(columns, minlength=len(data.names)).tolist()
    objects = [int(each.judged.sum()) for each in data.pictures]
    splits = sorted({each.split for each in data.pictures})
    return Statistics(
        pictures=len(data.pictures),
        empty=objects.count(0),
        objects=len(columns),
        left_out=sum(len(each.boxes) for each in data.pictures) - len(columns),
        classes=tuple(
            sorted(zip(data.names, by_class, strict=True), key=lambda each: (-each[1], each[0]))
        ),
        sizes=_in_bins(_sides(data), _SIDES),
        per_picture=_in_bins(objects, (1, 2, 3, 4, 5, 6, 11, 21, 51)),
        long_sides=_in_bins([max(each.size) for each in data.pictures], _LONG_SIDES),
        splits=tuple(
            (split, sum(each.split == split for each in data.pictures)) for split in splits
        ),
    )


def _sides(data: DataSet) -> list[float]:
    sides: list[float] = []
    for each in data.pictures:
        boxes = each.boxes[each.judged].astype(np.float64)
        areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        sides += (np.sqrt(areas / (each.size[0] * each.size[1])) * _SCALED_TO).tolist()
    return sides


def _in_bins(values: Sequence[float], starts: tuple[int, ...]) -> Histogram:
    """Counts between the starts of bins, without the empty ones at both ends."""
    places = np.digitize(np.asarray(values, np.float64), starts)
    counts = np.bincount(places, minlength=len(starts) + 1).tolist()
    names = [f"below {starts[0]}" if starts[0] > 1 else "0"]
    for start, end in pairwise(starts):
        names.append(f"{start} to {end - 1}" if end - start > 1 else f"{start}")
    names.append(f"{starts[-1]} and more")
    filled = [at for at, number in enumerate(counts) if number]
    if not filled:
        return ()
    return tuple(zip(names, counts, strict=True))[filled[0] : filled[-1] + 1]
