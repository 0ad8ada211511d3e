"""The load generator: several connections, each with one call under way, in one thread.

It counts the processor seconds that it takes itself: on a machine of few cores they are missing
from the server, and a fair comparison gives them back.
"""

import resource
import selectors
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.harness.connection import Connection
from benchmarks.harness.errors import BenchmarkError


@dataclass
class Outcome:
    """What came of a load.

    Attributes:
        seconds: From the first request to the last answer.
        cpu_seconds: Processor seconds of the generator itself.
        latencies_ms: Milliseconds of every answered call.
        statuses: Answers by HTTP status.
        broken: Connections that the server closed without an answer.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0

    @property
    def calls(self) -> int:
        """Answered calls."""
        return len(self.latencies_ms)

    @property
    def rate(self) -> float:
        """Answered calls a second."""
        return self.calls / self.seconds if self.seconds else 0.0

    def demand(self, *allowed: int) -> None:
        """Refuses an outcome in which any call was answered by another status.

        Raises:
            BenchmarkError: Naming what came instead.
        """
        if self.broken or not self.statuses or not set(self.statuses) <= set(allowed):
            raise BenchmarkError(
                f"calls were answered {dict(self.statuses)}, {self.broken} not at all; "
                f"every one should have been {' or '.join(map(str, allowed))}"
            )


def drive(port: int, requests: Iterator[bytes], concurrency: int, seconds: float) -> Outcome:
    """Sends requests, one at a time on each connection, until they or the time run out.

    Args:
        port: The server's.
        requests: What to send.
        concurrency: Connections.
        seconds: After which no further request is sent.

    Returns:
        What came of it; calls under way at the end were waited for and count.
    """
    return _Generator(port, requests, seconds).run(concurrency)


class _Generator:
    def __init__(self, port: int, requests: Iterator[bytes], seconds: float) -> None:
        self._port, self._requests = port, requests
        self._seconds, self._end = seconds, 0.0
        self._outcome = Outcome()
        self._selector = selectors.DefaultSelector()
        self._sent: dict[Connection, float] = {}

    def run(self, concurrency: int) -> Outcome:
        """Sends and receives until nothing is under way."""
        connections = [Connection(self._port) for _ in range(concurrency)]
        busy = _own_cpu()
        began = time.perf_counter()
        self._end = began + self._seconds
        for connection in connections:
            self._selector.register(connection, selectors.EVENT_READ, connection)
            self._next(connection)
        while self._sent:
            self._answers()
        self._outcome.seconds = time.perf_counter() - began
        self._outcome.cpu_seconds = _own_cpu() - busy
        self._selector.close()
        return self._outcome

    def _answers(self) -> None:
        ready = self._selector.select(timeout=90)
        if not ready:
            raise BenchmarkError("no answer within 90 s: look at the server's log")
        for key, _ in ready:
            connection: Connection = key.data
            try:
                response = connection.receive()
            except ConnectionError:
                self._outcome.broken += 1
                self._renew(connection)
                continue
            if response is None:
                continue
            now = time.perf_counter()
            self._outcome.latencies_ms.append((now - self._sent.pop(connection)) * 1e3)
            self._outcome.statuses[response.status] += 1
            if response.last:
                self._renew(connection)
            else:
                self._next(connection)

    def _next(self, connection: Connection) -> None:
        """Sends the next request, or closes the connection when there is none."""
        now = time.perf_counter()
        request = next(self._requests, None) if now < self._end else None
        if request is None:
            self._close(connection)
            return
        self._sent[connection] = now
        try:
            connection.send(request)
        except ConnectionError:
            # The answer to a refused body may be there before the body was read.
            return

    def _renew(self, connection: Connection) -> None:
        self._close(connection)
        fresh = Connection(self._port)
        self._selector.register(fresh, selectors.EVENT_READ, fresh)
        self._next(fresh)

    def _close(self, connection: Connection) -> None:
        self._sent.pop(connection, None)
        self._selector.unregister(connection)
        connection.close()


def _own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
