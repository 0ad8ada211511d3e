"""CloudEvents that carry or name a picture, answered through the HTTP door.

Nobody waits for the answer of an event: it becomes one line of JSON.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from ..batch.entry import value_of
from ..errors import BadRequest, CallError
from ..failure import failure_of, new_id
from ..reply import BINARY, JSON, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_ATTRIBUTES = ("id", "source", "type", "subject")
# What a sender should try again: the function was full, stopping, or something failed.
_AGAIN = frozenset((408, 425, 429))


class Event(Protocol):
    """A CloudEvent as its Python library hands it over."""

    data: Any

    def get(self, key: str, default: object = None) -> Any:  # noqa: ANN401 # the library's
        """An attribute."""


@dataclass(frozen=True)
class Outcome:
    """What came of an event.

    Attributes:
        line: for the log: `event`, and `result` or `error`.
        again: the status to refuse the event with, so that it is sent again; 0 when it is done.
    """

    line: Mapping[str, object]
    again: int = 0


@dataclass(frozen=True)
class EventDoor:
    """Answers events.

    Attributes:
        app: the HTTP door: an event's call is limited, counted and logged like any other.
        fetch: bucket, name, limit and seconds -> content.
        limit: bytes of a picture, at most.
        seconds: for fetching one.
    """

    app: "WSGIApplication"
    fetch: Callable[[str, str, int, float], bytes]
    limit: int
    seconds: float

    def answer(self, event: Event) -> Outcome:
        """Answers one event.

        Args:
            event: whose data is a picture in any form of a call, or names one in a bucket.

        Returns:
            The outcome.
        """
        told = {key: event.get(key) for key in _ATTRIBUTES if event.get(key)}
        call_id = new_id(str(told.get("id", "")))
        try:
            body, content_type = self._body(event.data, event.get("datacontenttype") or "")
        except CallError as refused:
            failure = failure_of(refused, call_id)
            wrong = {"code": failure.code, "message": failure.message, "call_id": call_id}
            status = failure.status.http
            return Outcome({"event": told, "error": wrong}, _again(status))
        headers = [("X-Call-Id", call_id)]
        environ = EnvironBuilder(
            method="POST", data=body, content_type=content_type or BINARY, headers=headers
        ).get_environ()
        answer = Response.from_app(self.app, environ, buffered=True)
        value = value_of(Reply(answer.get_data(), answer.content_type or ""))
        if answer.status_code < 400:
            return Outcome({"event": told, "result": value})
        error = value.get("error", value) if isinstance(value, dict) else value
        return Outcome({"event": told, "error": error}, _again(answer.status_code))

    def _body(self, data: Any, content_type: str) -> tuple[bytes, str]:  # noqa: ANN401 # any JSON
        """What the data is as the body of a call, and its content type."""
        if data is None:
            return b"", ""
        if isinstance(data, (bytes, str)):
            return data.encode() if isinstance(data, str) else data, content_type
        if isinstance(data, Mapping):
            message = data.get("message")
            if isinstance(message, Mapping) and "data" in message:
                return _published(message["data"]), ""  # of Pub/Sub
            if data.get("bucket") and data.get("name"):
                place = str(data["bucket"]), str(data["name"])
                return self.fetch(*place, self.limit, self.seconds), ""
        return msgspec.json.encode(data), JSON


def _published(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest("the event's message.data is not base64") from None


def _again(status: int) -> int:
    return status if status >= 500 or status in _AGAIN else 0
