"""The cookie of a session: what it is called, how it is set, who may come in by it.

A browser sends it by itself, so it counts only where a page of this origin asks. Browsers keep one
jar for all ports of a machine; the port in the name keeps two gateways apart there.
"""

from aiohttp import web
from multidict import CIMultiDict

from ..rest.origin import is_own_page
from .sessions import SECONDS

_PREFIX = "dcf_session"


def session_of(request: web.Request) -> str:
    """The id of a session that a page of this origin shows; empty for none."""
    if "Cookie" not in request.headers or not is_own_page(request):
        return ""
    return request.cookies.get(_name(request), "")


def give(request: web.Request, reply: web.Response, session: str) -> None:
    """Have the browser keep a session."""
    _set(request, reply, session, SECONDS)


def take_away(request: web.Request, reply: web.Response) -> None:
    """Have the browser forget it."""
    _set(request, reply, "", 0)


def without_session(headers: CIMultiDict[str]) -> None:
    """Take sessions out of what a function is given, also those of gateways on other ports."""
    lines = headers.popall("Cookie", None)
    if lines is None:
        return
    pairs = [each.strip() for line in lines for each in line.split(";")]
    if kept := [each for each in pairs if each and not each.startswith(_PREFIX)]:
        headers["Cookie"] = "; ".join(kept)


def _set(request: web.Request, reply: web.Response, value: str, seconds: int) -> None:
    # Behind a proxy with TLS only the browser knows that its page came by https.
    is_secure = request.secure or request.headers.get("Origin", "").startswith("https://")
    reply.set_cookie(
        _name(request), value, max_age=seconds, path="/", httponly=True, samesite="Strict",
        secure=is_secure,
    )  # fmt: skip


def _name(request: web.Request) -> str:
    port = request.host.rpartition(":")[2]
    return f"{_PREFIX}_{port}" if port.isascii() and port.isdecimal() else _PREFIX
