"""The programs of a measurement: stand-ins for replicas, gateways before them, and their load."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.harness.accounting import cpu_seconds
from benchmarks.harness.address import Address
from benchmarks.harness.connection import Connection
from benchmarks.harness.program import Program
from benchmarks.harness.worker import Worker
from benchmarks.scale.providers import Crowd

_READY_SECONDS = _DONE_SECONDS = 60.0
_ROOM = "benchmarks.scale.workers"


class StandIns(Program):
    """Replicas of no function, that answer at once; ready when made.

    Args:
        count: How many.

    Attributes:
        ports: Of each.
    """

    def __init__(self, count: int) -> None:
        super().__init__([sys.executable, "-P", "-m", f"{_ROOM}.replicas", str(count)], {})
        self.wait(lambda: self.log.endswith("\n"), _READY_SECONDS)
        self.ports = self.last_line.split(",")


class CrowdedGateway(Program):
    """A gateway with a crowd of functions; ready when made.

    Args:
        crowd: Its functions.
        replicas: Where their replicas are; the crowd takes the first.
        provider: Name of its provider.

    Attributes:
        crowd: As above.
        port: Of its REST door.
    """

    def __init__(self, crowd: Crowd, replicas: StandIns, provider: str) -> None:
        ports = ",".join(replicas.ports[: crowd.size])
        command = [sys.executable, "-P", "-m", f"{_ROOM}.gateway", "--provider", provider]
        command += ["--functions", str(crowd.functions), "--replicas", str(crowd.replicas)]
        super().__init__([*command, "--ports", ports], {})
        self.wait(lambda: "http://" in self.log and self.log.endswith("\n"), _READY_SECONDS)
        self.crowd, self.port = crowd, int(self.last_line.rpartition(":")[2])

    @property
    def cpu(self) -> float:
        """Processor seconds it has used so far."""
        return cpu_seconds([self.pid])

    def wait_done(self) -> None:
        """Waits until no queued call is left."""
        request = Address(self.port, "/metrics").get()
        with Connection(self.port) as connection:
            self.wait(lambda: _is_empty(connection.exchange(request).body), _DONE_SECONDS)


def _is_empty(page: bytes) -> bool:
    return all(f"\ngateway_queue_{each} 0".encode() in page for each in ("waiting", "running"))


@dataclass(frozen=True)
class Way:
    """How functions are called.

    Attributes:
        path: Before a function's name.
        bytes: Of a body.
    """

    path: str = "/function/"
    bytes: int = 1000


CALLS, PHOTO, LARGE_PHOTO = Way(), Way(bytes=100_000), Way(bytes=3_000_000)
QUEUED = Way("/async-function/")


@dataclass(frozen=True)
class Loaded:
    """What a load on gateways came to.

    Attributes:
        calls: Of all together.
        seconds: Until the last answer of the slowest.
        gateways_cpu: Processor seconds of the gateways.
        others_cpu: Processor seconds of load generators and stand-ins.
    """

    calls: int
    seconds: float
    gateways_cpu: float
    others_cpu: float

    @property
    def ms_per_call(self) -> float:
        """Processor milliseconds of the gateways for each call."""
        return self.gateways_cpu / self.calls * 1e3

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.seconds


class Load:
    """Load generators, a process for each gateway.

    Args:
        replicas: What answers.
        calls: To each gateway; fewer where bodies are large.
        concurrency: Of each.
    """

    def __init__(self, replicas: StandIns, calls: int, concurrency: int) -> None:
        self._replicas, self._calls, self._concurrency = replicas, calls, concurrency
        self._workers = [Worker(sys.executable, [f"{_ROOM}.load"]) for _ in range(2)]

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._workers:
            each.stop()

    def on(self, gateways: Sequence[CrowdedGateway], way: Way = CALLS) -> Loaded:
        """Calls all functions of each in turn; every call must be answered 200, or be queued."""
        count = max(self._calls // (1 + way.bytes // 100_000), self._concurrency)
        before = sum(each.cpu for each in gateways), cpu_seconds([self._replicas.pid])
        pairs = list(zip(gateways, self._workers, strict=False))
        for gateway, worker in pairs:
            worker.begin({
                "port": gateway.port, "bytes": way.bytes, "calls": count,
                "paths": [f"{way.path}{each}" for each in gateway.crowd.names],
                "concurrency": self._concurrency,
            })  # fmt: skip
        results = [worker.result() for _, worker in pairs]
        for gateway, _ in pairs:
            gateway.wait_done()
        return Loaded(
            count * len(pairs),
            max(seconds for seconds, _ in results),
            sum(each.cpu for each in gateways) - before[0],
            cpu_seconds([self._replicas.pid]) - before[1] + sum(cpu for _, cpu in results),
        )
