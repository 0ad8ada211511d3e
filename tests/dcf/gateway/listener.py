"""A real HTTP server in the place of a replica, or of whoever wants answers posted."""

import asyncio
from contextlib import asynccontextmanager

from aiohttp import web


class Listener:
    """An HTTP server that keeps what it was sent and answers what it is told to.

    Attributes:
        came: `(request, body)` in the order of arrival.
        answers: Statuses to answer with, one a request; 200 when there are none left.
        headers: Of every answer.
        reply: Body of every answer; without one it says its status.
        hold: While it is not set, nothing is answered.
    """

    def __init__(self):
        self.came, self.answers, self.headers = [], [], {}
        self.reply = None
        self.hold = asyncio.Event()
        self.hold.set()
        self.now = self.most = 0
        self._arrival = asyncio.Event()

    async def answer(self, request):
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            self.came.append((request, await request.read()))
            self._arrival.set()
            await self.hold.wait()
        finally:
            self.now -= 1
        status = self.answers.pop(0) if self.answers else 200
        body = self.reply or b"answer %d" % status
        return web.Response(status=status, headers=self.headers, body=body)

    async def called(self, times=1):
        """Wait until so many requests have come."""
        async with asyncio.timeout(20):
            while len(self.came) < times:
                self._arrival.clear()
                await self._arrival.wait()

    @property
    def bodies(self):
        return [body for _, body in self.came]


@asynccontextmanager
async def listening():
    listener = Listener()
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{path:.*}", listener.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield listener
    finally:
        listener.hold.set()
        await runner.cleanup()
