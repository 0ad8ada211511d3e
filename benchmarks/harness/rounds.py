"""Rounds: two sides measured in turn, compared within each round, so that noise hits both alike."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.harness.bars import Bar, Row

First = TypeVar("First")
Second = TypeVar("Second")


@dataclass(frozen=True)
class Round:
    """One measurement of each side, taken one right after the other.

    Attributes:
        first: Of the side that is judged.
        second: Of the side it is judged against.
    """

    first: float
    second: float

    @property
    def ratio(self) -> float:
        """First over second; NaN where the second is nothing."""
        return self.first / self.second if self.second else math.nan


def alternate(
    count: int, first: Callable[[], First], second: Callable[[], Second]
) -> list[tuple[First, Second]]:
    """Measures both sides in turn.

    Args:
        count: Rounds.
        first: Measures the side that is judged.
        second: Measures the other side.

    Returns:
        What each gave, by round. The side that begins changes from round to round.
    """
    results: list[tuple[First, Second]] = []
    for index in range(count):
        if index % 2:
            other = second()
            results.append((first(), other))
        else:
            results.append((first(), second()))
    return results


def median_ratio(rounds: Sequence[Round]) -> float:
    """The median of the rounds' ratios: one disturbed round does not move it."""
    return statistics.median(each.ratio for each in rounds)


def spread(values: Sequence[float]) -> str:
    """Least and greatest of the values, as text, so that a reader sees how steady they were."""
    return f"{min(values):.2f}..{max(values):.2f}"


def sides(rounds: Sequence[Round], unit: str, digits: int = 2) -> str:
    """A note for the table: the median of both sides, and the spread of the ratios."""
    first, second = (
        f"{statistics.median(getattr(each, side) for each in rounds):.{digits}f} {unit}"
        for side in ("first", "second")
    )
    return f"{first} / {second}; rounds {spread([each.ratio for each in rounds])}"


def ratio_row(
    what: str, rounds: Sequence[Round], bar: Bar | None, unit: str, digits: int = 2
) -> Row:
    """The line of the table for one ratio: its median, its bar, and both sides as a note."""
    return Row(what, median_ratio(rounds), "", bar, sides(rounds, unit, digits))


def by_side(rounds: Sequence[Round], first: str, second: str) -> list[dict[str, object]]:
    """The rounds ready for JSON, each side under its name."""
    return [{first: each.first, second: each.second} for each in rounds]
