"""Where answers of calls for later are posted: on this machine, and every one is expected."""

import asyncio
from collections import Counter

from aiohttp import web

from benchmarks.harness.address import HOST


class CallbackTarget:
    """Takes callbacks, and knows which are due.

    Attributes:
        address: Where they go, once ``start`` has returned.
        due: The bodies that are expected, by call.
        came: How often each call's came, as it should.
        wrong: Of those that came with something else, in words.
    """

    def __init__(self) -> None:
        self.address = ""
        self.due: dict[str, bytes] = {}
        self.came: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Opens a port."""
        app = web.Application()
        app.router.add_post("/{call}", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self.address = f"http://{HOST}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Closes it."""
        if self._runner:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        call, body = request.match_info["call"], await request.read()
        status = request.headers.get("X-Function-Status", "")
        # The caller may not have read its 202 yet; what is due was noted before it was sent.
        if status == "200" and self.due.get(call) == body:
            self.came[call] += 1
        else:
            self.wrong.append(f"callback of {call}: status {status}, {len(body)} bytes")
        self._changed.set()
        return web.Response(status=204)

    def missing(self) -> int:
        """How many of those that are due never came."""
        return sum(call not in self.came for call in self.due)

    async def all_come(self, seconds: float) -> None:
        """Waits for those that are missing, so long."""
        async with asyncio.timeout(seconds):
            while self.missing():
                self._changed.clear()
                await self._changed.wait()
