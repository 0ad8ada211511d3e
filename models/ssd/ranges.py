"""The table of ranges: what a threshold, an overlap or a count may be, wherever it is given.

A call, the environment, a detector's settings and a bundle's manifest all take their ranges from
here. What a call may cost follows from the counts: suppression compares every candidate with every
answer so far.
"""

from typing import Literal

import msgspec


class Range(msgspec.Struct, frozen=True):
    """A row of the table: both ends are allowed.

    Attributes:
        low: The least value.
        high: The greatest value.
        whole: Whether it counts something.
        help: What it is for.
    """

    low: int
    high: int
    whole: bool
    help: str

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"

    def __contains__(self, value: float) -> bool:
        # Not a number compares false.
        return self.low <= value <= self.high

    @property
    def demand(self) -> str:
        """What a value must be, for people."""
        return f"must be a {'whole ' if self.whole else ''}number from {self}"


RANGES = {
    "threshold": Range(0, 1, whole=False, help="Least confidence of an answer."),
    "iou": Range(0, 1, whole=False, help="Greatest overlap of two answers of a class."),
    "top_k": Range(1, 10_000, whole=True, help="Candidates kept before suppression."),
    "max_detections": Range(1, 1_000, whole=True, help="Answers at most."),
}

TILES = Range(
    1, 3, whole=True, help="Tiles along a side that are looked at besides the whole picture."
)
AUTO: Literal["auto"] = "auto"
"""What ``tiles`` may be besides a number: as many as the picture's size makes worth it."""
TILES_DEMAND = f"must be a whole number from {TILES}, or {AUTO}"
