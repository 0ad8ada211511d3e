"""How a container ended, for a call that it broke off."""

import asyncio
import socket
from dataclasses import replace

from dcf.providers.kubernetes import recent_exits
from dcf.providers.kubernetes.recent_exits import RecentExits
from dcf.providers.kubernetes.records import PodRecord
from dcf.providers.placement import ReplicaExit
from tests.dcf.providers.kubernetes.api_server import run

POD = PodRecord("echo", "echo-1", "stable", 1, address="127.0.0.1")
FIRST = ReplicaExit("exited with status 7", "bye", "2026-01-02T03:04:05Z", "echo-1")
SECOND = replace(FIRST, cause="killed")
ENDED = replace(POD, last_exit=FIRST, restarts=1)
CLOSED = 1  # a port where nobody listens


def soon(seconds):
    return asyncio.get_running_loop().time() + seconds


def test_who_waits_is_told_as_soon_as_it_is_known():
    async def steps():
        exits = RecentExits()
        waiting = asyncio.create_task(exits.at("127.0.0.1", CLOSED, soon(20)))
        while not exits._news._waiters:  # it waits
            await asyncio.sleep(0.005)
        exits.note(POD, replace(POD, address="127.0.0.2", last_exit=SECOND))
        exits.note(POD, ENDED)
        assert await waiting == FIRST
        exits.note(ENDED, replace(ENDED, last_exit=SECOND, restarts=2))
        assert await exits.at("127.0.0.1", CLOSED, soon(0)) == SECOND

    run(steps())


def test_what_ended_before_it_was_seen_or_stays_the_same_is_no_news():
    async def steps():
        exits = RecentExits()
        exits.note(None, ENDED)
        exits.note(ENDED, replace(ENDED, ready=True))
        exits.note(ENDED, None)
        assert await exits.at("127.0.0.1", CLOSED, soon(0.05)) is None

    run(steps())


def test_a_replica_that_still_listens_has_not_ended():
    async def steps():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            assert await RecentExits().at("127.0.0.1", port, soon(20)) is None

    run(steps())


def test_one_that_lets_go_of_its_port_while_it_ends_is_waited_for(monkeypatch):
    for limit in ("_ANSWER_SECONDS", "_GOES_ON_SECONDS"):  # a slow machine is no replica that lives
        monkeypatch.setattr(recent_exits, limit, 20.0)

    async def steps():
        exits = RecentExits()

        async def accept(_reader, writer):
            writer.close()
            asyncio.get_running_loop().call_later(0.02, exits.note, POD, ENDED)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        assert await exits.at("127.0.0.1", port, soon(20)) == FIRST
        server.close()

    run(steps())


def test_only_some_are_remembered():
    async def steps():
        exits = RecentExits()
        for number in range(300):
            pod = replace(POD, address=f"10.0.{number}.1")
            exits.note(pod, replace(pod, last_exit=FIRST))
        assert len(exits._noted) == 256
        assert await exits.at("10.0.299.1", CLOSED, soon(0)) == FIRST

    run(steps())
