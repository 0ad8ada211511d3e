"""Gateways with a queue, replicas and callback targets in one process, all over real sockets."""

import http.server
import queue
import threading
from contextlib import asynccontextmanager

import aiohttp
import pytest

from dcf.gateway.queue.settings import Limits, QueueSettings
from dcf.gateway.server import Server
from dcf.gateway.settings import Settings
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider
from tests.waiting import until_async


class Queued:
    """A gateway with a queue and two functions, `f` and `g`, on the same replicas."""

    def __init__(self, server, provider, session):
        self.server, self.provider, self.session = server, provider, session

    async def submit(self, body=b"", name="f", path="", **headers):
        """Queue a call; gives the answer's status and headers."""
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        url = f"{self.server.rest}/async-function/{name}{path}"
        async with self.session.post(url, data=body, headers=given) as answer:
            return answer.status, answer.headers, await answer.text()

    async def get(self, path):
        async with self.session.get(self.server.rest + path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def counts(self):
        return await self.get("/system/queue")

    async def failed(self):
        return await self.get("/system/queue/failed")

    async def until(self, **wanted):
        """Wait until the counts are these."""

        async def as_wanted():
            counts = await self.counts()
            return all(counts[key] == value for key, value in wanted.items())

        await until_async(as_wanted, 20)


@pytest.fixture
def queued(tmp_path):
    """`async with queued(endpoints, **limits) as gateway`; the same folder each time."""

    @asynccontextmanager
    async def start(*listeners, allowed=("127.0.0.1",), accept=False, **limits):
        provider = FakeProvider([Target(each.address) for each in listeners])
        for name in ("f", "g"):
            await provider.deploy(FunctionSpec(name, "any"))
        bounds = Limits(**{"retry_seconds": 0.02, **limits})
        kept = QueueSettings(tmp_path / "queue", bounds, frozenset(allowed), accept)
        settings = Settings(port=0, grpc_port=0, provider="fake", queue=kept)
        server = Server(settings, lambda _mesh: provider)
        await server.start()
        async with aiohttp.ClientSession() as session:
            try:
                yield Queued(server, provider, session)
            finally:
                await server.stop()

    return start


@pytest.fixture
def posted():
    """A server's address and the queue of `(headers, body)` that were posted to it."""
    came = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.put((self.headers, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", came
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
