"""The pictures where two models differ most."""

from collections.abc import Sequence

from ...evaluation.matching import FoundIn, overlaps

_SAME = 0.5


def most_different(
    ours: Sequence[FoundIn], theirs: Sequence[FoundIn], most: int
) -> list[tuple[int, float]]:
    """Ranks pictures by what one model answers and the other does not.

    Args:
        ours: Detections of each picture, sure enough to be answered.
        theirs: Those of the other model, in the same order.
        most: How many pictures are wanted.

    Returns:
        Position and disagreement of each, the greatest first; pictures without any are left out.
    """
    by_size = [
        (at, disagreement(one, other))
        for at, (one, other) in enumerate(zip(ours, theirs, strict=True))
    ]
    differing = [each for each in by_size if each[1] > 0]
    return sorted(differing, key=lambda each: -each[1])[:most]


def disagreement(one: FoundIn, other: FoundIn) -> float:
    """Sum of the confidences of detections that the other does not have, whichever's they are.

    Two are the same when they have one class and overlap by half or more; the closest first.
    """
    shares = overlaps(one.boxes, other.boxes)
    shares[one.columns[:, None] != other.columns[None]] = 0
    alone = float(one.scores.sum() + other.scores.sum())
    while shares.size and shares.max() >= _SAME:
        row, column = divmod(int(shares.argmax()), shares.shape[1])
        alone -= float(one.scores[row] + other.scores[column])
        shares[row], shares[:, column] = 0, 0
    return max(alone, 0.0) if alone > 1e-9 else 0.0
