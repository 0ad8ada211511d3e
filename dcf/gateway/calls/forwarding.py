"""What a call to a function carries on: its path, its headers, its call id."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web
from multidict import CIMultiDict

from ... import __version__
from ..access.cookie import without_session
from ..access.over_rest import CALLER

SERVED_BY = f"dcf-gateway/{__version__}"
_HOP_BY_HOP = (
    "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
    "Te", "Trailer", "Transfer-Encoding", "Upgrade",
)  # fmt: skip
MAX_CALL_ID = 256
_NEVER_NAMED = frozenset({"content-length", "content-type", "host"})


@dataclass(frozen=True)
class Arrival:
    """When and as what a call came.

    Attributes:
        call_id: The caller's, or one made here where there is none that can be used.
        made: Headers of every answer to it: among them its id, only if that was made here.
        began: Unix nanoseconds.
    """

    call_id: str
    made: dict[str, str]
    began: int = field(default_factory=time.time_ns)

    @classmethod
    def of(cls, request: web.Request) -> "Arrival":
        """Note a call's arrival."""
        began = time.time_ns()
        made = {"X-Start-Time": str(began), "X-Served-By": SERVED_BY}
        call_id = request.headers.get("X-Call-Id", "")
        if not _is_call_id(call_id):
            call_id = made["X-Call-Id"] = str(uuid.uuid4())
        return cls(call_id, made, began)


def _is_call_id(text: str) -> bool:
    """Whether a caller's id can be kept, shown and sent on as it is."""
    return 0 < len(text) <= MAX_CALL_ID and text.isascii() and text.isprintable()


def after_name(raw_path: str) -> str:
    """`/function/NAME/a/b?q` -> `/a/b?q`, still percent-encoded."""
    if not raw_path.startswith("/"):  # http://host/function/NAME, as proxies ask
        raw_path = "/" + raw_path.split("/", 3)[-1]
    path, mark, query = raw_path.partition("?")
    parts = path.split("/", 3)
    return f"/{parts[3] if len(parts) > 3 else ''}{mark}{query}"


def headers_up(request: web.Request, arrival: Arrival) -> CIMultiDict[str]:
    """The headers for the function: the caller's but for the connection's own, and ours."""
    headers = request.headers.copy()
    drop_hop_by_hop(headers)
    for name in ("Host", "Expect"):
        headers.popall(name, None)
    if CALLER in request:  # it was for the gateway, and no function must see it
        headers.popall("Authorization", None)
    without_session(headers)
    headers["X-Call-Id"], headers["X-Start-Time"] = arrival.call_id, str(arrival.began)
    headers.setdefault("X-Forwarded-Host", request.host)
    peer = request.transport.get_extra_info("peername") if request.transport else None
    headers.setdefault("X-Forwarded-For", f"{peer[0]}:{peer[1]}" if peer else "")
    return headers


def trace_headers(given: Mapping[str, str]) -> dict[str, str]:
    """Of headers or metadata, what says which trace a call belongs to (W3C Trace Context)."""
    return {name: given[name] for name in ("traceparent", "tracestate") if name in given}


def drop_hop_by_hop(headers: CIMultiDict[str]) -> None:
    """Take away what belongs to one connection, and what its Connection header names (RFC 9110)."""
    if "Connection" in headers:
        named = ",".join(headers.getall("Connection")).lower().split(",")
        for name in {each.strip() for each in named} - _NEVER_NAMED:
            headers.popall(name, None)
    for name in _HOP_BY_HOP:
        headers.popall(name, None)
