"""`python -m benchmarks.scale`: what many functions and replicas, and a second gateway, cost.

Gateways run in processes of their own, with a provider in memory; replicas are stand-ins that
answer at once, all in one process. Nearly all figures are processor time, which other programs
disturb less than the clock's.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.harness import command
from benchmarks.harness.bars import Finding
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.plan import Plan, quick
from benchmarks.scale import findings as found
from benchmarks.scale import measures
from benchmarks.scale.programs import LARGE_PHOTO, PHOTO, QUEUED, CrowdedGateway, Load, StandIns
from benchmarks.scale.providers import PROVIDERS, Crowd

MANY = (Crowd(1), Crowd(100), Crowd(1000))
WIDE = (Crowd(1, 10), Crowd(1, 200))
_IDLE_SECONDS = 10.0


@dataclass(frozen=True)
class Amounts:
    """How much is measured.

    Attributes:
        rounds: Of all crowds in turn.
        calls: A round, to each gateway.
        cpu_seconds: A round, of answers of the gateway's own.
        idle_seconds: Once.
    """

    rounds: int = 7
    calls: int = 4000
    cpu_seconds: float = 0.5
    idle_seconds: float = _IDLE_SECONDS


QUICK = Amounts(2, 1000, 0.1, 1.0)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the measurement: 0, also when a bar is missed; 1 when it could not be measured."""
    about = "Measures what functions, replicas and a second gateway cost a gateway."
    flags = command.parser("benchmarks.scale", about)
    flags.add_argument("--provider", choices=PROVIDERS, default="fake", help="Of the gateways.")
    given = flags.parse_args(argv)
    plan, amounts = Plan(), Amounts()
    if given.quick:
        plan, amounts = quick(plan.bundle), QUICK
    told = {"provider": given.provider, "amounts": vars(amounts)}
    return command.run(given, plan, lambda: measure(given.provider, amounts), "scale", told)


def measure(provider: str, amounts: Amounts) -> Mapping[str, Finding]:
    """Everything, in the order of the table."""
    rounds, crowds = amounts.rounds, (*MANY, *WIDE)
    routed = measures.routing(rounds, crowds, provider)
    findings = {"routing": found.flat("routing of a call", routed, "µs", 2)}
    with StandIns(max(each.size for each in crowds)) as replicas:
        load = Load(replicas, amounts.calls, Plan().concurrency)
        with load, _gateways((*crowds, WIDE[0]), replicas, provider) as (*gateways, second):
            command.say("nobody calls ...")
            many, wide = gateways[: len(MANY)], gateways[len(MANY) :]
            idle = measures.idle(many, amounts.idle_seconds)
            command.say("calls ...")
            called = measures.calls(rounds, gateways, load)
            sizes = measures.sizes(gateways)
            command.say("list and describe ...")
            seconds = amounts.cpu_seconds
            listed = measures.asked(rounds, many, "/system/functions", seconds)
            described = measures.asked(rounds, gateways, "/system/function/f0", seconds)
            photos = measures.ways(rounds, wide[0], load, PHOTO)
            large = measures.ways(rounds, wide[0], load, LARGE_PHOTO)
            command.say("queued calls ...")
            queued = measures.ways(rounds, wide[0], load, QUEUED)
            command.say("two gateways ...")
            both = measures.side_by_side(rounds, (wide[0], second), load)
    return findings | {
        "calls": found.flat("gateway's processor time of a call", called, "ms", 1.5),
        "photos": found.ways("one with a body of 100 kB", photos),
        "large": found.ways("one with a body of 3 MB", large),
        "queued": found.ways("one that is queued", queued),
        "memory": found.flat("gateway's memory (RSS)", sizes, "MB", 1.5),
        "idle": found.shown("while nobody calls", idle, "% of a core"),
        "list": found.linear("list", listed, "ms"),
        "describe": found.flat("describe", described, "ms", 1.5),
        "two": found.pair(both, usable_cores()),
    }


@contextmanager
def _gateways(
    crowds: Sequence[Crowd], replicas: StandIns, provider: str
) -> Iterator[list[CrowdedGateway]]:
    with ExitStack() as opened:
        yield [opened.enter_context(CrowdedGateway(each, replicas, provider)) for each in crowds]


if __name__ == "__main__":
    sys.exit(main())
