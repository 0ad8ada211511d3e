"""The rollout machine driven by asyncio, with replicas that follow a script."""

import asyncio
import errno

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcf.errors import ArchiveError
from dcf.providers.placement import FunctionSpec, ReplicaExit, Usage
from dcf.providers.process.deployed import Deployed
from dcf.providers.process.history import History
from dcf.providers.process.logs import FunctionLog
from dcf.providers.process.revision_processes import RevisionProcesses
from dcf.providers.process.store import Record, Store
from dcf.providers.routing import Target
from tests.waiting import turns, until_async


def ended(reason, instance):
    return ReplicaExit(reason, reason, "2026-01-01T00:00:00Z", instance, f"http://{instance}")


class Launch:
    """What a revision is started from; counts that it is taken back once."""

    def __init__(self, number, world):
        self.number, self.world = number, world
        world.launches.add(self)

    def discard(self):
        self.world.launches.remove(self)


class Replica:
    """Becomes ready, fails or crashes as its revision's spec says, one turn of the loop later."""

    crash_loop = ""

    def __init__(self, instance, launch, _log, report):
        self.target, self.instance, self.world = None, instance, launch.world
        self.world.replicas.add(self)
        self._task = asyncio.create_task(self._live(launch, report))

    async def _live(self, launch, report):
        behaviour = self.world.behaviour(launch.number)
        await turns(1)
        if behaviour == "broken":
            report.failed(ended("no weights", self.instance))
            return
        self.target = Target(f"http://{self.instance}", launch.number)
        report.ready()
        if behaviour == "crashes":
            await turns(1)
            self.target = None
            report.away()
            await turns(1)
            report.lost(ended("killed by signal 9", self.instance))

    def usage(self):
        return Usage(1.0, 1)

    async def stop(self, seconds):
        self.target = None
        self._task.cancel()
        await turns(1)
        self.world.replicas.remove(self)


class World:
    """A function `f` with a real store and history, and scripted replicas.

    Attributes:
        launches: What was prepared and not taken back.
        replicas: Those that were started and have not ended.
    """

    def __init__(self, folder, min_ready=0.01):
        self.launches, self.replicas = set(), set()
        self.store = Store(folder / "functions.db")
        self.log = FunctionLog(folder, "f")
        self.history = History(self.store, Record("f", 1, "2026-01-01T00:00:00Z"))
        self.processes = RevisionProcesses(self.history, self.log, self.prepare, Replica)
        self.min_ready = min_ready
        self.function = None

    def behaviour(self, number):
        return self.history.find(number).env["IS"]

    async def prepare(self, number, spec, log):
        for _ in range(int(spec.env.get("TURNS", "0"))):
            log("installing")
            await turns(1)
        if spec.env["IS"] == "no-code":
            raise ArchiveError("the code is gone")
        if spec.env["IS"] == "full-disk":
            full = OSError(errno.ENOSPC, "No space left on device")
            raise ArchiveError("the archive cannot be unpacked") from full
        if spec.env["IS"] == "fault":
            raise RuntimeError("a fault of ours")
        return Launch(number, self)

    async def deploy(self, **env):
        await self.history.add(spec(**env), "")
        self.function = Deployed(self.history, self.log, self.processes, self.min_ready)
        self.function.resume()

    async def update(self, **env):
        return await self.function.begin(lambda: spec(**env), "")

    async def until(self, rollout):
        while self.function.status.rollout != rollout:
            await self.processes.changed()
        return self.function.status

    async def close(self):
        await self.function.stop()
        await self.store.close()
        self.log.close()


def spec(**env):
    return FunctionSpec("f", "archive:sha256:" + "0" * 64, env={"IS": "well", **env})


@pytest.fixture
def world(tmp_path):
    """`world(steps)` runs `steps(world)`; at its end nothing may be left."""

    def run(steps, **more):
        async def live():
            made = World(tmp_path, **more)
            try:
                await steps(made)
            finally:
                await made.close()
            assert (made.replicas, made.launches) == (set(), set())

        asyncio.run(asyncio.wait_for(live(), 30))

    return run


def test_it_serves_is_updated_and_scaled(world):
    async def steps(world):
        await world.deploy()
        await world.until("ready")
        await world.update(V="2")
        await world.until("ready")
        assert [each.revision for each in world.function.targets()] == [2]
        await world.function.scale(3)
        deadline = asyncio.get_running_loop().time() + 5
        while len(world.function.targets()) < 3:
            await world.processes.changed()
        assert len(await world.function.ready(deadline)) == 3
        assert world.processes.usage() == Usage(3.0, 3)
        assert world.history.record.replicas == 3

    world(steps)


def test_ready_waits_for_a_target_and_gives_up_at_the_deadline(world):
    async def steps(world):
        await world.deploy(TURNS="50")
        now = asyncio.get_running_loop().time()
        assert await world.function.ready(now) == []
        assert len(await world.function.ready(now + 10)) == 1

    world(steps)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("broken", "no weights"),
        ("crashes", "it was ready, and then: killed by signal 9"),
        ("no-code", "the code is gone"),
        ("fault", "the gateway failed; its log has the reason"),
        (
            "full-disk",
            "what it needs cannot be kept: the gateway's disk is full: "
            "make room where the gateway keeps its state, then try again",
        ),
    ],
)
def test_an_update_that_goes_wrong_leaves_the_old_one_and_says_why(world, how, reason):
    async def steps(world):
        await world.deploy()
        await world.until("ready")
        await world.update(IS=how)
        assert (await world.until("failed")).reason == reason
        assert [each.revision for each in world.function.targets()] == [1]
        await until_async(lambda: world.history.infos()[0].rollout != "progressing")
        newest, first = world.history.infos()
        assert (newest.rollout, newest.reason, first.serving) == ("failed", reason, True)

    world(steps, min_ready=5.0)


STEPS = st.one_of(
    st.tuples(
        st.just("update"),
        st.sampled_from(["well", "broken", "crashes", "no-code"]),
        st.integers(0, 3),
    ),
    st.tuples(st.just("scale"), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.integers(0, 12)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_after_any_changes_in_any_order_the_last_good_one_serves_and_no_more(
    tmp_path_factory, steps
):
    async def live():
        world = World(tmp_path_factory.mktemp("any"))
        await world.deploy()
        await world.until("ready")
        for number, (verb, what, *more) in enumerate(steps):
            if verb == "update":
                await world.update(IS=what, TURNS=str(more[0]), N=str(number))
            elif verb == "scale":
                await world.function.scale(what)
            else:
                await turns(what)
            if world.history.record.replicas and not any(v == "scale" for v, *_ in steps):
                assert world.function.targets(), "what served was lost"
        await world.function.scale(2)
        await world.update(N="last")
        await world.until("ready")
        await until_async(lambda: len(world.function.targets()) == len(world.replicas) == 2)
        await until_async(lambda: world.history.infos()[0].serving)
        newest = world.history.infos()[0]
        assert {each.revision for each in world.function.targets()} == {newest.number}
        assert [each.number for each in world.launches] == [newest.number]
        await world.close()
        assert (world.replicas, world.launches) == (set(), set())

    asyncio.run(asyncio.wait_for(live(), 30))
