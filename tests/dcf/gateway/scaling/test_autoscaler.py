"""What the autoscaler makes of calls: the numbers it has set, and whose word counts."""

import asyncio
import logging
from dataclasses import replace

import pytest

from dcf.errors import StorageFull
from dcf.gateway.bounds import Bounds
from dcf.gateway.scaling import autoscaler
from dcf.providers.placement import FunctionSpec
from dcf.providers.together import Load
from tests.waiting import until_async


def test_the_number_follows_the_calls_of_a_function(scaled):
    async def steps(made):
        await made.deploy()
        tally = made.metrics.of("f")
        for _ in range(35):
            tally.begin()
        await made.look()
        assert made.asked == [4]
        for _ in range(35):
            tally.end(1, 200, 0.1)
        await made.look(5.0)
        await made.look(100.0)
        assert made.asked == [4, 0]
        await made.scaler.wake("f")
        assert made.asked == [4, 0, 1]
        assert b"gateway_function_wakes_total" in b"".join(made.metrics.lines("f"))

    scaled(steps)


def test_it_is_told_with_the_load_that_asked_for_it(scaled, caplog):
    async def steps(made):
        await made.deploy()
        for _ in range(12):
            made.metrics.of("f").begin()
        with caplog.at_level(logging.INFO, logger="dcf.gateway.events"):
            await made.look()
        assert "function_autoscaled function=f replicas=2 before=1 load=12" in caplog.text

    scaled(steps)


@pytest.mark.parametrize(
    "labels", [{}, {"com.openfaas.scale.min": "2"}, {"com.openfaas.scale.max": "many"}]
)
def test_a_function_without_such_labels_is_left_alone(scaled, labels):
    async def steps(made):
        await made.provider.deploy(FunctionSpec("g", "x", labels=labels, replicas=2))
        for _ in range(100):
            made.metrics.of("g").begin()
        await made.look()
        await made.look(10_000.0)
        await made.scaler.wake("g")
        assert made.asked == []

    scaled(steps)


def test_a_number_by_hand_holds_until_its_time_is_over(scaled):
    async def steps(made):
        await made.deploy(zero="")
        await made.look()
        made.set(3)
        for _ in range(6):
            await made.look(10.0)
        assert made.asked == []
        await made.look(11.0)
        assert made.asked == [1]

    scaled(steps)


def test_zero_by_hand_stays_where_calls_do_not_start_it(scaled):
    async def steps(made):
        await made.deploy(zero="")
        await made.look()
        made.set(0)
        made.metrics.of("f").begin()
        await made.look()
        await made.scaler.wake("f")
        assert made.asked == []

    scaled(steps)


def test_labels_that_changed_count_from_the_next_look(scaled):
    async def steps(made):
        await made.deploy(max="2")
        for _ in range(35):
            made.metrics.of("f").begin()
        await made.look()
        spec = made.provider.statuses["f"].spec
        made.set(2, spec=FunctionSpec("f", "x", labels={**spec.labels, "scale_max": "3",
                                                        "com.openfaas.scale.max": ""}))  # fmt: skip
        await made.look()
        assert made.asked == [2, 3]

    scaled(steps)


def test_a_deleted_function_is_forgotten_and_a_full_disk_is_no_end(scaled):
    async def steps(made):
        async def full(*_asked):
            raise StorageFull("no room")

        await made.deploy()
        real, made.provider.scale = made.provider.scale, full
        for _ in range(35):
            made.metrics.of("f").begin()
        await made.look()
        made.provider.scale = real
        await made.look()
        assert made.asked == [4]
        await made.gateway.delete("f")
        await made.scaler.look()
        await made.scaler.look_at_all()
        assert made.asked == [4]

    scaled(steps)


def test_many_calls_at_once_wake_it_once(scaled):
    async def steps(made):
        await made.deploy(replicas=0)
        await asyncio.gather(*(made.scaler.wake("f") for _ in range(50)))
        assert made.asked == [1]

    scaled(steps)


@pytest.mark.parametrize(
    "state", [{"rollout": "progressing"}, {"rollout": "failed", "revision": 0}], ids=str
)
def test_a_revision_that_was_never_well_is_not_ended_for_want_of_calls(scaled, state):
    async def steps(made):
        await made.deploy()
        real = made.provider.describe

        async def described(name):
            return replace(await real(name), **state)

        made.provider.describe = described
        await made.look()
        await made.look(1000.0)
        assert made.asked == []
        made.provider.describe = real
        await made.look(9.0)
        assert made.asked == []  # its silence counts from then on
        await made.look(2.0)
        assert made.asked == [0]

    scaled(steps)


def test_a_replica_that_starts_for_a_call_at_another_gateway_is_not_ended(scaled):
    async def steps(made):
        await made.deploy(replicas=0)
        Beside(made.provider)
        await made.look()
        made.set(1)  # woken by the other one, where the call waits
        real = made.provider.describe

        async def described(name):
            return replace(await real(name), available=0)

        made.provider.describe = described
        await made.look()
        await made.look(Bounds().hold_timeout - 1)
        assert made.asked == []
        await made.look(11.0)  # the call was refused by now
        assert made.asked == [0]

    scaled(steps)


class Beside:
    """Another gateway's calls, and which of the two leads."""

    def __init__(self, provider):
        self.leads, self.load, self.asked = True, {}, []
        provider.together = self

    async def loads(self, functions):
        self.asked.append(list(functions))
        return {name: self.load[name] for name in functions if name in self.load}


def test_the_leader_scales_by_the_calls_of_all_gateways(scaled):
    async def steps(made):
        await made.deploy()
        beside = Beside(made.provider)
        for _ in range(5):
            made.metrics.of("f").begin()
        beside.load["f"] = Load(25, 0)
        await made.look()
        assert made.asked == [3]
        assert beside.asked == [["f"]]
        beside.load["f"] = Load(3, 0)  # less than our own: these have not reached them yet
        await made.look(7.0)
        assert made.scaler._scaled["f"].rule.load == 5

    scaled(steps)


def test_calls_of_other_gateways_keep_a_function_from_zero(scaled):
    async def steps(made):
        await made.deploy()
        beside = Beside(made.provider)
        for calls in range(0, 40, 2):
            beside.load["f"] = Load(0, calls)
            await made.look(3.0)
        assert made.asked == []
        await made.look(11.0)
        assert made.asked == [0]

    scaled(steps)


def test_who_does_not_lead_only_wakes(scaled, monkeypatch):
    monkeypatch.setattr(autoscaler, "_LOOK_SECONDS", 0.01)

    async def steps(made):
        await made.deploy(replicas=0)
        beside = Beside(made.provider)
        beside.leads = False
        for _ in range(35):
            made.metrics.of("f").begin()
        running = asyncio.create_task(made.scaler.run())
        await made.scaler.wake("f")
        assert made.asked == [1]
        await until_async(lambda: not made.scaler._scaled)
        assert (made.asked, beside.asked) == ([1], [])
        beside.leads = True
        await until_async(lambda: made.asked == [1, 4])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    scaled(steps)
