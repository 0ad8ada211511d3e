"""One function: its history and its rollout, in step also after a restart."""

import asyncio

import pytest

from dcf.errors import NotFound
from dcf.providers.placement import FunctionSpec, Usage
from dcf.providers.process.deployed import Deployed
from dcf.providers.process.history import History
from dcf.providers.process.logs import FunctionLog
from dcf.providers.process.revision_processes import RevisionProcesses
from dcf.providers.process.store import Record, Store
from dcf.providers.routing import Target
from tests.waiting import turns, until_async


class Launch:
    def __init__(self, number):
        self.number = number

    def discard(self):
        pass


class Replica:
    """Ready at once."""

    crash_loop = ""

    def __init__(self, instance, launch, _log, report):
        self.target = Target(f"http://{instance}", launch.number)
        self._ready = asyncio.get_running_loop().call_soon(report.ready)

    def usage(self):
        return Usage(1.0, 1)

    async def stop(self, _seconds):
        self.target = None
        self._ready.cancel()


class World:
    """Makes the function `f` again and again, as a restart does.

    Attributes:
        prepared: Numbers, in the order in which they were begun.
        broken: Images that cannot be prepared.
    """

    def __init__(self, folder):
        self.store, self.folder = Store(folder / "functions.db"), folder
        self.prepared, self.broken, self.made = [], set(), []

    async def prepare(self, number, spec, _tell):
        self.prepared.append(number)
        if spec.image in self.broken:
            raise NotFound("no code")
        return Launch(number)

    async def function(self):
        found = await self.store.records()
        record = found[0] if found else Record("f", 1, "then")
        history = History(self.store, record, await self.store.revisions("f"))
        log = FunctionLog(self.folder, "f")
        self.made.append(
            Deployed(history, log, RevisionProcesses(history, log, self.prepare, Replica), 0.0)
        )
        return self.made[-1]

    async def deployed(self, image="i"):
        function = await self.function()
        await function.history.add(spec(image), "me")
        function.resume()
        await until_async(lambda: function.status.rollout != "progressing")
        return function


def spec(image, **changes):
    return FunctionSpec("f", image, **changes)


@pytest.fixture
def world(tmp_path):
    """`world(steps)` runs `steps(world)`."""

    def run(steps):
        async def through():
            made = World(tmp_path)
            try:
                await steps(made)
            finally:
                for each in made.made:
                    await each.stop()
                    each.log.close()
                await made.store.close()

        asyncio.run(asyncio.wait_for(through(), 60))

    return run


def test_its_status_is_that_of_the_one_that_serves(world):
    async def steps(made):
        function = await made.deployed()
        assert (function.status.spec, function.status.available) == (spec("i"), 1)
        made.broken.add("bad")
        await function.begin(lambda: spec("bad"), "me")
        await until_async(lambda: function.status.rollout == "failed")
        assert (function.status.spec, function.status.reason) == (spec("i"), "no code")

    world(steps)


def test_the_same_again_is_no_work_unless_it_had_failed(world):
    async def steps(made):
        function = await made.deployed()
        assert (await function.begin(lambda: spec("i"), "you")).number == 1
        assert made.prepared == [1]
        made.broken.add("bad")
        for number in (2, 3):
            assert (await function.begin(lambda: spec("bad"), "")).number == number
            await until_async(lambda: function.status.rollout == "failed")

    world(steps)


def test_what_is_asked_for_is_found_when_its_turn_has_come(world):
    """Two ways back at once: the second is counted from where the first has led."""

    async def steps(made):
        function = await made.deployed()
        numbers = []

        def find():
            numbers.append(function.history.newest.number)
            return spec(f"i{len(numbers)}")

        await asyncio.gather(*(function.begin(find, "") for _ in range(3)))
        assert numbers == [1, 2, 3]

    world(steps)


def test_after_a_restart_what_serves_comes_back_and_what_was_on_its_way_goes_on(world):
    async def steps(made):
        function = await made.deployed()
        await function.stop()
        await function.history.add(spec("new"), "me")
        again = await made.function()
        again.resume()
        await until_async(lambda: again.status.rollout == "ready")
        assert made.prepared == [1, 1, 2]
        assert [each.revision for each in again.targets()] == [2]

    world(steps)


def test_after_a_restart_a_failure_is_still_told_and_not_tried_again(world):
    async def steps(made):
        function = await made.deployed()
        await function.stop()
        await function.history.add(spec("bad"), "me")
        await function.history.failed(2, "no weights")
        again = await made.function()
        again.resume()
        await until_async(lambda: again.status.rollout == "failed")
        assert (again.status.reason, again.status.available) == ("no weights", 1)
        assert made.prepared == [1, 1]

    world(steps)


def test_ready_waits_for_the_first_target_and_no_longer_than_it_may(world):
    async def steps(made):
        function = await made.function()
        await function.history.add(spec("i"), "")
        now = asyncio.get_running_loop().time
        assert list(await function.ready(now() + 0.01)) == []
        waiting = asyncio.create_task(function.ready(now() + 30))
        await turns()
        assert not waiting.done()
        function.resume()
        assert [each.revision for each in await waiting] == [1]

    world(steps)


def test_one_that_is_slow_to_answer_lives(world):
    """A call broke off: the end of its replica is not waited for until the deadline."""
    asked = []

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        asked.append(writer)
        if len(asked) == 1:
            await reader.read()  # until who asks gives up
        else:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    async def steps(made):
        function = await made.deployed()
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            place = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            never = asyncio.get_running_loop().time() + 3600
            assert await function.ended(Target(place, 1), never) is None

    world(steps)


def test_scaling_is_written_down_and_done(world):
    async def steps(made):
        function = await made.deployed()
        await function.scale(3)
        await until_async(lambda: function.status.available == 3)
        assert (await made.store.records())[0].replicas == 3
        await function.stop()
        assert function.status.available == 0

    world(steps)


def test_secrets_of_the_one_that_serves_and_of_the_one_on_its_way_are_wanted(world):
    async def steps(made):
        function = await made.function()
        await function.history.add(spec("i", secrets=("a",)), "")
        function.resume()
        await until_async(lambda: function.status.rollout == "ready")
        made.broken.add("bad")
        await function.begin(lambda: spec("bad", secrets=("b",)), "")
        assert function.wanted_secrets() == {"a", "b"}

    world(steps)
