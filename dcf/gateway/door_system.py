"""The REST door's way to the gateway itself: /system/..., /healthz, /metrics, as in OpenFaaS."""

# ruff: noqa: ARG002 - a route's handler is given its request, wanted or not
# pylint: disable=unused-argument

import asyncio
import json
import platform
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from dcf import __version__
from dcf.errors import DcfError, InvalidRequest
from dcf.gateway.core import NAMESPACE, Gateway, plain_name
from dcf.gateway.metrics import Metrics
from dcf.gateway.wire import spec_of, status_json
from dcf.providers.base import LogQuery

_STATUSES = {
    "bad_request": 400,
    "bad_archive": 400,
    "not_found": 404,
    "already_exists": 409,
    "unsupported": 501,
}
_ACCEPTED = 202

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Our own failures as OpenFaaS writes them: the status and one line of text."""
    try:
        return await handler(request)
    except DcfError as fault:
        return web.Response(status=_STATUSES.get(fault.code, 500), text=fault.message + "\n")


class SystemDoor:
    """Takes what people and tools ask of the gateway over HTTP."""

    def __init__(self, gateway: Gateway, metrics: Metrics) -> None:
        self._gateway, self._metrics = gateway, metrics
        self._followers: set[asyncio.Task[Any]] = set()

    async def leave(self, app: web.Application) -> None:
        """End the log streams that would never end by themselves; called when the gateway stops."""
        for follower in self._followers:
            follower.cancel()

    async def functions(self, request: web.Request) -> web.Response:
        """GET /system/functions."""
        if request.query.get("namespace") not in {None, "", NAMESPACE}:
            return web.json_response([])
        found = await self._gateway.functions()
        return web.json_response(
            [status_json(each, self._gateway.calls(each.spec.name)) for each in found]
        )

    async def deploy(self, request: web.Request) -> web.Response:
        """POST /system/functions."""
        await self._gateway.deploy(spec_of(await _json(request)))
        return web.Response(status=_ACCEPTED)

    async def update(self, request: web.Request) -> web.Response:
        """PUT /system/functions."""
        await self._gateway.update(spec_of(await _json(request)))
        return web.Response(status=_ACCEPTED)

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /system/functions."""
        await self._gateway.delete(_text(await _json(request), "functionName"))
        return web.Response(status=_ACCEPTED)

    async def describe(self, request: web.Request) -> web.Response:
        """GET /system/function/NAME."""
        status = await self._gateway.describe(request.match_info["name"])
        return web.json_response(status_json(status, self._gateway.calls(status.spec.name)))

    async def scale(self, request: web.Request) -> web.Response:
        """POST /system/scale-function/NAME."""
        replicas = (await _json(request)).get("replicas", 0)
        if not isinstance(replicas, int) or isinstance(replicas, bool):
            raise InvalidRequest(f"replicas must be a number, got {replicas!r}")
        await self._gateway.scale(request.match_info["name"], replicas)
        return web.Response(status=_ACCEPTED)

    async def logs(self, request: web.Request) -> web.StreamResponse:
        """GET /system/logs: one JSON object a line, as they come when follow is asked for."""
        query = _log_query(request)
        await self._gateway.describe(query.name)
        reply = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await reply.prepare(request)
        task = asyncio.current_task()
        assert task is not None
        self._followers.add(task)
        task.add_done_callback(self._followers.discard)
        async for line in self._gateway.logs(query):
            fields = {"name": line.name, "namespace": NAMESPACE, "instance": line.instance}
            text = json.dumps({**fields, "timestamp": line.timestamp, "text": line.text})
            await reply.write(text.encode() + b"\n")
        await reply.write_eof()
        return reply

    async def info(self, request: web.Request) -> web.Response:
        """GET /system/info."""
        version = {"sha": "", "release": __version__}
        kind = self._gateway.provider.kind
        provider = {"provider": f"dcf-{kind}", "version": version, "orchestration": kind}
        return web.json_response(
            {"provider": provider, "version": version, "arch": platform.machine()}
        )

    async def namespaces(self, request: web.Request) -> web.Response:
        """GET /system/namespaces."""
        return web.json_response([NAMESPACE])

    async def has_archive(self, request: web.Request) -> web.Response:
        """HEAD /system/archives/SHA256."""
        here = await self._gateway.provider.has_archive(request.match_info["digest"])
        return web.Response(status=200 if here else 404)

    async def put_archive(self, request: web.Request) -> web.Response:
        """PUT /system/archives/SHA256."""
        await self._gateway.provider.put_archive(
            request.match_info["digest"], request.content.iter_any()
        )
        return web.Response(status=201)

    async def healthz(self, request: web.Request) -> web.Response:
        """GET /healthz."""
        return web.Response(text="OK")

    async def metrics(self, request: web.Request) -> web.Response:
        """GET /metrics."""
        text = self._metrics.text(list(await self._gateway.functions()))
        return web.Response(
            body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except ValueError as fault:
        raise InvalidRequest("the body is not JSON") from fault
    if not isinstance(body, dict):
        raise InvalidRequest("the body must be a JSON object")
    return body


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidRequest(f"{key} is required, as text")
    return value


def _log_query(request: web.Request) -> LogQuery:
    query = request.query
    try:
        tail = int(query.get("tail") or -1)
    except ValueError as fault:
        raise InvalidRequest("could not parse the log request") from fault
    return LogQuery(
        name=plain_name(query.get("name", "")),
        tail=tail,
        follow=query.get("follow", "").lower() in {"true", "1"},
        since=query.get("since", ""),
        instance=query.get("instance", ""),
    )
