"""Keeps web pages away from the gateway's own routes.

A local gateway has no password, so a page in the same person's browser could reach it: across
origins, or under a name of its own that it lets point to this machine. What is not asked by a page
(curl, faas-cli, dcf) sends no Origin and names the host it dials, and is not touched.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

_LOCAL_NAMES = frozenset({"localhost"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def same_origin(handler: Handler) -> Handler:
    """The same handler; 403 to pages of other origins."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not _is_own_page(request):
            return web.Response(status=403, text="pages of other origins are not served here\n")
        return await handler(request)

    return answer


def local_name(handler: Handler) -> Handler:
    """The same handler; 403 to whom asks a loopback address under a name that is not its own.

    Only where there is no password: a page under a borrowed name does not know it, and a proxy on
    this machine passes its own name on.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        if _listens_on_loopback(request) and not _is_local(request.host):
            return web.Response(status=403, text="that is no name of this machine\n")
        return await handler(request)

    return answer


def _is_own_page(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:  # no URL at all
        return False


def _listens_on_loopback(request: web.Request) -> bool:
    address = request.transport.get_extra_info("sockname") if request.transport else None
    return address is not None and ipaddress.ip_address(address[0]).is_loopback


def _is_local(host: str) -> bool:
    """Whether a Host header names this machine to itself."""
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False


def is_loopback(name: str) -> bool:
    """Whether a host, as a name or an address, is only ever this machine."""
    if name in _LOCAL_NAMES or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
