"""What is remembered of replicas that ended by themselves, and who is told of it."""

import asyncio

from dcf.providers.placement import ReplicaExit
from dcf.providers.process.exits import _REMEMBERED, Exits
from tests.waiting import turns


def ended(address="", cause="exited with status 7"):
    return ReplicaExit(cause, cause, "2026-01-01T00:00:00Z", "f-1-1", address)


def run(steps):
    return asyncio.run(asyncio.wait_for(steps, 20))


def test_each_revision_has_its_last_exit_and_its_restarts():
    async def steps():
        exits = Exits()
        exits.note(1, ended(cause="first"), is_restarted=True)
        exits.note(1, ended(cause="second"), is_restarted=True)
        exits.note(2, ended(cause="third"), is_restarted=False)
        assert (exits.of(1).restarts, exits.of(1).last.cause) == (2, "second")
        assert (exits.of(2).restarts, exits.of(2).last.cause) == (0, "third")
        assert (exits.of(3).restarts, exits.of(3).last) == (0, None)

    run(steps())


def test_whoever_asks_for_an_address_waits_for_that_one():
    async def steps():
        exits, now = Exits(), asyncio.get_running_loop().time
        asking = asyncio.create_task(exits.at("http://b", now() + 10))
        exits.note(1, ended("http://a"), is_restarted=True)
        await turns()
        assert not asking.done()
        exits.note(1, ended("http://b", "killed"), is_restarted=True)
        assert (await asking).cause == "killed"
        assert (await exits.at("http://a", now() - 1)).address == "http://a"
        assert await exits.at("http://c", now()) is None

    run(steps())


def test_memory_of_exits_has_an_end():
    async def steps():
        exits = Exits()
        for number in range(1, 3 * _REMEMBERED):
            exits.note(number, ended(f"http://{number}"), is_restarted=True)
            exits.note(1, ended("http://1"), is_restarted=True)
        assert exits.of(1).restarts == 2 * (3 * _REMEMBERED - 1) - 3 * _REMEMBERED + 2
        assert exits.of(2).last is None
        now = asyncio.get_running_loop().time()
        assert await exits.at("http://2", now) is None

    run(steps())
