"""Posts answers to where callers want them, unless that is inside this network."""

import asyncio
import logging
import socket
from pathlib import Path
from typing import Any

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ...errors import InvalidRequest
from ..calls.file_body import file_body
from ..calls.forwarding import SERVED_BY
from .addresses import is_open
from .records import Again, Done, Failed, Item
from .retry_after import seconds_of

_RESOLVE_SECONDS = 2.0
_POST_SECONDS, _CONNECT_SECONDS = 60.0, 10.0
_LEAST_BYTES_A_SECOND = 256 << 10
_LATER = frozenset({408, 425, 429})
_log = logging.getLogger(__name__)


class Callbacks:
    """The way out; hosts that are allowed by name have a way of their own, without a guard."""

    def __init__(self, allowed_hosts: frozenset[str]) -> None:
        self._allowed = allowed_hosts
        self._free = _session(aiohttp.TCPConnector())
        # The guard sits where the socket is made: whatever was resolved, redirected or written as a
        # number, nothing is connected to an address that was not checked.
        self._guarded = _session(aiohttp.TCPConnector(socket_factory=_guarded_socket))

    async def check(self, text: str) -> str:
        """A callback's address as it will be used; raises `InvalidRequest` for one refused.

        A name that cannot be resolved now is accepted: it may be when its answer is there.
        """
        try:
            url = URL(text)
            host = _host(url)
        except ValueError as fault:
            raise InvalidRequest(
                "X-Callback-Url is no address: give http(s)://host/path"
            ) from fault
        if url.scheme not in {"http", "https"} or not host or url.user or url.password:
            raise InvalidRequest("X-Callback-Url must be http(s)://host/path, without a password")
        if host not in self._allowed and not await _leads_outside(host):
            raise InvalidRequest(
                f"X-Callback-Url may not lead to {host}: its address is none of the open internet; "
                f"who runs the gateway can allow it with --allow-callback {host}"
            )
        return str(url.with_fragment(None))

    async def post(self, item: Item, body: Path | bytes) -> Done | Again | Failed:
        """Post an answer; 2xx means that it was taken. Redirects are not followed."""
        try:
            url = URL(await self.check(item.target))
        except InvalidRequest as fault:
            return Failed(0, fault.message, was_tried=True)
        headers = CIMultiDict(item.headers)
        headers["Content-Length"] = str(item.body.size)
        try:
            return await self._post(url, headers, body, _timeout(item.body.size))
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            why = type(fault).__name__  # its words may quote the whole address
            _log.info("callback of call %s failed: %s", item.call_id, why)
            return Again(0, f"{_host(url)} cannot be reached: {why}")

    async def _post(
        self,
        url: URL,
        headers: CIMultiDict[str],
        body: Path | bytes,
        timeout: aiohttp.ClientTimeout,
    ) -> Done | Again | Failed:
        session = self._free if _host(url) in self._allowed else self._guarded
        data = await asyncio.to_thread(file_body, body) if isinstance(body, Path) else body
        async with session.post(
            url, data=data, headers=headers, allow_redirects=False, timeout=timeout
        ) as answer:
            if answer.ok and answer.status < 300:
                return Done()
            reason = f"{_host(url)} answered {answer.status}"
            if answer.status >= 500 or answer.status in _LATER:
                return Again(answer.status, reason, seconds_of(answer.headers))
            return Failed(answer.status, reason, was_tried=True)

    async def close(self) -> None:
        """Close every connection."""
        await self._free.close()
        await self._guarded.close()


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": SERVED_BY},
        skip_auto_headers={"Content-Type", "Accept", "Accept-Encoding"},
        auto_decompress=False,
        trust_env=False,  # a proxy would connect where we cannot look
    )


def _timeout(size: int) -> aiohttp.ClientTimeout:
    """Large answers get more time, but a target cannot hold one for as long as it likes."""
    total = _POST_SECONDS + size / _LEAST_BYTES_A_SECOND
    return aiohttp.ClientTimeout(total=total, sock_connect=_CONNECT_SECONDS)


def _host(url: URL) -> str:
    return (url.raw_host or "").lower().rstrip(".")


def _guarded_socket(address: Any) -> socket.socket:  # noqa: ANN401 # what the library hands over
    family, kind, protocol, _, place = address
    zone = place[3] if family == socket.AF_INET6 else 0  # what was `%eth0` before it was resolved
    if zone or not is_open(str(place[0])):
        raise PermissionError("the address is none of the open internet")
    return socket.socket(family, kind, protocol)


async def _leads_outside(host: str) -> bool:
    """Whether every address of a host is open; a zone in it is lost when it is resolved."""
    return "%" not in host and all(map(is_open, await _addresses(host)))


async def _addresses(host: str) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_RESOLVE_SECONDS):
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        return []
    return [str(place[0]) for *_, place in found]
