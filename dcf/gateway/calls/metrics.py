"""What is counted of each function: calls by status and revision, rollouts, restarts.

A function's lines are made again only when it was called since, so that a page of a thousand
functions of which few are busy is mostly kept text.
"""

from collections import Counter
from collections.abc import Iterator

from ...providers.notices import Notice, ReplicaRestarted, RolloutEnded
from ..names import NAMESPACE
from ..telemetry.exposition import COUNTER, HISTOGRAM, Family, Times

# Deployed again and again, a function has hundreds of revisions, and few of them are of interest.
_REVISIONS_KEPT = 5
_CODES_KEPT = 16  # a function may answer with 900 of them
_OTHER = "other"

CALLS = Family(
    "gateway_function_invocation_total", COUNTER, ("code", "function_name"),
    "Calls by function and status; 499 where the caller left.",
)  # fmt: skip
# A count, but its name in OpenFaaS lacks the `_total` that counters have, so it is typed as there.
BEGUN = Family(
    "gateway_function_invocation_started", "gauge", ("function_name",), "Calls begun, by function."
)
SECONDS = Family(
    "gateway_functions_seconds", HISTOGRAM, ("code", "function_name"),
    "Time of calls through the gateway.",
)  # fmt: skip
BY_REVISION = Family(
    "gateway_function_revision_seconds", HISTOGRAM, ("code", "function_name", "revision"),
    "Time of calls by the revision that answered, of a function's newest five.",
)  # fmt: skip
ROLLOUTS = Family(
    "gateway_function_rollouts_total", COUNTER, ("function_name", "result"),
    "Deploys, updates and rollbacks by result: `ready`, `failed`, `ended` for a shadow, or "
    "`replaced` by a newer one.",
)  # fmt: skip
VERDICTS = Family(
    "gateway_function_verdicts_total", COUNTER, ("function_name", "verdict"),
    "Canaries and shadows that were settled: `promoted` or `abandoned`.",
)  # fmt: skip
COPIES = Family(
    "gateway_function_copies_total", COUNTER, ("function_name", "result"),
    "Calls copied for a canary or shadow: answers that `agreed` or `differed`, copies that "
    "`failed`, or were `dropped` because too many were under way.",
)  # fmt: skip
RESTARTS = Family(
    "gateway_function_replica_restarts_total", COUNTER, ("function_name", "reason"),
    "Replicas whose process ended by itself and was started again: `exit`, `signal`, `memory`, "
    "`unhealthy`, `load_timeout`, `not_started`.",
)  # fmt: skip
WAKES = Family(
    "gateway_function_wakes_total", COUNTER, ("function_name",),
    "How often a call found a function at zero and had it started.",
)  # fmt: skip
FAMILIES = (CALLS, BEGUN, SECONDS, BY_REVISION, ROLLOUTS, RESTARTS, WAKES, VERDICTS, COPIES)
_NOTHING = (b"",) * len(FAMILIES)


