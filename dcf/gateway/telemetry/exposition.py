"""Prometheus' text format 0.0.4, written straight from numbers.

Its library makes objects of every sample at every scrape: with 1,000 functions that kept the loop
busy for most of a second. Here a line is a kept text and a number.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeVar

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
# OpenFaaS' and its watchdog's are among them.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_ENDS = (*(repr(float(each)) for each in BUCKETS), "+Inf")
COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"
Key = TypeVar("Key", bound=tuple[str, ...])


@dataclass(frozen=True)
class Family:
    """One name of the page.

    Attributes:
        name: As the page has it: with a counter's `_total`, without a histogram's endings.
        kind: `COUNTER`, `GAUGE` or `HISTOGRAM`.
        labels: Their names, sorted.
        meaning: For people, in one line.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str

    @property
    def head(self) -> str:
        """The lines above its samples."""
        return f"# HELP {self.name} {self.meaning}\n# TYPE {self.name} {self.kind}\n"

    def line(self, values: Sequence[str], number: float) -> str:
        """One sample of a counter or gauge."""
        return f"{self.name}{self._set(values)} {float(number)!r}\n"

    def lines(self, values: Sequence[str], times: "Times") -> str:
        """The samples of a histogram."""
        pairs = _pairs(self.labels, values)
        start = f'{self.name}_bucket{{{"".join(f"{each}," for each in pairs)}le="'
        counts = list(accumulate(times.counts))
        lines = [f'{start}{end}"}} {count}.0\n' for end, count in zip(_ENDS, counts, strict=True)]
        labels = self._set(values)
        lines.append(f"{self.name}_count{labels} {counts[-1]}.0\n")
        lines.append(f"{self.name}_sum{labels} {times.total!r}\n")
        return "".join(lines)

    def table(self, numbers: Mapping[Key, float]) -> str:
        """All of a counter or gauge, by its labels' values."""
        return self.head + "".join(self.line(key, each) for key, each in numbers.items())

    def one(self, number: float) -> str:
        """All of a counter or gauge without labels."""
        return self.head + self.line((), number)

    def _set(self, values: Sequence[str]) -> str:
        return f"{{{','.join(_pairs(self.labels, values))}}}" if values else ""


@dataclass
class Times:
    """A histogram of seconds over `BUCKETS`.

    Attributes:
        counts: How many fell in each bucket; one more has no end.
        total: Sum of the seconds.
    """

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.total += seconds

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)


def _pairs(names: Sequence[str], values: Sequence[str]) -> list[str]:
    return [f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True)]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
