"""A gateway as it starts and stops: in order, and after a failed start nothing is left."""

import asyncio
import re
import socket
from urllib.parse import urlsplit

import aiohttp
import pytest

from dcf.errors import CannotStart
from dcf.gateway.bounds import Bounds
from dcf.gateway.queue.settings import QueueSettings
from dcf.gateway.server import Server
from dcf.gateway.settings import Settings
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider
from tests.waiting import until_async

SETTINGS = Settings(port=0, grpc_port=0, provider="fake")


class Noted(FakeProvider):
    """Notes when it is started and stopped, and with which way for functions' calls."""

    def __init__(self, *targets):
        super().__init__(targets)
        self.said, self.fault = [], None

    def __call__(self, mesh):
        self.said.append(f"mesh {mesh}")
        return self

    async def start(self):
        self.said.append("start")
        if self.fault:
            raise self.fault

    async def stop(self):
        self.said.append("stop")
        await super().stop()


def taken():
    return socket.create_server(("127.0.0.1", 0))


def is_open(address):
    host, _, port = address.rpartition(":")
    with socket.socket() as one:
        return one.connect_ex((host.removeprefix("http://"), int(port))) == 0


def test_both_doors_are_open_once_it_is_started_and_shut_when_it_is_stopped(run):
    provider = Noted()

    async def steps():
        server = Server(SETTINGS, provider)
        assert (server.rest, server.grpc, server.inflight("x"), server.queue) == ("", "", 0, None)
        await server.start()
        addresses = (server.rest, server.grpc)
        assert await asyncio.to_thread(lambda: [is_open(each) for each in addresses]) == [True] * 2
        assert provider.said == [f"mesh {server.grpc}", "start"]
        await server.stop()
        assert await asyncio.to_thread(lambda: [is_open(each) for each in addresses]) == [False] * 2
        assert provider.said[2:] == ["stop"]

    run(steps())


@pytest.mark.parametrize("door", ["REST", "gRPC"])
def test_a_taken_port_ends_the_start_in_a_line_and_leaves_nothing(run, door, tmp_path):
    provider = Noted()

    async def steps():
        with taken() as other:
            port = other.getsockname()[1]
            ports = {"port": port} if door == "REST" else {"grpc_port": port}
            queue = QueueSettings(tmp_path / "queue")
            server = Server(
                Settings(**{"port": 0, "grpc_port": 0, "queue": queue} | ports), provider
            )
            with pytest.raises(CannotStart, match=f"{door} port {port} on 127.0.0.1 is in use"):
                await server.start()
            # gRPC's port is taken before any function runs.
            assert provider.said[1:] == (["start", "stop"] if door == "REST" else [])
            await server.stop()
        again = Server(Settings(port=0, grpc_port=0, queue=queue), provider)
        await again.start()  # the queue's file is free
        await again.stop()

    run(steps())


def test_a_provider_that_cannot_start_is_not_stopped(run):
    provider = Noted()
    provider.fault = CannotStart("no folder")

    async def steps():
        server = Server(SETTINGS, provider)
        with pytest.raises(CannotStart, match="no folder"):
            await server.start()
        assert (provider.said[1:], server.rest) == (["start"], "")
        await server.stop()
        assert "stop" not in provider.said

    run(steps())


def test_too_few_files_for_what_was_asked_end_the_start_before_anything(run):
    provider = Noted()

    async def steps():
        bounds = Bounds(connections=10**6, grpc_connections=10)
        with pytest.raises(CannotStart, match="open files"):
            await Server(Settings(port=0, grpc_port=0, bounds=bounds), provider).start()

    run(steps())
    assert provider.said == []


def test_calls_under_way_are_finished_and_new_ones_find_nobody(listening, run):
    async def steps():
        async with listening() as replica, aiohttp.ClientSession() as session:
            provider = Noted(Target(replica.address))
            await provider.deploy(FunctionSpec("f", "i"))
            server = Server(SETTINGS, provider)
            await server.start()
            replica.hold.clear()
            calling = asyncio.create_task(session.post(server.rest + "/function/f", data=b"x"))
            await replica.called()
            assert server.inflight(replica.address) == 1
            stopping = asyncio.create_task(server.stop())
            while await asyncio.to_thread(is_open, server.rest):
                assert not stopping.done()
            assert "stop" not in provider.said  # its process is still needed
            replica.hold.set()
            async with await calling as answer:
                assert (answer.status, await answer.read()) == (200, b"answer 200")
            await stopping
            assert provider.said[-1] == "stop"

    run(steps())


@pytest.mark.parametrize("calls_again", [True, False])
def test_whoever_is_between_two_calls_has_a_last_one(run, calls_again):
    async def steps():
        server = Server(SETTINGS, Noted())
        await server.start()
        place = urlsplit(server.rest)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)

        async def ask():
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(re.search(rb"Content-Length: (\d+)", head)[1]))
            return head

        assert b"Connection: close" not in await ask()
        stopping = asyncio.create_task(server.stop())
        await until_async(lambda: server._rest._connections.ending)
        if calls_again:
            last = await ask()
            assert last.startswith(b"HTTP/1.1 200 ")
            assert b"Connection: close" in last
        assert await reader.read() == b""
        await stopping
        writer.close()

    run(steps())


def test_an_ipv6_host_stands_in_brackets(run):
    async def steps():
        provider = Noted()
        server = Server(Settings(host="::1", port=0, grpc_port=0), provider)
        await server.start()
        assert server.rest.startswith("http://[::1]:")
        assert provider.said[0] == f"mesh {server.grpc}"
        assert server.grpc.startswith("[::1]:")
        await server.stop()

    run(steps())
