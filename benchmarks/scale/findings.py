"""Rows of what was measured: every crowd against the smallest of the same run."""

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.harness.bars import Bar, Finding, Row, at_most
from benchmarks.harness.rounds import Round, by_side, ratio_row
from benchmarks.scale.measures import ByCrowd
from benchmarks.scale.programs import Loaded
from benchmarks.scale.providers import Crowd

ONE = Crowd()


def flat(what: str, found: ByCrowd, unit: str, most: float) -> Finding:
    """Of what must not grow with the crowd: each over the smallest, at most so much."""
    rows = [
        ratio_row(f"{what}: {each} / 1", _rounds(found, each, ONE), at_most(most), unit, 3)
        for each in found
        if each != ONE
    ]
    return Finding(tuple(rows), details(found, unit))


def linear(what: str, found: ByCrowd, unit: str) -> Finding:
    """Of what may grow as the number of functions does, and no faster: each over each smaller one.

    A fifth more is allowed for: Python's garbage collector looks through all there is.
    """
    rows = [
        ratio_row(f"{what}: {large} / {small.functions:,}", _rounds(found, large, small),
                  _growth(large, small), unit, 3)
        for large in found
        for small in found
        if small.functions < large.functions
    ]  # fmt: skip
    return Finding(tuple(rows), details(found, unit))


def shown(what: str, found: ByCrowd, unit: str) -> Finding:
    """Of what is too small to be divided."""
    rows = [Row(f"{what}: {each}", statistics.median(found[each]), unit) for each in found]
    return Finding(tuple(rows), details(found, unit))


def ways(what: str, rounds: Sequence[Round], bar: Bar | None = None) -> Finding:
    """Of another way to call, against a plain call."""
    row = ratio_row(f"gateway's processor time: {what} / a call", rounds, bar, "ms", 3)
    return Finding((row,), {"ms": by_side(rounds, what, "a call")})


def pair(found: Sequence[tuple[Loaded, Loaded]], cores: int) -> Finding:
    """Of two gateways and of one: calls a second, and the processor time of a call.

    Args:
        found: Two, and one, by round.
        cores: Of the machine, which load generators and stand-ins share.
    """
    rates = [Round(two.rate, one.rate) for two, one in found]
    costs = [Round(two.ms_per_call, one.ms_per_call) for two, one in found]
    core = statistics.median(1e3 / one.ms_per_call for _, one in found)
    others = statistics.median(two.others_cpu / two.seconds for two, _ in found)
    note = f"{cores} cores, of which load and replicas took {others:.1f}; "
    rate = ratio_row("calls/s: 2 gateways / 1", rates, None, "calls/s", 0)
    rows = (
        ratio_row("processor time a call: 2 gateways / 1", costs, at_most(1.25), "ms", 3),
        Row(rate.what, rate.figure, rate.unit, None, note + rate.note),
        Row("calls a second of a core kept busy", core, "", None, "one gateway uses one core"),
    )
    return Finding(
        rows,
        {"calls_per_second": by_side(rates, "two", "one"), "ms": by_side(costs, "two", "one")},
    )


def details(found: ByCrowd, unit: str) -> Mapping[str, object]:
    """Every round, ready for JSON."""
    return {"unit": unit, "rounds": {str(each): figures for each, figures in found.items()}}


def _growth(large: Crowd, small: Crowd) -> Bar:
    return at_most(round(large.functions / small.functions * 1.2, 1))


def _rounds(found: ByCrowd, first: Crowd, second: Crowd) -> list[Round]:
    return [Round(*both) for both in zip(found[first], found[second], strict=True)]