class FunctionTally:
    """One function's. A call keeps hold of the tally it began in, also when that is forgotten.

    Attributes:
        begun: Calls so far.
        ended: Of these.
    """

    def __init__(self, name: str) -> None:
        """Nothing is counted yet."""
        self._label = f"{name}.{NAMESPACE}"
        self.begun = self.ended = self._wakes = 0
        self._codes: dict[str, Times] = {}
        self._revisions: dict[int, dict[str, Times]] = {}
        self._rollouts: Counter[str] = Counter()
        self._restarts: Counter[str] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._copies: Counter[str] = Counter()
        self._lines: tuple[bytes, ...] | None = None

    def begin(self) -> None:
        """Count a call when it begins."""
        self.begun += 1
        self._lines = None

    def end(self, revision: int, status: int, seconds: float) -> None:
        """Count its end.

        Args:
            revision: Number of the one that answered, or was to; 0 for none.
            status: HTTP's.
            seconds: How long it took.
        """
        self._lines = None
        self.ended += 1
        code = str(status)
        if code not in self._codes and len(self._codes) >= _CODES_KEPT:
            code = _OTHER
        _add(self._codes, code, seconds)
        if revision:
            self._end_of(revision, code, seconds)

    def _end_of(self, revision: int, code: str, seconds: float) -> None:
        if revision not in self._revisions and len(self._revisions) == _REVISIONS_KEPT:
            oldest = min(self._revisions)
            if revision < oldest:
                return
            del self._revisions[oldest]
        _add(self._revisions.setdefault(revision, {}), code, seconds)

    @property
    def in_flight(self) -> int:
        """Calls under way and held."""
        return self.begun - self.ended

    def totals(self) -> tuple[list[int], int]:
        """Calls that ended, by the buckets of their time, and how many of them with 5xx."""
        codes = self._codes
        counts = [
            sum(each) for each in zip(*(times.counts for times in codes.values()), strict=True)
        ]
        return counts, sum(times.count for code, times in codes.items() if code.startswith("5"))

    def wake(self) -> None:
        """Count that a call had it started."""
        self._wakes += 1
        self._lines = None

    def settled(self, *, keep: bool) -> None:
        """Count the end of a canary or shadow."""
        self._lines = None
        self._verdicts["promoted" if keep else "abandoned"] += 1

    def copied(self, result: str) -> None:
        """Count a copy of a call, by what became of it."""
        self._lines = None
        self._copies[result] += 1

    def hear(self, notice: Notice) -> None:
        """Count what happened by itself."""
        self._lines = None
        if isinstance(notice, ReplicaRestarted):
            self._restarts[notice.kind] += 1
        elif isinstance(notice, RolloutEnded) and not notice.is_restored:
            self._rollouts[notice.result] += 1

    def lines(self) -> tuple[bytes, ...]:
        """Samples, a text for each of `FAMILIES`."""
        if self._lines is None:
            self._lines = tuple(each.encode() for each in self._told())
        return self._lines

    def _told(self) -> Iterator[str]:
        name, codes = self._label, self._codes.items()
        yield "".join(CALLS.line((code, name), each.count) for code, each in codes)
        yield BEGUN.line((name,), self.begun) if self.begun else ""
        yield "".join(SECONDS.lines((code, name), each) for code, each in codes)
        yield "".join(
            BY_REVISION.lines((code, name, str(revision)), times)
            for revision, of_codes in self._revisions.items()
            for code, times in of_codes.items()
        )
        yield "".join(ROLLOUTS.line((name, key), each) for key, each in self._rollouts.items())
        yield "".join(RESTARTS.line((name, key), each) for key, each in self._restarts.items())
        yield WAKES.line((name,), self._wakes) if self._wakes else ""
        yield "".join(VERDICTS.line((name, key), each) for key, each in self._verdicts.items())
        yield "".join(COPIES.line((name, key), each) for key, each in self._copies.items())


class Metrics:
    """All functions' tallies. Nobody has one by being called: only by being there."""

    def __init__(self) -> None:
        self._tallies: dict[str, FunctionTally] = {}

    def of(self, name: str) -> FunctionTally:
        """The tally of a function that is there."""
        found = self._tallies.get(name)
        if found is None:
            found = self._tallies[name] = FunctionTally(name)
        return found

    def find(self, name: str) -> FunctionTally | None:
        """The tally of a function that has one."""
        return self._tallies.get(name)

    def hear(self, notice: Notice) -> None:
        """Count what a provider tells."""
        if isinstance(notice, (ReplicaRestarted, RolloutEnded)):
            self.of(notice.function).hear(notice)

    def forget(self, name: str) -> None:
        """A function was deleted: calls that still run count nowhere."""
        self._tallies.pop(name, None)

    def names(self) -> set[str]:
        """Of all functions that have one."""
        return set(self._tallies)

    def lines(self, name: str) -> tuple[bytes, ...]:
        """A function's samples, a text for each of `FAMILIES`."""
        found = self._tallies.get(name)
        return found.lines() if found else _NOTHING


def _add(table: dict[str, Times], key: str, seconds: float) -> None:
    times = table.get(key)
    if times is None:
        times = table[key] = Times()
    times.add(seconds)
