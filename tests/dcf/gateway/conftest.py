"""Gateways in this process, on free ports, with a provider in memory and real HTTP replicas."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests
from aiohttp import web

from dcf.gateway.server import Server, Settings
from dcf.providers.base import Endpoint, LogLine
from dcf.providers.fake import FakeProvider

SETTINGS = Settings(port=0, grpc_port=0, provider="fake")
LINES = (
    LogLine("f", "f-1", "2026-01-02T03:04:05.000006Z", "ready"),
    LogLine("f", "f-1", "2026-01-02T03:04:06.000006Z", "answered"),
)


async def _echo(request: web.Request) -> web.Response:
    """A replica: what was sent, and in headers how it came."""
    told = {name: request.headers.get(name, "") for name in ("X-Call-Id", "X-Forwarded-Host")}
    if request.path == "/fail":
        return web.json_response({"error": {"code": "bad", "message": "no"}}, status=400)
    return web.Response(
        body=await request.read(),
        headers={f"Got-{name}": value for name, value in told.items()}
        | {"Got-Line": f"{request.method} {request.raw_path}"},
    )


class BackgroundGateway:
    """A gateway with an echo behind every function, in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.provider = settings, FakeProvider()
        self._loop = asyncio.new_event_loop()
        self._opened, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._live(),))
        self.server: Server | None = None

    def __enter__(self) -> "BackgroundGateway":
        self._thread.start()
        assert self._opened.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert not self._thread.is_alive()
        self._loop.close()

    async def _live(self) -> None:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{path:.*}", _echo)
        replica = web.AppRunner(app, shutdown_timeout=0.1)
        await replica.setup()
        await web.TCPSite(replica, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{replica.addresses[0][1]}"
        self.provider = FakeProvider([Endpoint(address)], LINES)
        self.server = Server(self.settings, self.provider)
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


@pytest.fixture
def background() -> Iterator[Callable[..., BackgroundGateway]]:
    """`background(**settings)` starts a gateway that ends with the test."""
    started: list[BackgroundGateway] = []

    def start(**changes: object) -> BackgroundGateway:
        started.append(BackgroundGateway(replace(SETTINGS, **changes)))
        return started[-1].__enter__()

    yield start
    for gateway in started:
        gateway.__exit__()
