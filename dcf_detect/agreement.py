"""How far two results found the same objects."""

from collections.abc import Sequence
from dataclasses import dataclass

from .box import Box


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two results side by side.

    Attributes:
        matches: Boxes of both that are one object: same class, enough overlap. The one of the
            first result comes first.
        missing: Boxes of the first result that the other lacks.
        extra: Boxes that the other has alone.
    """

    matches: tuple[tuple[Box, Box], ...]
    missing: tuple[Box, ...]
    extra: tuple[Box, ...]

    @property
    def share(self) -> float:
        """Matched boxes over all boxes, 0 to 1; 1 where neither found anything (F1)."""
        every = 2 * len(self.matches) + len(self.missing) + len(self.extra)
        return 2 * len(self.matches) / every if every else 1.0


def compare(ours: Sequence[Box], theirs: Sequence[Box], iou: float) -> Agreement:
    """Pairs boxes of one class by overlap, the greatest first; each has one partner at most.

    Args:
        ours: Boxes of the first result.
        theirs: Boxes of the other.
        iou: Least overlap of a pair.

    Raises:
        ValueError: The overlap is none.
    """
    if not 0 < iou <= 1:
        raise ValueError(f"iou must be a number above 0 and up to 1, got {iou}")
    pairs = [
        (overlap, -mine, -other)
        for mine, box in enumerate(ours)
        for other, candidate in enumerate(theirs)
        if box.name == candidate.name and (overlap := box.iou(candidate)) >= iou
    ]
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, mine, other in sorted(pairs, reverse=True):
        if -mine not in partner and -other not in taken:
            partner[-mine] = -other
            taken.add(-other)
    return Agreement(
        tuple((ours[mine], theirs[other]) for mine, other in sorted(partner.items())),
        tuple(box for index, box in enumerate(ours) if index not in partner),
        tuple(box for index, box in enumerate(theirs) if index not in taken),
    )
