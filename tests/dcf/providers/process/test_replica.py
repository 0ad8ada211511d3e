"""One replica as a real process: what it is taken for, and how it ends."""

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

import pytest

from dcf.providers.placement import FunctionSpec
from dcf.providers.process import replica
from dcf.providers.process.probe import status_of
from tests.waiting import until_async

MINE = "def handle(body):\n    return 'mine'\n"
ANSWERS_SLOWLY = """
import os, pathlib

def handle(body):
    pathlib.Path(body).touch()
    {wait}
    return "finished"
"""


@pytest.fixture
def stranger():
    """The port of a program that says yes to everything."""

    class Yes(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Yes)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


def test_another_program_on_its_port_is_never_taken_for_it(drive, gate, monkeypatch, stranger):
    real, asked = replica.free_ports, []

    def first_the_strangers(host, count):
        asked.append(count)
        ports = real(host, count)
        return (stranger, *ports[1:]) if len(asked) == 1 else ports

    monkeypatch.setattr(replica, "free_ports", first_the_strangers)

    async def steps(driven):
        deploying, seen = asyncio.create_task(driven.deploy(gate.code + MINE)), set()

        def look():
            if driven.provider._opened.functions._functions:
                seen.update(each.address for each in driven.provider.routing.targets("f"))
            return gate.is_reached()

        await until_async(look)
        assert seen == set()  # while it is loaded, somebody else answers on its port
        gate.open()
        await until_async(lambda: look() and deploying.done())
        await deploying
        assert len(asked) == 2
        assert f"http://127.0.0.1:{stranger}" not in seen
        assert await driven.call() == "mine"

    drive(steps)


LOSES_A_PORT = """
import os, socket
from pathlib import Path
from watcher import listeners

TAKEN = []


def open_grpc(settings, function, ports, really=listeners.open_grpc):
    mark = Path(os.environ["FUNCTION_STATE_DIR"], "mark")
    if not mark.exists():
        mark.touch()
        TAKEN.append(socket.create_server((settings.host, settings.watcher_port)))
    really(settings, function, ports)


listeners.open_grpc = open_grpc
"""


def test_a_port_that_is_taken_while_it_starts_is_no_failure_of_its_start(drive):
    """gRPC's ports are opened a while after they were found to be free."""

    async def steps(driven):
        status = await driven.deploy(LOSES_A_PORT + MINE)
        assert "the port is taken" in await driven.said()
        assert (status.restarts, status.last_exit) == (0, None)

    drive(steps)


@pytest.mark.parametrize("verb", ["update", "scale", "delete"])
def test_a_call_that_takes_longer_than_others_is_finished_before_its_replica_ends(
    drive, gate, tmp_path, verb
):
    """The replica itself waits for it: nobody outside has to know of the call."""

    async def steps(driven):
        await driven.deploy(ANSWERS_SLOWLY.format(wait=gate.wait))
        (target,) = driven.provider.routing.targets("f")
        mark = tmp_path / "mark"

        def call():
            with urlopen(target.address, data=str(mark).encode(), timeout=30) as reply:
                return reply.read()

        calling = asyncio.create_task(asyncio.to_thread(call))
        await until_async(mark.exists)
        placement = driven.provider.placement
        if verb == "update":
            image = await driven.image("def handle(body):\n    return 'new'\n")
            await placement.update(FunctionSpec("f", image))
            await driven.ready()
        elif verb == "scale":
            await placement.scale("f", 0)
        else:
            await placement.delete("f")
        port = int(target.address.rpartition(":")[2])

        async def is_draining():  # it has heard that it is to end
            return await status_of(replica.HOST, port, "/_/ready") == 503

        await until_async(is_draining)
        assert not calling.done()
        gate.open()
        assert await calling == b"finished"

    drive(steps)
