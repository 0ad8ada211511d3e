"""The report of a check: a row a comparison."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Attributes:
        subject: The image that was compared, or what else.
        what: What was compared.
        difference: The greatest difference; None where nothing could be compared.
        allowed: The greatest that is allowed.
        note: Why nothing was compared.
    """

    subject: str
    what: str
    difference: float | None
    allowed: float
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the difference is allowed; not a number never is."""
        return self.difference is None or self.difference <= self.allowed

    def values(self) -> dict[str, Any]:
        """The same as plain values; a difference that is no number, as of other shapes, is None."""
        verdict = "skipped" if self.difference is None else "ok" if self.holds else "FAIL"
        told = self.difference is not None and math.isfinite(self.difference)
        return {
            "image": self.subject,
            "what": self.what,
            "difference": self.difference if told else None,
            "allowed": self.allowed,
            "verdict": verdict,
            "note": self.note,
        }


def table(rows: Sequence[Row]) -> list[str]:
    """Lines of a table for a person."""
    subject = max(len(row.subject) for row in rows)
    what = max(len(row.what) for row in rows)
    lines = [f"{'image':<{subject}}  {'what':<{what}}  {'difference':>10}  {'allowed':>8}"]
    for row in rows:
        values = row.values()
        told = "-" if row.difference is None else f"{row.difference:.2g}"
        note = f": {row.note}" if row.note else ""
        lines.append(
            f"{row.subject:<{subject}}  {row.what:<{what}}  {told:>10}  {row.allowed:>8g}  "
            f"{values['verdict']}{note}"
        )
    return lines
