"""The table at the end, and whether everything in it is as it should be."""

from dataclasses import dataclass

from benchmarks.harness.table import aligned
from benchmarks.soak.ledger import BUSY, KILLED, LOST, OUTCOMES, Ledger
from benchmarks.soak.readings import Growth


@dataclass(frozen=True)
class Report:
    """What a run came to.

    Attributes:
        seconds: It took.
        ledger: Of the calls.
        growths: Start and end; empty when it was broken off before it could be read.
        changes: How many of each.
        callbacks: Due, come at least once, come again.
        faults: What else was wrong, in words.
    """

    seconds: float
    ledger: Ledger
    growths: tuple[Growth, ...]
    changes: dict[str, int]
    callbacks: tuple[int, int, int]
    faults: tuple[str, ...]

    @property
    def losses(self) -> int:
        """Calls that were lost, and answers for later that never came."""
        due, came, _ = self.callbacks
        return self.ledger.of(LOST) + due - came

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, grew, or went wrong."""
        return not self.losses and not self.faults and all(each.holds for each in self.growths)


def table(report: Report) -> str:
    """The report as lines."""
    return "\n".join(
        [
            *aligned(_calls(report)),
            "",
            *aligned(_counts(report)),
            *(["", *aligned(_growths(report))] if report.growths else []),
            *(f"lost: {each}" for each in report.ledger.reported),
            *(f"wrong: {each}" for each in report.faults),
        ]
    )


def _calls(report: Report) -> list[list[str]]:
    counts = report.ledger.counts
    names = {BUSY: "refused, 429", KILLED: "in a killed process"}
    rows = [["calls", "all", *(names.get(each, each) for each in OUTCOMES)]]
    for kind in report.ledger.kinds():
        each = [counts[kind, outcome] for outcome in OUTCOMES]
        rows.append([kind, *(f"{count:,}" for count in (sum(each), *each))])
    totals = [report.ledger.of(outcome) for outcome in OUTCOMES]
    rows.append(["all", *(f"{count:,}" for count in (report.ledger.total, *totals))])
    return rows


def _counts(report: Report) -> list[list[str]]:
    due, came, again = report.callbacks
    rows = [["changes", "made"]]
    rows += [[name, f"{count:,}"] for name, count in sorted(report.changes.items())]
    rows += [["callbacks due", f"{due:,}"], ["come", f"{came:,}"], ["come again", f"{again:,}"]]
    return [
        *rows,
        ["losses (0 allowed)", f"{report.losses:,}"],
        ["seconds", f"{report.seconds:,.0f}"],
    ]


def _growths(report: Report) -> list[list[str]]:
    rows = [["what", "start", "end", "most", "may grow by", "holds?"]]
    for each in report.growths:
        sides = (each.start, each.end, each.most, each.bound)
        rows.append(
            [
                each.what,
                *(_figure(side, each.unit) for side in sides),
                "yes" if each.holds else "NO",
            ]
        )
    return rows


def _figure(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}" if unit else f"{value:,.0f}"
