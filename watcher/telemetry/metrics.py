"""What this process counts: calls, their times, and the times of stages, as plain numbers.

Counting is on the way of every call, and `page` puts the numbers in Prometheus' words only
when they are asked for: its library takes longer to import than the rest of the watcher together.
"""

import threading
from bisect import bisect_left
from collections.abc import Callable, Mapping

import msgspec

from ..runner import Runner

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
MAX_STAGE_LABELS = 32
_METHODS = frozenset(
    ("get", "head", "post", "put", "patch", "delete", "options", "trace", "connect")
)
Labels = tuple[str, ...]


class Times(msgspec.Struct):
    """A histogram of seconds.

    Attributes:
        edges: upper ends of its buckets, both included, ascending; one more has no end.
        counts: how many fell in each bucket.
        total: sum of the seconds.
    """

    edges: tuple[float, ...]
    counts: list[int] = msgspec.field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * (len(self.edges) + 1)

    def add(self, seconds: float) -> None:
        """Counts one."""
        self.counts[bisect_left(self.edges, seconds)] += 1
        self.total += seconds

    def copy(self) -> "Times":
        """The same numbers, which later calls do not change."""
        return Times(self.edges, list(self.counts), self.total)


class Tally(msgspec.Struct, frozen=True):
    """All numbers at one moment.

    Attributes:
        http: (code, method) -> times of calls over HTTP.
        grpc: (method, code) -> times of calls over gRPC.
        stages: (stage,) -> its times.
        in_flight: calls over HTTP being answered.
        calls: handler calls running and waiting, over every door.
    """

    http: Mapping[Labels, Times]
    grpc: Mapping[Labels, Times]
    stages: Mapping[Labels, Times]
    in_flight: int
    calls: int


class Metrics:
    """Counts for one process. Labels have few values, whatever clients and handlers send.

    Attributes:
        serves: what the handler serves, as it says; empty when it says nothing.
        of_handler: gives the handler's own series; None when it has none.
    """

    def __init__(
        self,
        runner: Runner,
        serves: str = "",
        of_handler: Callable[[], object] | None = None,
    ) -> None:
        """Begins at zero; `runner` tells how many calls there are."""
        self.serves, self.of_handler = serves, of_handler
        self._runner = runner
        self._lock = threading.Lock()
        self._http: dict[Labels, Times] = {}
        self._grpc: dict[Labels, Times] = {}
        self._stages: dict[Labels, Times] = {}
        self._in_flight = 0

    def http_begins(self) -> None:
        """An HTTP call came in."""
        with self._lock:
            self._in_flight += 1

    def http_ends(self, method: str, status: int, seconds: float) -> None:
        """An HTTP call was answered.

        Args:
            method: as the client wrote it.
            status: of the reply.
            seconds: from its start.
        """
        with self._lock:
            self._in_flight -= 1
        self.http_refused(method, status, seconds)

    def http_refused(self, method: str, status: int, seconds: float) -> None:
        """A request was answered that never became a call.

        Args:
            method: as the client wrote it, or empty.
            status: of the reply.
            seconds: from its start.
        """
        lower = method.lower()
        labels = (str(status), lower if lower in _METHODS else "unknown")
        with self._lock:
            _times(self._http, labels, BUCKETS).add(seconds)

    def grpc_ends(self, method: str, code: str, seconds: float) -> None:
        """A gRPC call was answered.

        Args:
            method: the rpc's name.
            code: a name of grpc.StatusCode.
            seconds: from its start.
        """
        with self._lock:
            _times(self._grpc, (method, code), BUCKETS).add(seconds)

    def stages(self, timings_ms: Mapping[str, float]) -> None:
        """A reply told how long its stages took.

        Args:
            timings_ms: stage name -> milliseconds.
        """
        with self._lock:
            for name, milliseconds in timings_ms.items():
                labels = (name,)
                # A handler that invents names must not grow the table without end.
                if labels in self._stages or len(self._stages) < MAX_STAGE_LABELS:
                    _times(self._stages, labels, STAGE_BUCKETS).add(milliseconds / 1000)

    def tally(self) -> Tally:
        """All numbers as they are now."""
        with self._lock:
            http, grpc, stages = (
                {labels: times.copy() for labels, times in table.items()}
                for table in (self._http, self._grpc, self._stages)
            )
            return Tally(http, grpc, stages, self._in_flight, self._runner.inflight)


def _times(table: dict[Labels, Times], labels: Labels, edges: tuple[float, ...]) -> Times:
    found = table.get(labels)
    if found is None:
        found = table[labels] = Times(edges)
    return found
