"""Calls to replicas: the least loaded one that is ready, over connections that are kept.

Watchers close a connection after 10 idle seconds, so ours are given up after 5: a call never meets
one that is just being closed.
"""

import io
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from dcf.errors import DcfError, NotReady, UpstreamFailed, UpstreamTimeout
from dcf.gateway.core import Gateway
from dcf.gateway.file_body import file_body
from dcf.gateway.metrics import Metrics
from dcf.providers.base import Endpoint

_IDLE_SECONDS = 5.0
_CONNECT_SECONDS = 5.0
READ_BUFFER = 1 << 18
# Bodies up to here travel in one piece: less work than a stream, and still small beside a replica.
WHOLE_BODY = 1 << 20
OWN_STATUSES = {"not_ready": 503, "upstream_failed": 502, "timeout": 504}
_CALLER_LEFT = 499  # as the web servers count a call that nobody waits for any more
_OURS = frozenset({"User-Agent", "Content-Type", "Accept", "Accept-Encoding"})


@dataclass(frozen=True)
class Call:
    """One call on its way to a replica.

    Attributes:
        method: HTTP method.
        path: What follows the function's name, still percent-encoded, with the query.
        headers: Sent as they are, beside Host.
        body: Whole, or a stream that has not been read from, or a file of it, or nothing.
    """

    method: str
    path: str
    headers: CIMultiDict[str]
    body: bytes | aiohttp.StreamReader | Path | None


class Upstream:
    """The client side of the gateway; every call is counted here, whatever door it came by."""

    def __init__(self, gateway: Gateway, metrics: Metrics) -> None:
        self._gateway, self._metrics = gateway, metrics
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, keepalive_timeout=_IDLE_SECONDS, force_close=False
            ),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_OURS,
            read_bufsize=READ_BUFFER,
            trust_env=False,
        )

    @asynccontextmanager
    async def open(self, name: str, call: Call) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a call and give its answer's head; the body is read inside the block.

        Args:
            name: A checked, plain name.
            call: What to send.

        Raises:
            NotFound: No such function.
            NotReady: No replica is ready.
            UpstreamFailed: The replica could not be reached, or broke off.
            UpstreamTimeout: No byte came for as long as the function may take.
        """
        endpoints = list(self._gateway.provider.endpoints(name))
        self._metrics.started(name)
        began, code = time.perf_counter(), _CALLER_LEFT
        try:
            async with self._answer(name, endpoints, call) as response:
                code = response.status
                yield response
        except DcfError as fault:
            code = OWN_STATUSES.get(fault.code, 500)
            raise
        finally:
            self._metrics.called(name, code, time.perf_counter() - began)

    @asynccontextmanager
    async def _answer(
        self, name: str, endpoints: list[Endpoint], call: Call
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if not endpoints:
            raise NotReady(f"No endpoints available for: {name}.")
        self._gateway.count(name)
        endpoint = min(endpoints, key=_load)
        endpoint.inflight += 1
        try:
            try:
                response = await self._send(endpoint, call)
            except aiohttp.ClientConnectorError:
                # Refused: nothing has been sent yet, so it is safe to ask once more, and elsewhere.
                endpoint.inflight -= 1
                endpoint = min(
                    (each for each in endpoints if each is not endpoint),
                    key=_load,
                    default=endpoint,
                )
                endpoint.inflight += 1
                response = await self._send(endpoint, call)
            async with response:
                yield response
        except TimeoutError as fault:
            raise UpstreamTimeout(f"Function timed out after {endpoint.timeout:f}s") from fault
        except aiohttp.ClientError as fault:
            raise UpstreamFailed(f"Can't reach service for: {name}.") from fault
        finally:
            endpoint.inflight -= 1

    async def _send(self, endpoint: Endpoint, call: Call) -> aiohttp.ClientResponse:
        return await self._session.request(
            call.method,
            URL(endpoint.url + call.path, encoded=True),
            data=_payload(call.body),
            headers=call.headers,
            allow_redirects=False,
            timeout=_timeout(endpoint.timeout),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()


def _payload(
    body: bytes | aiohttp.StreamReader | Path | None,
) -> io.BytesIO | bytes | aiohttp.StreamReader | aiohttp.BufferedReaderPayload | None:
    """A large body in pieces, so that writing it never holds up other calls."""
    if isinstance(body, bytes) and len(body) > WHOLE_BODY:
        return io.BytesIO(body)
    if isinstance(body, Path):
        return file_body(body)
    return body


def _load(endpoint: Endpoint) -> int:
    return endpoint.inflight


@lru_cache(maxsize=64)
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=seconds)
