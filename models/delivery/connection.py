"""Questions to a gateway's REST, by the standard library alone; no answer is believed."""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any
from urllib.parse import urlsplit

from .errors import GatewayRefused, GatewayUnreachable

_SECONDS = 30.0
_MAX_ANSWER = 16 << 20
_PIECE = 1 << 16
_SHOWN = 1000


class Connection:
    """A gateway; each question has a connection of its own.

    Args:
        address: ``http(s)://host:port``.
        authorization: Value of that header, or nothing.
        seconds: How long a silence may last, and an answer take.

    Attributes:
        address: As given.
    """

    def __init__(self, address: str, authorization: str = "", seconds: float = _SECONDS) -> None:
        self.address = address
        self._seconds = seconds
        self._login = {"Authorization": authorization} if authorization else {}

    def ask(
        self,
        method: str,
        path: str,
        document: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - what JSON can hold
        """Asks, and gives what the answer's JSON says; None where it says nothing.

        Args:
            method: Of HTTP.
            path: With its query.
            document: Sent as JSON; nothing when None.
            headers: Sent along.

        Raises:
            GatewayUnreachable: Nobody answers, or not in time.
            GatewayRefused: The answer is not yes; the message is the gateway's own.
        """
        body = None if document is None else json.dumps(document).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        answer = self._yes(method, path, body, {**kind, **(headers or {})})
        try:
            return json.loads(answer) if answer.strip() else None
        except (ValueError, RecursionError) as error:
            raise self.stranger() from error

    def text(self, path: str) -> str:
        """Gets what is no JSON."""
        return self._yes("GET", path, None, {}).decode("utf-8", "replace")

    def has(self, path: str) -> bool:
        """Whether HEAD of a path is answered with yes."""
        status, answer, _ = self._exchange("HEAD", path, None, self._login)
        if status not in {200, 404}:
            raise self._refusal(status, answer)
        return status == 200

    def header(self, path: str, name: str) -> str:
        """A header of what GET of a function's path answers; the function is shown no login."""
        _, _, headers = self._exchange("GET", path, None, {})
        return str(headers.get(name, ""))

    def upload(self, path: str, file: IO[bytes], size: int, sent: Callable[[int], None]) -> None:
        """Puts a file.

        Args:
            path: Where.
            file: It, at its beginning.
            size: Its bytes.
            sent: Called with how many bytes more are on their way.
        """

        def pieces() -> Iterator[bytes]:
            while piece := file.read(_PIECE):
                yield piece
                sent(len(piece))

        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        self._yes("PUT", path, pieces(), headers)

    def stranger(self) -> GatewayRefused:
        """The error for an answer that no gateway gives."""
        return GatewayRefused(
            f"what answers at {self.address} is no gateway of this project: name one by --gateway"
        )

    def _yes(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None,
        headers: Mapping[str, str],
    ) -> bytes:
        """An answer that is yes."""
        status, answer, _ = self._exchange(method, path, body, {**self._login, **headers})
        if status >= 300:
            raise self._refusal(status, answer)
        return answer

    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None,
        headers: Mapping[str, str],
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        parts = urlsplit(self.address)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(parts.netloc, timeout=self._seconds)
        try:
            try:
                connection.request(
                    method, parts.path + path, body, {"User-Agent": "ssd", **headers}
                )
            except (BrokenPipeError, ConnectionResetError, TimeoutError):
                # Who refuses an upload says why, and need not read all of it.
                if connection.sock is None:
                    raise
            with connection.getresponse() as answer:
                return answer.status, self._whole(answer), answer.headers
        except (OSError, http.client.HTTPException) as error:
            said = " ".join(str(error).split())[:_SHOWN] or type(error).__name__
            raise GatewayUnreachable(
                f"no gateway answers at {self.address} ({said}): start one with "
                "`dcf gateway start`, or name another by --gateway"
            ) from error
        finally:
            connection.close()

    def _whole(self, answer: http.client.HTTPResponse) -> bytes:
        """All of an answer, if it is not too much and does not come too slowly."""
        end, body = time.monotonic() + self._seconds, bytearray()
        while piece := answer.read1(_PIECE):
            body += piece
            if len(body) > _MAX_ANSWER:
                raise self.stranger()
            if time.monotonic() > end:
                raise TimeoutError(f"the answer is not whole after {self._seconds:g} s")
        if answer.length:
            raise http.client.IncompleteRead(b"", answer.length)
        return bytes(body)

    def _refusal(self, status: int, answer: bytes) -> GatewayRefused:
        said = answer.decode(errors="replace").strip()[:_SHOWN]
        if status == 401:
            return GatewayRefused(
                f"the gateway at {self.address} wants a login, or another one: use "
                f"`dcf login -g {self.address}`",
                status,
            )
        said = said or f"the gateway at {self.address} answered with {status}"
        return GatewayRefused(said, status)
