"""Bars that figures are held against, and the rows of the table that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Bar:
    """A limit a figure must keep.

    Attributes:
        kind: On which side of the limit the figure must be; the limit itself is allowed.
        limit: In the unit of the figure.
    """

    kind: Literal["at most", "at least"]
    limit: float

    def holds(self, figure: float) -> bool:
        """Whether a figure keeps the bar; NaN never does."""
        return figure <= self.limit if self.kind == "at most" else figure >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.kind == 'at most' else '≥'} {self.limit:g}"


def at_most(limit: float) -> Bar:
    """A bar that a figure must not exceed."""
    return Bar("at most", limit)


def at_least(limit: float) -> Bar:
    """A bar that a figure must reach."""
    return Bar("at least", limit)


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was measured.
        figure: The figure; None where it could not be measured.
        unit: Its unit; empty for a ratio or a count.
        bar: What it must keep; None where it only informs.
        note: What a reader needs to judge it, such as the two sides of a ratio.
    """

    what: str
    figure: float | None
    unit: str = ""
    bar: Bar | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """``yes``, ``missed``, ``skipped``, or ``-`` for a row without a bar."""
        if self.figure is None:
            return "skipped"
        if self.bar is None:
            return "-"
        return "yes" if self.bar.holds(self.figure) else "missed"


@dataclass(frozen=True)
class Finding:
    """What one benchmark found.

    Attributes:
        rows: Its lines of the table.
        details: What the figures were made from, ready for JSON.
    """

    rows: tuple[Row, ...]
    details: Mapping[str, object]
