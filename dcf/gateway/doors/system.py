"""The REST door's way to the functions themselves: /system/function..., as in OpenFaaS."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from aiohttp import web

from ...errors import InvalidRequest, NotFound, Unsupported
from ...providers.stores import LogLine, LogQuery
from ..access.over_rest import deployed_by
from ..core import Gateway
from ..names import NAMESPACE, plain_name
from ..rest.converters import is_ours, revision_of, spec_of, status_of
from ..rest.messages import (
    Begun,
    DeleteFunctionRequest,
    FunctionDeployment,
    LogEntry,
    RollbackRequest,
    ScaleServiceRequest,
    Usage,
    encode,
)
from ..rest.replies import accepted, failed, json_reply, message_of

LOG_REFUSED = "could not parse the log request"
_SWITCHES = {"": False, "0": False, "false": False, "f": False, "1": True, "true": True, "t": True}


class SystemDoor:
    """Takes what people and tools ask about functions over HTTP."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._followers: set[asyncio.Task[None]] = set()

    async def leave(self, _app: web.Application) -> None:
        """End the log streams that would never end by themselves; called when the gateway stops."""
        for follower in self._followers:
            follower.cancel()

    async def functions(self, request: web.Request) -> web.Response:
        """GET /system/functions."""
        if not is_ours(request.query.get("namespace")):
            return json_reply([])
        found = await self._gateway.functions()
        return json_reply(
            [status_of(each, self._gateway.invocation_counts[each.spec.name]) for each in found]
        )

    async def deploy(self, request: web.Request) -> web.Response:
        """POST /system/functions."""
        asked = await message_of(request, FunctionDeployment)
        await self._gateway.deploy(spec_of(asked), deployed_by(request))
        return accepted()

    async def update(self, request: web.Request) -> web.Response:
        """PUT /system/functions."""
        asked = await message_of(request, FunctionDeployment)
        await self._gateway.update(spec_of(asked), deployed_by(request))
        return accepted()

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /system/functions."""
        asked = await message_of(request, DeleteFunctionRequest)
        _check_namespace(asked.function_name, asked.namespace or request.query.get("namespace"))
        await self._gateway.delete(asked.function_name)
        return accepted()

    async def describe(self, request: web.Request) -> web.Response:
        """GET /system/function/NAME."""
        name = request.match_info["name"]
        _check_namespace(name, request.query.get("namespace"))
        status = await self._gateway.describe(name)
        told = status_of(status, self._gateway.invocation_counts[status.spec.name])
        if request.query.get("usage") in {"1", "true"}:
            told.usage = await self._usage(status.spec.name)
        return json_reply(told)

    async def _usage(self, name: str) -> Usage | None:
        try:
            used = await self._gateway.usage(name)
        except Unsupported:  # a provider that cannot tell: the field is left out
            return None
        return Usage(used.cpu_millicores, used.memory_bytes)

    async def scale(self, request: web.Request) -> web.Response:
        """POST /system/scale-function/NAME."""
        name, asked = request.match_info["name"], await message_of(request, ScaleServiceRequest)
        _check_namespace(name, asked.namespace)
        await self._gateway.scale(name, int(asked.replicas))
        return accepted()

    async def history(self, request: web.Request) -> web.Response:
        """GET /system/function/NAME/history."""
        past = await self._gateway.history(request.match_info["name"])
        return json_reply([revision_of(each) for each in past])

    async def rollback(self, request: web.Request) -> web.Response:
        """POST /system/function/NAME/rollback."""
        asked = RollbackRequest()
        if request.body_exists and await request.read():
            asked = await message_of(request, RollbackRequest)
        number = None if asked.revision is None else int(asked.revision)
        name = request.match_info["name"]
        begun = await self._gateway.rollback(name, number, deployed_by(request))
        return json_reply(Begun(begun.number, begun.spec.image), 202)

    async def promote(self, request: web.Request) -> web.Response:
        """POST /system/function/NAME/promote."""
        return await self._settle(request, keep=True)

    async def abandon(self, request: web.Request) -> web.Response:
        """POST /system/function/NAME/abandon."""
        return await self._settle(request, keep=False)

    async def _settle(self, request: web.Request, *, keep: bool) -> web.Response:
        name, by = request.match_info["name"], deployed_by(request)
        settled = await self._gateway.settle_by_hand(name, by, keep=keep)
        return json_reply(Begun(settled.number, settled.spec.image), 202)

    async def logs(self, request: web.Request) -> web.StreamResponse:
        """GET /system/logs: one JSON object a line, as they come when follow is asked for."""
        try:
            query = _log_query(request)
        except ValueError:
            return failed(422, LOG_REFUSED)
        _check_namespace(query.name, request.query.get("namespace"))
        await self._gateway.describe(query.name)
        lines = self._gateway.logs(query)
        reply = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await reply.prepare(request)
        writing = asyncio.create_task(_write_lines(reply, lines))
        self._followers.add(writing)
        try:
            await asyncio.wait({writing})
        finally:  # the reader has left, the gateway stops, or everything was sent
            self._followers.discard(writing)
            writing.cancel()
        if not writing.cancelled():
            writing.result()
        await reply.write_eof()
        return reply


async def _write_lines(reply: web.StreamResponse, lines: AsyncIterator[LogLine]) -> None:
    with contextlib.suppress(ConnectionError):  # the reader has left
        async for line in lines:
            entry = LogEntry(line.name, NAMESPACE, line.instance, line.timestamp, line.text)
            await reply.write(encode(entry) + b"\n")


def _check_namespace(name: str, namespace: str | None) -> None:
    if not is_ours(namespace):
        raise NotFound(f"no such function: {name} in namespace {namespace}")


def _log_query(request: web.Request) -> LogQuery:
    """What the query asks for.

    Raises:
        InvalidRequest: No name of a function.
        ValueError: A number, time or switch that is none.
    """
    query = request.query
    if not query.get("name"):
        raise InvalidRequest("name is required: the function whose log is wanted")
    return LogQuery(
        name=plain_name(query["name"]),
        tail=int(query.get("tail") or -1),
        follow=_switch(query.get("follow", "")),
        since=_moment(query.get("since", "")),
        instance=query.get("instance", ""),
        call=query.get("call", ""),
    )


def _switch(text: str) -> bool:
    if text.lower() not in _SWITCHES:
        raise ValueError(text)
    return _SWITCHES[text.lower()]


def _moment(text: str) -> str:
    """A time of any zone as the log's own stamps are written: UTC, to the microsecond."""
    if not text:
        return ""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    try:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except OverflowError as fault:
        raise ValueError(text) from fault
