"""The page of a search: one HTML file with everything in it, and no script."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ..evaluation.report.markup import document, figure, table
from .charts import Axis, Line, history, importance, parallel
from .space import Range
from .study_folder import StudyNote

_MOST_SHOWN = 12
"""Values of a choice that are written at an axis."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a page is made of.

    Attributes:
        note: What was searched.
        trials: Each trial, as ``Study.describe`` has it, in order.
        best: The best of them; None where there is none.
        importance: How much each key mattered, the most first; empty where that is not known.
    """

    note: StudyNote
    trials: Sequence[Mapping[str, Any]]
    best: Mapping[str, Any] | None
    importance: Mapping[str, float]


def render_search(searched: Searched) -> str:
    """Makes the page.

    Args:
        searched: What it tells of.

    Returns:
        HTML that loads nothing from anywhere.
    """
    note, rows, best = searched.note, searched.trials, searched.best
    name = note.plan.objective.maximize
    good = [row for row in rows if row["state"] == "complete"]
    parts = [
        f"<h1>Search {escape(note.experiment)}</h1>",
        f"<p>{escape(_summary(rows, best, name))}</p>",
        "<h2>History</h2>",
        figure(
            history(name, [(row["trial"], row[name]) for row in good], len(rows)),
            f"{name} of each trial that was trained to its end; the line is the best so far.",
        ),
        "<h2>Importance</h2>",
        _importance(searched.importance),
        "<h2>Parallel coordinates</h2>",
        _parallel(note.plan.space, good, best, name),
        "<h2>Trials</h2>",
        _trials(rows, name),
    ]
    return document(f"Search {note.experiment}", parts)


def _summary(rows: Sequence[Mapping[str, Any]], best: Mapping[str, Any] | None, name: str) -> str:
    counts = {
        state: sum(row["state"] == state for row in rows)
        for state in ("complete", "pruned", "fail")
    }
    told = f"{len(rows)} trials: " + ", ".join(
        f"{count} {state}" for state, count in counts.items()
    )
    return told + (f". The best is {best['id']} with {name} {best[name]:.4f}." if best else ".")


def _importance(shares: Mapping[str, float]) -> str:
    if not shares:
        return "<p>Too few trials are complete to tell.</p>"
    return figure(
        importance(shares),
        "How much of the difference between trials each key explains (PED-ANOVA).",
    )


def _parallel(
    space: Mapping[str, Range],
    rows: Sequence[Mapping[str, Any]],
    best: Mapping[str, Any] | None,
    name: str,
) -> str:
    if not rows:
        return "<p>No trial is complete.</p>"
    values = sorted(row[name] for row in rows)
    low, high = values[0], values[-1]
    axes = [*(_axis(key, wanted) for key, wanted in space.items()),
            Axis(name, ((0, f"{low:.3f}"), (1, f"{high:.3f}")))]  # fmt: skip
    lines = [
        Line(
            row["id"],
            (
                *(_place(wanted, row["parameters"][key]) for key, wanted in space.items()),
                (row[name] - low) / (high - low) if high > low else 1.0,
            ),
            values.index(row[name]) / max(len(values) - 1, 1),
            best is not None and row["id"] == best["id"],
        )
        for row in rows
    ]
    return figure(
        parallel(axes, lines), "A line a trial; the better, the darker; the best of all in red."
    )


def _axis(key: str, wanted: Range) -> Axis:
    if wanted.choice is not None:
        shown = wanted.choice if len(wanted.choice) <= _MOST_SHOWN else wanted.choice[:1]
        return Axis(key, tuple((_place(wanted, each), str(each)) for each in shown))
    low, high = wanted.bounds
    return Axis(key, ((0, f"{low:g}"), (1, f"{high:g}")))


def _place(wanted: Range, value: Any) -> float:  # noqa: ANN401 - a key's value
    """Where a value stands on its axis, 0..1."""
    if wanted.choice is not None:
        return wanted.choice.index(value) / max(len(wanted.choice) - 1, 1)
    low, high = wanted.bounds
    if wanted.log is not None:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return float((value - low) / (high - low))


def _trials(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    return table(
        ("trial", "state", name, "seconds", "parameters, or why it failed"),
        (
            (
                row["id"],
                row["state"],
                "" if row[name] is None else f"{row[name]:.4f}",
                "" if row["seconds"] is None else f"{row['seconds']:.0f}",
                row.get("reason") or ", ".join(
                    f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
                    for key, value in row["parameters"].items()
                ),
            )
            for row in rows
        ),
    )  # fmt: skip
