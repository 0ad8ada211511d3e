"""Keeps web pages away from the gateway's own routes.

A local gateway has no password, so a page in the same person's browser could reach it: across
origins, or under a name of its own that it lets point to this machine. What is not asked by a page
(curl, faas-cli, dcf) sends neither Origin nor Sec-Fetch-Site, names the host it dials, and is not
touched. Calls of functions are for pages, too: who may call is theirs to say.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from ..telemetry.refusals import REST, refused

_LOCAL_NAMES = frozenset({"localhost"})
_OWN_SITES = frozenset({"same-origin", "none"})  # none: a person typed the address
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def same_origin(handler: Handler) -> Handler:
    """The same handler; 403 to pages of other origins."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not (is_own_page(request) or _is_own_link(request)):
            refused(REST, "foreign_origin", peer=request.remote or "")
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
            refused(REST, "foreign_name", peer=request.remote or "")
            return web.Response(status=403, text="that is no name of this machine\n")
        return await handler(request)

    return answer


def is_own_page(request: web.Request) -> bool:
    """By both headers: forms, images and old browsers leave one of them out."""
    return _is_own_origin(request) and _is_own_site(request)


def _is_own_link(request: web.Request) -> bool:
    """A link of another page, to be shown to whoever follows it."""
    return _is_own_origin(request) and _is_followed_link(request)


def _is_own_origin(request: web.Request) -> bool:
    """Whether no Origin is named but this one; two are one too many, and `null` is nobody's."""
    own = {f"http://{request.host}".lower(), f"https://{request.host}".lower()}
    named = [origin.lower() for origin in request.headers.getall("Origin", [])]
    return not named or (len(named) == 1 and named[0] in own)


def _is_own_site(request: web.Request) -> bool:
    """Whether a browser, if it is one, says that no other page asks; another port is one, too."""
    return _OWN_SITES.issuperset(request.headers.getall("Sec-Fetch-Site", []))


def _is_followed_link(request: web.Request) -> bool:
    """Whether a person follows a link to what changes nothing; its page sees no answer."""
    headers = request.headers
    return (
        request.method in {"GET", "HEAD"}
        and headers.getall("Sec-Fetch-Mode", []) == ["navigate"]
        and headers.getall("Sec-Fetch-Dest", []) == ["document"]
    )


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
