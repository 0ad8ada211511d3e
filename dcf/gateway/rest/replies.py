"""How the gateway's own routes answer: JSON, or a failure as one line of text."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web

from ...errors import DcfError
from ...state.disk import storage_fault
from ..telemetry.refusals import REST, refused
from .messages import decode, encode

ACCEPTED = 202
_STATUSES = {
    "bad_request": 400,
    "bad_archive": 400,
    "not_found": 404,
    "cluster_error": 503,
    "already_exists": 409,
    "slow_request": 408,
    "too_many_connections": 503,
    "unsupported": 501,
    "storage_full": 507,
}
_LONGEST_ID = 256
_REFUSALS, _TOO_LARGE = ("slow_request", "too_many_connections"), 413
_Message = TypeVar("_Message")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_log = logging.getLogger(__name__)


@web.middleware
async def plain_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Our own failures as OpenFaaS writes them: the status and one line of text."""
    try:
        return await handler(request)
    except DcfError as fault:
        if fault.code in _REFUSALS:
            refused(REST, fault.code)
        return failed(_STATUSES.get(fault.code, 500), fault.message)
    except web.HTTPException as fault:  # aiohttp's own: no such route, method, or too much body
        if fault.status == _TOO_LARGE:
            refused(REST, "body_too_large")
        headers = {"Allow": fault.headers["Allow"]} if "Allow" in fault.headers else None
        return failed(fault.status, fault.reason, headers)
    except Exception as fault:  # pylint: disable=broad-exception-caught # the last before the wire
        if known := storage_fault(fault, "the change"):
            return failed(_STATUSES.get(known.code, 500), known.message)
        call_id = request.headers.get("X-Call-Id", "none")[:_LONGEST_ID]
        _log.exception("%s %s failed [%s]", request.method, _route_of(request), call_id)
        return failed(500, "the gateway failed; its log has the reason")


def _route_of(request: web.Request) -> str:
    """Its route's pattern: a path may hold what is nobody's business."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "an unknown route"


def failed(status: int, words: str, headers: dict[str, str] | None = None) -> web.Response:
    """One line of text."""
    return web.Response(status=status, text=words + "\n", headers=headers)


def accepted() -> web.Response:
    """202 without a body: begun, or done."""
    return web.Response(status=ACCEPTED)


def json_reply(message: Any, status: int = 200) -> web.Response:  # noqa: ANN401 # any message
    """A message, or a list of them."""
    return web.Response(status=status, body=encode(message), content_type="application/json")


async def message_of(request: web.Request, kind: type[_Message]) -> _Message:
    """The request's body, checked; raises `InvalidRequest`."""
    return decode(await request.read(), kind)
