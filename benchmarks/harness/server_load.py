"""A server under load for a while: what the generator saw, and what the server's processes used."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.harness.accounting import cpu_seconds, family
from benchmarks.harness.load import Outcome, drive
from benchmarks.harness.plan import Plan
from benchmarks.harness.program import Program


@dataclass(frozen=True)
class Served:
    """A round of load on a server.

    Attributes:
        outcome: What the generator saw.
        cpu_seconds: What the server's processes used.
    """

    outcome: Outcome
    cpu_seconds: float

    def adjusted_rate(self, cores: int) -> float:
        """Calls a second if the generator's processor seconds were the server's to use."""
        generator = self.outcome.cpu_seconds / self.outcome.seconds
        return self.outcome.rate * cores / (cores - generator)

    @property
    def cpu_ms_per_call(self) -> float:
        """Processor milliseconds of the server for each call."""
        return self.cpu_seconds / self.outcome.calls * 1e3


def serve_load(
    program: Program, port: int, requests: Sequence[bytes], plan: Plan, seconds: float | None = None
) -> Served:
    """Loads a server; every call must be answered 200.

    Args:
        program: The server.
        port: Where it answers.
        requests: Sent in turn.
        plan: Calls at once, and seconds.
        seconds: Instead of the plan's.
    """
    members = family(program.pid)
    before = cpu_seconds(members)
    length = plan.seconds if seconds is None else seconds
    outcome = drive(port, itertools.cycle(requests), plan.concurrency, length)
    outcome.demand(200)
    return Served(outcome, cpu_seconds(members) - before)
