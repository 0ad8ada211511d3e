"""The surest false alarms and the largest missed objects: where looking is worth most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...datasets.record import DataSet
from ..matching import ClassMatches, Floats, FoundIn


@dataclass(frozen=True, slots=True)
class Case:
    """One detection or object that went wrong.

    Attributes:
        picture: Position of its picture.
        column: Its class.
        box: ymin, xmin, ymax, xmax in pixels.
        score: Confidence of a false alarm; NaN for a missed object.
    """

    picture: int
    column: int
    box: Floats
    score: float = float("nan")


def false_alarms(
    found: Sequence[FoundIn], matches: Mapping[int, ClassMatches], most: int
) -> list[Case]:
    """The most confident detections that found nothing, at most so many."""
    cases = []
    for column, each in matches.items():
        for at in (~each.hits & ~each.ignored).nonzero()[0][:most].tolist():
            picture, place = int(each.pictures[at]), int(each.places[at])
            box = found[picture].boxes[place]
            cases.append(Case(picture, column, box, float(each.scores[at])))
    return sorted(cases, key=lambda case: -case.score)[:most]


def misses(data: DataSet, matches: Mapping[int, ClassMatches], most: int) -> list[Case]:
    """The objects that nothing found, by their share of the picture, at most so many."""
    cases = [
        Case(picture, column, data.pictures[picture].boxes[place].astype(float))
        for column, each in matches.items()
        for picture, place in each.missed
    ]
    return sorted(cases, key=lambda case: -_share(data, case))[:most]


def _share(data: DataSet, case: Case) -> float:
    height, width = data.pictures[case.picture].size
    sides = case.box[2:] - case.box[:2]
    return float(sides[0] * sides[1] / (height * width))
