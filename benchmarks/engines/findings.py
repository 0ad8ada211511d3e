"""Rows and details of what the engines took."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.engines.answers import FLOAT32_LIMIT, Difference
from benchmarks.engines.catalogue import ENGINES, OURS, REFERENCE, RIVALS, Engine
from benchmarks.harness.bars import Bar, Finding, Row, at_least
from benchmarks.harness.errors import BenchmarkError, CannotMeasure
from benchmarks.harness.rounds import Round, median_ratio, ratio_row, spread

BAR = at_least(3)


@dataclass
class Measured:
    """What was seen of the engines, by name.

    Attributes:
        milliseconds: Of each that ran, the median call of every round; all as many.
        differences: Of each that ran, its answer against the reference's.
        absent: Of each that did not run, one line why.
        failed: Whether one did not run although it is installed.
    """

    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    differences: dict[str, Difference] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    failed: bool = False

    def leave_out(self, engine: Engine, error: BenchmarkError) -> None:
        """Notes why an engine does not run; the others go on."""
        self.absent[engine.name] = error.message
        self.failed |= not isinstance(error, CannotMeasure)


def finding(measured: Measured, engines: Sequence[Engine] = ENGINES) -> Finding:
    """The ratios first, then a row for each engine that was asked for."""
    rows = [_faster(f"{OURS.name}: times as fast as {REFERENCE.name}", REFERENCE, measured, BAR)]
    rows += [
        _faster(f"{OURS.name}: times as fast as {rival.name}", rival, measured)
        for rival in RIVALS
        if rival in engines
    ]
    rows += [_row(engine, measured) for engine in engines]
    return Finding(
        tuple(rows),
        {
            "milliseconds": measured.milliseconds,
            "differences": {
                name: {"largest": each.largest, "same_class": each.same}
                for name, each in measured.differences.items()
            },
            "absent": measured.absent,
        },
    )


def wrong(engine: Engine, seen: Difference) -> str:
    """One line why an engine's time does not count; empty where it does."""
    limit = FLOAT32_LIMIT if engine.precision == "float32" else 1.0
    if seen.largest <= limit:  # never so for NaN
        return ""
    return f"computes something else: {seen}; {engine.precision} must agree within {limit:g}"


def rounds_of(
    milliseconds: Mapping[str, Sequence[float]], slow: Engine, fast: Engine
) -> list[Round]:
    """Rounds whose ratio says how many times as fast the second engine is as the first."""
    pairs = zip(milliseconds[slow.name], milliseconds[fast.name], strict=True)
    return [Round(*pair) for pair in pairs]


def _faster(what: str, than: Engine, measured: Measured, bar: Bar | None = None) -> Row:
    for engine in (OURS, than):
        if engine.name not in measured.milliseconds:
            return Row(what, None, "", bar, f"{engine.name} was not measured")
    rounds = rounds_of(measured.milliseconds, than, OURS)
    return ratio_row(what, rounds, bar, "ms", 1)


def _row(engine: Engine, measured: Measured) -> Row:
    name = engine.name
    if name not in measured.milliseconds:
        return Row(f"  {name}", None, "ms", None, measured.absent.get(name, "not asked for"))
    notes = []
    if engine != REFERENCE and REFERENCE.name in measured.milliseconds:
        rounds = rounds_of(measured.milliseconds, REFERENCE, engine)
        ratios = spread([each.ratio for each in rounds])
        notes.append(f"{median_ratio(rounds):.2f} times as fast as {REFERENCE.name}, {ratios}")
    if engine != REFERENCE and name in measured.differences:
        notes.append(str(measured.differences[name]))
    figure = statistics.median(measured.milliseconds[name])
    return Row(f"  {name}", figure, "ms", None, "; ".join(notes))
