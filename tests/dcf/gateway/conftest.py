"""Gateways in this process, on free ports, with a provider in memory and real HTTP replicas."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import requests
from aiohttp import web

from dcf.gateway.server import Server
from dcf.gateway.settings import Settings
from dcf.providers.routing import Target
from dcf.providers.stores import LogLine
from tests.dcf.conftest import RunningGateway
from tests.dcf.gateway.listener import listening
from tests.dcf.providers.fake.provider import FakeProvider

SETTINGS = Settings(port=0, grpc_port=0, provider="fake")
LINES = (
    LogLine("f", "f-1", "2026-01-02T03:04:05.000006Z", "ready"),
    LogLine("f", "f-1", "2026-01-02T03:04:06.000006Z", "answered"),
)


class BackgroundGateway:
    """A gateway with an echo behind every function, in a thread of its own.

    Attributes:
        server: Once it is started.
        provider: In memory.
        slow: Set it, and the body `slow` is never answered.
        left: Set when a caller left a call that was never answered.
        call_ids: Of the calls that reached the function whole.
        reply: A page that is answered to everything.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings, self.provider = settings, FakeProvider()
        self._loop = asyncio.new_event_loop()
        self._opened, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._live(),))
        self.server: Server | None = None
        self.slow, self.left = threading.Event(), threading.Event()
        self.call_ids: list[str] = []
        self.reply = ""

    def __enter__(self) -> "BackgroundGateway":
        self._thread.start()
        assert self._opened.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert not self._thread.is_alive()
        self._loop.close()

    async def _echo(self, request: web.Request) -> web.Response:
        """A replica: what was sent, and how it came."""
        body = await request.read()
        self.call_ids.append(request.headers.get("X-Call-Id", ""))
        if self.slow.is_set() and body == b"slow":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.left.set()
                raise
        got = {"Got-Line": f"{request.method} {request.raw_path}"}
        got["Got-Authorization"] = request.headers.get("Authorization", "")
        got["Got-Cookie"] = request.headers.get("Cookie", "")
        if self.reply:
            return web.Response(text=self.reply, content_type="text/html")
        if media := request.headers.get("Answer-As"):
            got["Content-Type"] = media
        return web.Response(body=body, headers=got)

    async def _live(self) -> None:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", r"/{path:[\s\S]*}", self._echo)
        wide = {"max_line_size": 1 << 16, "max_field_size": 1 << 16, "max_headers": 1 << 16}
        replica = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True, **wide)
        await replica.setup()
        await web.TCPSite(replica, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{replica.addresses[0][1]}"
        self.provider = FakeProvider([Target(address)], LINES)
        self.server = Server(self.settings, lambda _mesh: self.provider)
        await self.server.start()
        self._opened.set()
        await self._stop.wait()
        await self.server.stop()
        await replica.cleanup()

    def ask(self, method: str, path: str, **options: object) -> requests.Response:
        """One request."""
        assert self.server is not None
        return requests.request(  # type: ignore[arg-type] # options are requests' own
            method, self.server.rest + path, timeout=20, allow_redirects=False, **options
        )


@pytest.fixture(name="listening")
def _listening_fixture() -> Callable[..., Any]:
    """`async with listening() as listener`: see `listener.py`."""
    return listening


@pytest.fixture
def nobody() -> Iterator[Callable[[], str]]:
    """`nobody()` gives an address that refuses: its port is kept, so that nobody else takes it."""
    with ExitStack() as kept:

        def address() -> str:
            one = kept.enter_context(socket.socket())
            one.bind(("127.0.0.1", 0))
            return f"http://127.0.0.1:{one.getsockname()[1]}"

        yield address


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """`run(coroutine)`, ended after half a minute; gives what it gave."""
    return lambda steps: asyncio.run(asyncio.wait_for(steps, 30))


@pytest.fixture
def ask(echo_gateway: RunningGateway) -> Callable[..., requests.Response]:
    """`ask(method, path, **options of requests)` of a real gateway with the function `echo`."""

    def send(method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, echo_gateway.rest + path, timeout=30, **options)

    return send


@contextmanager
def _backgrounds() -> Iterator[Callable[..., BackgroundGateway]]:
    with ExitStack() as started:
        yield lambda **changes: started.enter_context(
            BackgroundGateway(replace(SETTINGS, **changes))
        )


@pytest.fixture
def background() -> Iterator[Callable[..., BackgroundGateway]]:
    """`background(**settings)` starts a gateway that ends with the test."""
    with _backgrounds() as start:
        yield start


@pytest.fixture(scope="module")
def module_background() -> Iterator[Callable[..., BackgroundGateway]]:
    """The same for the tests of a module, which leave it as it was."""
    with _backgrounds() as start:
        yield start
