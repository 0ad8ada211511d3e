"""/metrics: one page of everything that is counted, made when it is asked for."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence

from ... import __version__
from ...errors import NotFound
from ...providers.measuring import Consumption
from ...providers.placement import FunctionState
from ...providers.routing import Target
from ..calls import metrics
from ..calls.metrics import Metrics
from ..core import Gateway
from ..names import NAMESPACE
from ..queue.call_queue import CallQueue
from ..telemetry import own_process, refusals, traffic
from ..telemetry.exposition import COUNTER, GAUGE, Family
from ..telemetry.traffic import Traffic

_NAME, _REVISION = ("function_name",), ("function_name", "revision")
WANTED = Family("gateway_function_replicas_wanted", GAUGE, _NAME, "Replicas that are wanted.")
READY = Family("gateway_service_count", GAUGE, _NAME, "Ready replicas, as OpenFaaS names them.")
OF_REVISION = Family(
    "gateway_function_revision_replicas", GAUGE, _REVISION, "Ready replicas by revision."
)
WEIGHT = Family(
    "gateway_function_revision_weight", GAUGE, _REVISION,
    "Share of a function's calls that a revision gets, from 0 to 1.",
)  # fmt: skip
HELD = Family(
    "gateway_function_held_calls", GAUGE, _NAME, "Calls that wait for a function that starts."
)
CPU = Family(
    "gateway_function_cpu_seconds_total", COUNTER, _NAME,
    "Processor time of a function's replicas, as far as it was seen when this page was asked for.",
)  # fmt: skip
MEMORY = Family(
    "gateway_function_memory_bytes", GAUGE, _NAME, "Resident memory of a function's replicas."
)
WAITING = Family("gateway_queue_waiting", GAUGE, (), "Queued calls and callbacks that wait.")
RUNNING = Family("gateway_queue_running", GAUGE, (), "Queued calls and callbacks under way.")
OLDEST = Family(
    "gateway_queue_oldest_seconds", GAUGE, (), "Age of the oldest that waits; 0 if none does."
)
REFUSED = Family(
    "gateway_refused_total", COUNTER, ("code", "door"),
    "Requests, calls and connections that were turned away.",
)  # fmt: skip
LOST = Family(
    "gateway_log_lines_lost_total", COUNTER, (), "Lines that stderr was too slow for, or refused."
)
BUILD = Family(
    "gateway_build_info", GAUGE, ("provider", "version"), "1; what runs is in the labels."
)
_OF_FUNCTIONS = (*metrics.FAMILIES, WANTED, READY, OF_REVISION, WEIGHT, HELD, CPU, MEMORY)
FAMILIES = (
    BUILD, *_OF_FUNCTIONS, WAITING, RUNNING, OLDEST, REFUSED, LOST, *traffic.FAMILIES,
    *own_process.FAMILIES,
)  # fmt: skip
_AT_ONCE = 50  # functions, in one turn of the loop: a thousand of them must not hold calls up


class MetricsPage:
    """Makes the page of one gateway."""

    def __init__(
        self,
        gateway: Gateway,
        counted: Metrics,
        seen: Traffic,
        queue: CallQueue | None = None,
        lost: Callable[[], int] = int,
        held: Callable[[str], int] = lambda _name: 0,
    ) -> None:
        """Of a running gateway.

        Args:
            gateway: Knows the functions.
            counted: What was counted of them.
            seen: What was counted of requests.
            queue: What is answered later; None for a gateway without.
            lost: Tells how many lines of the log were lost.
            held: Tells how many calls of a function wait for it to start.
        """
        self._gateway, self._counted, self._seen = gateway, counted, seen
        self._queue, self._lost, self._held = queue, lost, held

    async def text(self) -> bytes:
        """All of it."""
        known = self._counted.names()
        used = await self._gateway.consumption()
        functions = await self._gateway.functions()
        for gone in known.difference(each.spec.name for each in functions):  # without our doing
            self._gateway.forgotten(gone)
        samples = await self._samples(functions, used)
        parts = [BUILD.table({(self._gateway.kind, __version__): 1}).encode()]
        for family, texts in zip(_OF_FUNCTIONS, samples, strict=True):
            parts += [family.head.encode(), *texts]
        rest = (
            self._queued(),
            REFUSED.table(refusals.COUNTS),
            LOST.one(self._lost()),
            self._seen.text(),
            own_process.text(),
        )
        return b"".join((*parts, *(each.encode() for each in rest)))

    async def _samples(
        self, functions: Sequence[FunctionState], used: Mapping[str, Consumption]
    ) -> list[list[bytes]]:
        """Of every function, by family."""
        found: list[list[bytes]] = [[] for _ in _OF_FUNCTIONS]
        for first in range(0, len(functions), _AT_ONCE):
            for state in functions[first : first + _AT_ONCE]:
                with contextlib.suppress(NotFound):  # deleted meanwhile
                    lines = self._lines(state, used.get(state.spec.name))
                    for family, text in zip(found, lines, strict=True):
                        family.append(text)
            await asyncio.sleep(0)
        return found

    def _lines(self, state: FunctionState, used: Consumption | None) -> tuple[bytes, ...]:
        """Of one function, by family."""
        plain = state.spec.name
        name = f"{plain}.{NAMESPACE}"
        shares = _shares(self._gateway.targets(plain))
        replicas = (
            WANTED.line((name,), state.replicas),
            READY.line((name,), state.available),
            "".join(OF_REVISION.line((name, number), count) for number, count, _ in shares),
            "".join(WEIGHT.line((name, number), weight) for number, _, weight in shares),
            HELD.line((name,), waiting) if (waiting := self._held(plain)) else "",
            CPU.line((name,), used.cpu_seconds) if used else "",
            MEMORY.line((name,), used.memory_bytes) if used else "",
        )
        return (*self._counted.lines(plain), *(each.encode() for each in replicas))

    def _queued(self) -> str:
        if self._queue is None:
            return ""
        depth = self._queue.depth
        return (
            WAITING.one(depth.waiting)
            + RUNNING.one(depth.running)
            + OLDEST.one(depth.oldest_seconds)
        )


def _shares(targets: Sequence[Target]) -> list[tuple[str, int, float]]:
    """By revision: how many ready replicas, and its share of the calls."""
    weights = {each.revision: each.weight for each in targets}
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1.0)
    total = sum(weights.values())
    return [
        (str(revision), sum(each.revision == revision for each in targets), weight / total)
        for revision, weight in weights.items()
    ]
