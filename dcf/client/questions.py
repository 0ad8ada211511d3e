"""Questions to a gateway's own routes, and what their answers come down to."""

import json
from collections.abc import Callable, Mapping
from http.client import HTTPResponse
from typing import Any, TypeVar

from ..errors import AlreadyExists, Forbidden, GatewayRefused, NotAGateway, NotFound
from .connection import NO_HEADERS, Answer, Connection, Exchange
from .rest_wire import UNREADABLE, words_of

_MAX_WORDS = 64 << 10
_Read = TypeVar("_Read")


class Questions:
    """A gateway's routes below /system/, which alone are shown a password.

    Attributes:
        connection: To where it is.
    """

    def __init__(self, address: str, authorization: str, seconds: float) -> None:
        self.connection = Connection(address)
        self._authorization, self._seconds = authorization, seconds

    def read(self, path: str, reader: Callable[[Any], _Read]) -> _Read:
        """What a route's JSON says; raises `NotAGateway` when that is none."""
        return self.parsed(self.ask("GET", path), reader)

    def parsed(self, body: bytes, reader: Callable[[Any], _Read]) -> _Read:
        """What JSON says; raises `NotAGateway` when it is something else, or of other types."""
        try:
            return reader(json.loads(body))
        except UNREADABLE as fault:
            raise NotAGateway(
                f"what answers at {self.connection.address} is no gateway, or of another kind: "
                "name another with --gateway"
            ) from fault

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> bytes:
        """The body of a yes; raises what a no comes down to."""
        answer = self.system(Exchange(method, path, body, headers, self._seconds, self._seconds))
        if answer.status < 300:
            return answer.body
        raise self.refusal(answer.status, answer.body)

    def system(self, exchange: Exchange) -> Answer:
        """An answer of any status."""
        return self.connection.send(exchange._replace(headers=self.authorized(exchange.headers)))

    def asks_at_calls(self) -> bool:
        """Whether calls of functions need a login here, by the gateway's own description.

        A function could answer 401 itself to be shown one.
        """
        answer = self.connection.send(Exchange("GET", "/openapi.json", seconds=self._seconds))
        try:
            told = json.loads(answer.body)["paths"]["/function/{name}"]["post"]
            return answer.status == 200 and "security" in told
        except UNREADABLE:
            return False

    def authorized(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Headers with the password, where there is one."""
        if not self._authorization:
            return headers
        return {**headers, "Authorization": self._authorization}

    def refusal(self, status: int, body: bytes) -> Exception:
        """What a status and what was said with it come down to."""
        if status == 401:
            address = self.connection.address
            return GatewayRefused(
                f"the gateway at {address} wants a login, or another one "
                f"({words_of(status, body)}): use `dcf login -g {address}`"
            )
        kinds = {404: NotFound, 409: AlreadyExists}
        words = words_of(status, body)
        if status == 403 and "the role" in words:
            return Forbidden(words)
        return kinds.get(status, GatewayRefused)(words)

    def words(self, answer: HTTPResponse) -> bytes:
        """What is said with a refusal, as far as it is of use."""
        said = b""
        for piece in self.connection.pieces(answer):
            said += piece
            if len(said) > _MAX_WORDS:
                break
        return said
