"""A real HTTP server in the place of an API server: it answers what a test tells it."""

import asyncio
import json
from contextlib import asynccontextmanager

from aiohttp import web


class ApiServer:
    """Keeps what it was asked and answers by path.

    Attributes:
        asked: `(method, path with its query, headers, body)` in the order of arrival.
        answers: By method and path, answers that are taken one after the other; the last one stays.
        url: Where it listens.
    """

    def __init__(self):
        self.asked, self.answers, self.url = [], {}, ""

    def says(self, method, path, *answers):
        """Answers are `(status, body)`, or functions of the request."""
        self.answers[method, path] = list(answers)

    async def answer(self, request):
        body = await request.read()
        self.asked.append((request.method, request.path_qs, request.headers, body))
        answers = self.answers.get((request.method, request.path))
        if not answers:
            return status(404, "NotFound", f"{request.path} not found")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return (
            await found(request)
            if callable(found)
            else web.json_response(found[1], status=found[0])
        )

    def paths(self):
        return [f"{method} {path}" for method, path, _, _ in self.asked]


def status(code, reason, message, headers=None):
    body = {"kind": "Status", "code": code, "reason": reason, "message": message}
    return web.json_response(body, status=code, headers=headers)


def refuses(code, reason, message, headers=None):
    async def answer(_request):
        return status(code, reason, message, headers)

    return answer


def streams(*pieces, hold=None):
    """An answer in pieces, such as a watch's; it ends when `hold` is set, if there is one."""

    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in pieces:
            data = piece if isinstance(piece, bytes) else json.dumps(piece).encode() + b"\n"
            await response.write(data)
        if hold is not None:
            await hold.wait()
        return response

    return answer


@asynccontextmanager
async def serving(tls=None):
    """One on a free port of this machine."""
    server = ApiServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        scheme = "https" if tls else "http"
        server.url = f"{scheme}://localhost:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()


def run(steps):
    asyncio.run(asyncio.wait_for(steps, 30))
