"""Calls that wait for a function to start: in order, not too many, and never for ever."""

import asyncio
from contextlib import ExitStack
from dataclasses import replace

import pytest

from dcf.errors import NotFound, NotReady
from dcf.providers.notices import ReplicaReady, ReplicaRestarted
from dcf.providers.placement import FAILED, FunctionSpec, ReplicaExit
from tests.dcf.gateway.scaling.conftest import REPLICA
from tests.waiting import turns, until_async

ENDED = ReplicaExit("exited with status 3", "exited with status 3: of what it wrote", "", "f-1-1")
CRASHED = ReplicaRestarted("f", 1, "f-1-1", "exit", "exited with status 3")


def test_calls_at_zero_start_one_replica_and_go_no_faster_than_it_takes_them(scaled):
    async def steps(made):
        await made.deploy(replicas=0)
        under_way, most, order = 0, 0, []

        async def call(number):
            nonlocal under_way, most
            await made.held.hold("f", b"")
            order.append(number)
            with made.upstream.balancer.call(REPLICA):
                most = max(most, made.upstream.balancer.inflight(REPLICA.address))
                await turns(3)

        await asyncio.gather(*(call(number) for number in range(30)))
        assert (made.asked, most) == ([1], REPLICA.room)
        assert order == list(range(30))
        assert not made.held.names

    scaled(steps)


def test_where_nobody_knows_how_many_a_replica_takes_all_go_at_once(scaled):
    async def steps(made):
        made.provider.replicas = (replace(REPLICA, room=0),)
        await made.deploy(replicas=0)
        await asyncio.gather(*made.hold(20))

    scaled(steps)


@pytest.mark.parametrize("labels", [{"zero": ""}, {"zero": "false"}])
def test_a_function_that_calls_do_not_start_says_so_at_once(scaled, labels):
    async def steps(made):
        await made.deploy(replicas=0, **labels)
        with pytest.raises(NotReady, match="scaled to 0 replicas: start one with"):
            await made.held.hold("f", b"")
        assert made.asked == []

    scaled(steps)


def test_the_reason_of_a_failed_start_is_told_to_all_who_wait(scaled):
    async def steps(made):
        await made.provider.lose(REPLICA.address)
        await made.deploy(replicas=0)
        waiting = made.hold(5)
        await until_async(lambda: made.asked == [1])
        made.held.hear(replace(CRASHED, function="other"))
        made.held.hear(ReplicaReady("f", 1, "f-1-1"))
        await turns()
        assert made.held.count("f") == 5
        await made.provider.lose(REPLICA.address, ENDED)
        made.held.hear(CRASHED)
        for fault in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(fault, NotReady)
            assert "Of 1 wanted replicas none is ready yet." in fault.message
            assert "Its last replica: exited with status 3." in fault.message
        made.held.hear(CRASHED)  # nobody waits any more

    scaled(steps)


def test_a_crash_is_no_failure_while_another_replica_takes_calls(scaled):
    async def steps(made):
        await made.deploy(replicas=0)
        with ExitStack() as under_way:
            for _ in range(REPLICA.room):  # it has as many as it takes, so that the others wait
                under_way.enter_context(made.upstream.balancer.call(REPLICA))
            waiting = made.hold(5)
            await until_async(lambda: made.held.count("f") == 5 and made.asked == [1])
            made.held.hear(CRASHED)
            await turns()
            assert made.held.count("f") == 5
        await asyncio.gather(*waiting)

    scaled(steps)


@pytest.mark.parametrize("change", [{"crash_loop": "crash loop: ..."}, {"rollout": FAILED}])
def test_what_cannot_start_holds_nobody(scaled, change):
    async def steps(made):
        await made.provider.lose(REPLICA.address)
        await made.deploy()
        real = made.provider.describe

        async def described(name):
            return replace(await real(name), revision=0, **change)

        made.provider.describe = described
        with pytest.raises(NotReady, match="No endpoints available for: f"):
            await made.held.hold("f", b"")

    scaled(steps)


def test_a_call_waits_only_so_long(scaled):
    async def steps(made):
        await made.provider.lose(REPLICA.address)
        await made.deploy(replicas=0)
        with pytest.raises(NotReady, match="no replica could take it"):
            await made.held.hold("f", b"")
        await until_async(lambda: not made.held.names)

    scaled(steps, hold_timeout=0.05)


@pytest.mark.parametrize(
    ("bounds", "bodies", "words"),
    [
        ({"held_calls": 6}, [b""] * 3, "3 calls wait for functions that start, 3 for this"),
        ({"held_bytes": 10}, [b"12345", b"12345"], "have 10 bytes"),
    ],
    ids=["calls", "bytes"],
)
def test_past_a_bound_a_call_is_refused_and_may_come_again(scaled, bounds, bodies, words):
    async def steps(made):
        await made.provider.lose(REPLICA.address)
        await made.deploy(replicas=0)
        waiting = [made.hold(1, body)[0] for body in bodies]
        await until_async(lambda: made.held.count("f") == len(bodies))
        with pytest.raises(NotReady) as refused:
            await made.held.hold("f", b"x")
        assert words in refused.value.message
        assert "\n" not in refused.value.message
        assert refused.value.retry_after == 1
        for each in waiting:  # their callers leave, and there is room again
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await made.provider.recover(REPLICA.address)
        await made.held.hold("f", b"x")

    scaled(steps, **bounds)


def test_all_functions_together_have_a_bound_and_one_leaves_half_to_others(scaled):
    async def steps(made):
        await made.provider.lose(REPLICA.address)
        await made.deploy(replicas=0)
        labels = made.provider.statuses["f"].spec.labels
        for name in "gh":
            await made.provider.deploy(FunctionSpec(name, "x", labels=labels, replicas=0))
        waiting = made.hold(2) + [asyncio.create_task(made.held.hold("g", b"")) for _ in range(2)]
        await until_async(lambda: made.held.count("g") == 2)
        with pytest.raises(NotReady, match="4 calls wait for functions that start, 0 for this"):
            await made.held.hold("h", b"")
        await made.provider.recover(REPLICA.address)
        await asyncio.gather(*waiting)

    scaled(steps, held_calls=4)


def test_streams_are_not_counted_as_bytes_in_memory(scaled):
    async def steps(made):
        await made.deploy(replicas=0)
        await asyncio.gather(*made.hold(5, asyncio.StreamReader()))

    scaled(steps, held_bytes=1)


def test_a_function_that_is_deleted_lets_its_callers_know(scaled):
    async def steps(made):
        await made.provider.lose(REPLICA.address)
        await made.deploy(replicas=0)
        waiting = made.hold(3)
        await until_async(lambda: made.asked == [1])
        await made.gateway.delete("f")
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in told] == [NotFound] * 3

    scaled(steps)


def test_who_waits_when_the_gateway_ends_is_answered(scaled):
    async def steps(made):
        await made.provider.lose(REPLICA.address)
        await made.deploy(replicas=0)
        waiting = made.hold(3)
        await until_async(lambda: made.asked == [1])
        await made.held.close()
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in told] == [NotReady] * 3

    scaled(steps)
