"""Measurements of gateways with many functions: in each round all crowds, one after the other."""

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence

from benchmarks.harness.accounting import MEGABYTE, memory
from benchmarks.harness.address import HOST, Address
from benchmarks.harness.connection import Connection
from benchmarks.harness.rounds import Round, alternate
from benchmarks.scale.programs import CALLS, CrowdedGateway, Load, Loaded, Way
from benchmarks.scale.providers import PROVIDERS, Crowd
from dcf.gateway.calls.balancer import Balancer
from dcf.gateway.core import Gateway

ByCrowd = Mapping[Crowd, list[float]]
"""A figure of each round, by crowd."""
_AT_ONCE = 20
_ROUTED = 20_000


def routing(rounds: int, crowds: Sequence[Crowd], kind: str) -> ByCrowd:
    """Microseconds of processor time to choose and count a call's replica."""
    found: ByCrowd = {each: [] for each in crowds}
    for _, crowd in itertools.product(range(rounds), crowds):
        found[crowd].append(asyncio.run(_routing(crowd, kind)))
    return found


async def _routing(crowd: Crowd, kind: str) -> float:
    # Nobody calls there: addresses need only be different.
    provider = await PROVIDERS[kind](
        crowd, [f"http://{HOST}:{number + 1}" for number in range(crowd.size)]
    )
    await provider.start()
    gateway, balancer = Gateway(provider), Balancer()
    names = list(itertools.islice(itertools.cycle(crowd.names), _ROUTED))
    taken = 0.0
    for is_measured in (False, True):
        began = time.process_time()
        for name in names:
            target = balancer.choose(name, gateway.targets(name))
            assert target is not None
            with balancer.call(target):
                pass
        taken = (time.process_time() - began) * is_measured
    await provider.stop()
    return taken / _ROUTED * 1e6


def calls(rounds: int, gateways: Sequence[CrowdedGateway], load: Load) -> ByCrowd:
    """The gateway's milliseconds of processor time for a call."""
    found: ByCrowd = {each.crowd: [] for each in gateways}
    for each in gateways:
        load.on([each])  # connections to all replicas are there afterwards
    for _, each in itertools.product(range(rounds), gateways):
        found[each.crowd].append(load.on([each]).ms_per_call)
    return found


def ways(rounds: int, gateway: CrowdedGateway, load: Load, way: Way) -> list[Round]:
    """The gateway's milliseconds of processor time for a call of one way, and for a plain call."""
    pairs = alternate(
        rounds,
        lambda: load.on([gateway], way).ms_per_call,
        lambda: load.on([gateway], CALLS).ms_per_call,
    )
    return [Round(*each) for each in pairs]


def asked(
    rounds: int, gateways: Sequence[CrowdedGateway], path: str, cpu_seconds: float
) -> ByCrowd:
    """The gateway's milliseconds of processor time for one of its own answers.

    Args:
        rounds: Of all gateways in turn.
        gateways: Asked with one connection.
        path: What is asked for.
        cpu_seconds: Processor time that each gateway spends on it.
    """
    found: ByCrowd = {each.crowd: [] for each in gateways}
    for _, each in itertools.product(range(rounds), gateways):
        found[each.crowd].append(_asked(each, path, cpu_seconds))
    return found


def _asked(gateway: CrowdedGateway, path: str, cpu_seconds: float) -> float:
    request, count, before = Address(gateway.port, path).get(), 0, gateway.cpu
    with Connection(gateway.port) as connection:
        while (used := gateway.cpu - before) < cpu_seconds:
            for _ in range(_AT_ONCE):
                assert connection.exchange(request).status == 200
            count += _AT_ONCE
    return used / count * 1e3


def sizes(gateways: Sequence[CrowdedGateway]) -> ByCrowd:
    """Memory of each gateway now, in megabytes."""
    return {each.crowd: [memory([each.pid]).rss / MEGABYTE] for each in gateways}


def idle(gateways: Sequence[CrowdedGateway], seconds: float) -> ByCrowd:
    """Percent of a core that each uses while nobody calls."""
    before = [each.cpu for each in gateways]
    time.sleep(seconds)
    return {
        each.crowd: [(each.cpu - used) / seconds * 100]
        for each, used in zip(gateways, before, strict=True)
    }


def side_by_side(
    rounds: int, pair: Sequence[CrowdedGateway], load: Load
) -> list[tuple[Loaded, Loaded]]:
    """The load on two gateways of the same replicas, and on one of them, round by round."""
    load.on(pair)
    return alternate(rounds, lambda: load.on(pair), lambda: load.on(pair[:1]))
