"""Rounds: two sides measured in turn, compared within each round, so that noise hits both alike."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

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


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies (nearest rank).

    Args:
        values: At least one.
        share: 0..1.

    Returns:
        One of the values.
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]
