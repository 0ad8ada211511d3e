"""The REST door's way to functions: /function/NAME[/path], streamed both ways."""

import time
import uuid
from http import HTTPStatus

import aiohttp
from aiohttp import ClientResponse, StreamReader, web
from multidict import CIMultiDict

from dcf import __version__
from dcf.errors import DcfError
from dcf.gateway.core import NAMESPACE, Gateway, plain_name
from dcf.gateway.metrics import Metrics
from dcf.gateway.upstream import WHOLE_BODY, Call, Upstream

METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE", "GET", "OPTIONS", "HEAD"})
SERVED_BY = f"dcf-gateway/{__version__}"
_HOP_BY_HOP = (
    "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
    "Te", "Trailer", "Transfer-Encoding", "Upgrade",
)  # fmt: skip
_NOT_CALLED = frozenset({400, 404})
_STATUSES = {
    "not_found": 404,
    "bad_request": 400,
    "not_ready": 503,
    "upstream_failed": 502,
    "timeout": 504,
}


class FunctionDoor:
    """Takes calls to functions over HTTP."""

    def __init__(self, gateway: Gateway, upstream: Upstream, metrics: Metrics) -> None:
        self._gateway, self._upstream, self._metrics = gateway, upstream, metrics

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer with what the function answers, or with 404, 502, 503, 504 of our own."""
        if request.method not in METHODS:
            raise web.HTTPMethodNotAllowed(request.method, METHODS)
        began, path = time.time_ns(), _after_name(request.raw_path)
        made = {"X-Start-Time": str(began), "X-Served-By": SERVED_BY}
        call_id = request.headers.get("X-Call-Id", "")
        if not call_id:
            call_id = made["X-Call-Id"] = str(uuid.uuid4())
        name, code = request.match_info["name"], 500
        try:
            name = plain_name(name)
            call = Call(
                request.method, path, _headers_up(request, call_id, began), await _body(request)
            )
            async with self._upstream.open(name, call) as answer:
                code = answer.status
                return await _pass_on(request, answer, made)
        except DcfError as fault:
            code = _STATUSES.get(fault.code, 500)
            return _own_failure(fault, name, call_id, made)
        finally:
            if code not in _NOT_CALLED:
                self._metrics.called(name, code, (time.time_ns() - began) / 1e9)


def _after_name(raw_path: str) -> str:
    """`/function/NAME/a/b?q` -> `/a/b?q`, still percent-encoded."""
    path, mark, query = raw_path.partition("?")
    parts = path.split("/", 3)
    return f"/{parts[3] if len(parts) > 3 else ''}{mark}{query}"


def _headers_up(request: web.Request, call_id: str, began: int) -> CIMultiDict[str]:
    headers = request.headers.copy()
    for name in (*_HOP_BY_HOP, "Host", "Expect"):
        headers.popall(name, None)
    headers["X-Call-Id"], headers["X-Start-Time"] = call_id, str(began)
    headers.setdefault("X-Forwarded-Host", request.host)
    peer = request.transport.get_extra_info("peername") if request.transport else None
    headers.setdefault("X-Forwarded-For", f"{peer[0]}:{peer[1]}" if peer else "")
    return headers


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
    for name in _HOP_BY_HOP:
        headers.popall(name, None)
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


def _own_failure(fault: DcfError, name: str, call_id: str, made: dict[str, str]) -> web.Response:
    message = fault.message
    if fault.code == "not_found":
        message = f"error finding function {name}.{NAMESPACE}: {message}"
    status = HTTPStatus(_STATUSES.get(fault.code, 500))
    return web.json_response(
        {"error": {"code": fault.code, "message": message, "call_id": call_id}},
        status=status,
        headers={**made, "X-Error-Code": fault.code, "X-OpenFaaS-Internal": "proxy"},
    )
