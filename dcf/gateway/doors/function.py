"""The REST door's way to functions: /function/NAME[/path], streamed both ways."""

from http import HTTPStatus

import aiohttp
from aiohttp import ClientResponse, StreamReader, web

from ...errors import DcfError, NotReady, Unsupported
from ..calls.call import Call
from ..calls.failures import tell_failure
from ..calls.forwarding import Arrival, after_name, drop_hop_by_hop, headers_up
from ..calls.reaching import WHOLE_BODY
from ..calls.upstream import OWN_STATUSES, Upstream
from ..names import NAMESPACE, plain_name
from ..telemetry.refusals import REST

METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE", "GET", "OPTIONS", "HEAD"})
_STATUSES = {
    **OWN_STATUSES,
    "not_found": 404,
    "bad_request": 400,
    "body_too_large": 413,
    "queue_full": 429,
    "unsupported": 501,
    "too_many_connections": 503,
}


class FunctionDoor:
    """Takes calls to functions over HTTP."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer with what the function answers, or with 404, 501, 502, 503, 504 of our own."""
        if request.method not in METHODS:
            raise web.HTTPMethodNotAllowed(request.method, METHODS)
        arrival, name = Arrival.of(request), request.match_info["name"]
        try:
            _no_websocket(request)
            name = plain_name(name)
            headers = headers_up(request, arrival)
            path = after_name(request.raw_path)
            call = Call(request.method, path, headers, await _body(request))
            async with self._upstream.open(name, call) as answer:
                made = {**arrival.made, "X-Revision": str(answer.revision)}
                return await _pass_on(request, answer.response, made)
        except DcfError as fault:
            return own_failure(fault, name, arrival)


def _no_websocket(request: web.Request) -> None:
    if request.headers.get("Upgrade", "").lower() == "websocket":
        raise Unsupported(
            "functions speak no websocket: use a stream (SSE, NDJSON) or gRPC Invokes"
        )


async def _body(request: web.Request) -> bytes | StreamReader | None:
    if not request.body_exists:
        return None
    size = request.content_length
    if size is not None and size <= WHOLE_BODY:
        return await request.content.readexactly(size)
    return request.content


async def _pass_on(
    request: web.Request, answer: ClientResponse, made: dict[str, str]
) -> web.StreamResponse:
    headers = answer.headers.copy()
    drop_hop_by_hop(headers)
    headers.update(made)
    headers.setdefault("Content-Type", request.headers.get("Content-Type", "text/plain"))
    size = answer.content_length
    if size is not None and size <= WHOLE_BODY and request.method != "HEAD":
        return web.Response(
            status=answer.status, reason=answer.reason, headers=headers, body=await answer.read()
        )
    reply = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
    await reply.prepare(request)
    try:
        async for chunk in answer.content.iter_any():
            await reply.write(chunk)
    except (aiohttp.ClientError, TimeoutError):
        # The head is out, so no error answer fits: only a broken connection tells the truth.
        if request.transport is not None:
            request.transport.abort()
        return reply
    await reply.write_eof()
    return reply


def own_failure(fault: DcfError, name: str, arrival: Arrival) -> web.Response:
    """What a caller reads when it is the gateway that failed, not the function."""
    tell_failure(REST, fault, name, arrival.call_id)
    message = fault.message
    if fault.code == "not_found":
        message = f"error finding function {name}.{NAMESPACE}: {message}"
    status = HTTPStatus(_STATUSES.get(fault.code, 500))
    headers = {**arrival.made, "X-Error-Code": fault.code, "X-OpenFaaS-Internal": "proxy"}
    if isinstance(fault, NotReady):
        headers["Retry-After"] = str(fault.retry_after)
    return web.json_response(
        {"error": {"code": fault.code, "message": message, "call_id": arrival.call_id}},
        status=status,
        headers=headers,
    )
