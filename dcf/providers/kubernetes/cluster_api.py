"""Requests to a cluster's API server, in plain JSON by path."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx2
import msgspec

from .api import ApiError, Json

SECONDS = 10.0  # of a request; the server itself gives up after 60
_MERGE_PATCH = "application/merge-patch+json"
_WATCH_SECONDS = 300  # the server ends a watch by then, and it is taken up again
_TRIES, _LONGEST_PAUSE = 4, 5.0
_BUSY, _GONE = (429, 503), 404
_BROKEN_OFF = (httpx2.RemoteProtocolError, httpx2.ReadError)
_LONGEST_WORDS = 500
_HINTS = {
    401: " (it does not know who asks: see the kubeconfig's user, or the service account)",
    403: " (deploy/kubernetes has a role with all that a gateway needs)",
}


class ClusterApi:
    """Fills `Api`.

    Attributes:
        namespace: Where functions are.
        server: The API server's address, for people.
    """

    def __init__(
        self, client: httpx2.AsyncClient, namespace: str, fault: type[Exception] = OSError
    ) -> None:
        """Sends nothing yet.

        Args:
            client: Knows the server, and who asks.
            namespace: Where functions are.
            fault: What is raised where the one who asks cannot be named any more.
        """
        self._client, self.namespace, self._fault = client, namespace, fault
        self.server = f"{client.base_url.scheme}://{client.base_url.netloc.decode()}"

    async def get(self, path: str, **query: str) -> Json:
        """One object, or a list."""
        try:
            return await self._send("GET", path, query)
        except ApiError as fault:
            if not isinstance(fault.__cause__, _BROKEN_OFF):
                raise
            return await self._send("GET", path, query)  # a kept connection was just ending

    async def create(self, path: str, body: Mapping[str, Any]) -> Json:
        """POST."""
        return await self._send("POST", path, body=body)

    async def replace(self, path: str, body: Mapping[str, Any]) -> Json:
        """PUT."""
        return await self._send("PUT", path, body=body)

    async def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        """PATCH as a merge patch."""
        return await self._send("PATCH", path, body=body, kind=_MERGE_PATCH)

    async def delete(self, path: str, propagation: str = "Background") -> None:
        """DELETE."""
        try:
            await self._send("DELETE", path, body={"propagationPolicy": propagation})
        except ApiError as fault:
            if fault.status != _GONE:
                raise

    async def watch(self, path: str, version: str, **query: str) -> AsyncGenerator[Json]:
        """Events after a resource version, until the server ends it."""
        seconds = random.randint(_WATCH_SECONDS // 2, _WATCH_SECONDS)  # noqa: S311 # not all at once
        asked = {"watch": "1", "resourceVersion": version, "allowWatchBookmarks": "true"}
        asked |= {"timeoutSeconds": str(seconds), **query}
        async with self._stream(path, asked, seconds + SECONDS) as response:
            async for line in _lines(response):
                event = msgspec.json.decode(line)
                if event["type"] == "ERROR":
                    raise self._refusal(event["object"], event["object"].get("code", 500))
                yield event

    async def lines(self, path: str, **query: str) -> AsyncGenerator[str]:
        """The lines of a log as they come."""
        async with self._stream(path, query, None) as response:
            async for line in _lines(response):
                yield line.decode("utf-8", "replace")

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        kind: str = "application/json",
    ) -> Json:
        """One request; again where the server says that it is busy, for some seconds."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {"Content-Type": kind} if content else None
        for left in reversed(range(_TRIES)):
            with self._reached():
                response = await self._client.request(
                    method, path, params=query, content=content, headers=headers
                )
            pause = response.headers.get("Retry-After", "")
            if not left or response.status_code not in _BUSY or not pause.isdecimal():
                break
            await asyncio.sleep(min(float(pause), _LONGEST_PAUSE) + random.random())  # noqa: S311
        found = _json(response.content)
        if response.is_success and found is not None:
            return found
        raise self._refusal(found or {}, response.status_code)

    @asynccontextmanager
    async def _stream(
        self, path: str, query: Mapping[str, str], quiet: float | None
    ) -> AsyncIterator[httpx2.Response]:
        timeout = httpx2.Timeout(SECONDS, read=quiet)
        with self._reached():
            async with self._client.stream("GET", path, params=query, timeout=timeout) as response:
                if not response.is_success:
                    found = _json(await response.aread())
                    raise self._refusal(found or {}, response.status_code)
                yield response

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Turn what goes wrong on the way into an `ApiError`."""
        try:
            yield
        except ApiError:
            raise
        except self._fault as fault:  # a service account whose token's file is gone
            raise ApiError(f"{self._who} cannot be asked: {fault}") from fault
        except httpx2.TimeoutException as fault:
            raise ApiError(f"{self._who} does not answer in {SECONDS:g} s") from fault
        except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
            raise ApiError(f"{self._who} does not answer: {_cause(fault)}") from fault

    @property
    def _who(self) -> str:
        return f"the Kubernetes API at {self.server}"

    def _refusal(self, status: Mapping[str, Any], code: int) -> ApiError:
        """What a `Status` object says; for people it names the verb and the resource."""
        said = " ".join(str(status.get("message") or f"status {code}").split())[:_LONGEST_WORDS]
        hint = _HINTS.get(code, "")
        return ApiError(f"{self._who} refused: {said}{hint}", code, str(status.get("reason") or ""))


async def _lines(response: httpx2.Response) -> AsyncIterator[bytes]:
    """Lines by newlines alone: what a program writes may hold other breaks."""
    begun: list[bytes] = []
    async for chunk in response.aiter_bytes():
        first, *others = chunk.split(b"\n")
        begun.append(first)
        for each in others:
            yield b"".join(begun)
            begun = [each]
    if last := b"".join(begun):
        yield last


def _json(content: bytes) -> Json | None:
    try:
        found = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None


def _cause(fault: BaseException) -> str:
    """The words of the deepest error that has some: those of others only say that it failed."""
    words = ""
    cause: BaseException | None = fault
    while cause is not None:
        words = str(getattr(cause, "strerror", "") or cause) or words
        cause = cause.__cause__ or cause.__context__
    return " ".join(words.split()) or type(fault).__name__
