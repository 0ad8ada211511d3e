"""Golden pictures: those that the serving model answers exactly right."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...datasets.record import DataSet
from ...evaluation.matching import FoundIn, match_class


@dataclass(frozen=True, slots=True)
class GoldenPictures:
    """What became of them.

    Attributes:
        count: How many the serving model answers right.
        lost: Names of those that the candidate does not.
        won: How many others the candidate answers right.
    """

    count: int
    lost: tuple[str, ...]
    won: int


def golden_pictures(
    data: DataSet, ours: Sequence[FoundIn], theirs: Sequence[FoundIn]
) -> GoldenPictures:
    """Compares which pictures two models answer right.

    Args:
        data: The pictures.
        ours: The candidate's detections of each, sure enough to be answered.
        theirs: The serving model's.
    """
    right, golden = right_pictures(data, ours), right_pictures(data, theirs)
    lost = tuple(data.pictures[at].name for at in sorted(golden - right))
    return GoldenPictures(len(golden), lost, len(right - golden))


def right_pictures(data: DataSet, found: Sequence[FoundIn]) -> set[int]:
    """Positions of the pictures where every object is found, at overlap 0.5, and nothing else.

    A picture without objects is one where nothing is found.
    """
    wrong: set[int] = set()
    for column in range(len(data.names)):
        matches = match_class(data, found, column)
        wrong.update(picture for picture, _object in matches.missed)
        wrong.update(matches.pictures[~matches.hits & ~matches.ignored].tolist())
    return set(range(len(data.pictures))) - wrong
