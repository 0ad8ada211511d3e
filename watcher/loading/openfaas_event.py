"""What OpenFaaS' templates give to a handler: an event and a context.

There they are made of Flask's request; here they answer the same questions without it.
"""

# `type` and what it gives are Flask's words.
# ruff: noqa: A002, ANN401
# pylint: disable=redefined-builtin

import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..request import Headers, Request


class Arguments(dict[str, str]):
    """The query, as Flask's `request.args` has it: of repeated names the first value counts.

    A dict as that is, so that a handler can answer with it.
    """

    __slots__ = ("_lists",)

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        """Takes names and values in the order they came."""
        super().__init__(reversed(pairs))
        self._lists: dict[str, list[str]] = {}
        for name, value in pairs:
            self._lists.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        return f"Arguments({', '.join(self)})"

    def get(self, key: str, default: Any = None, type: Callable[[str], Any] | None = None) -> Any:
        """One value; the default where there is none, or none that `type` takes."""
        return _converted(self, key, default, type)

    def getlist(self, key: str, type: Callable[[str], Any] | None = None) -> list[Any]:
        """Every value of a name, without those that `type` does not take."""
        return _all_converted(self._lists.get(key, []), type)

    def lists(self) -> Iterator[tuple[str, list[str]]]:
        """Names with all their values."""
        return ((name, list(values)) for name, values in self._lists.items())

    def to_dict(self, flat: bool = True) -> dict[str, Any]:
        """A plain dict: of the first values, or of lists."""
        return dict(self) if flat else dict(self.lists())


class EventHeaders(Mapping[str, str]):
    """Headers with Flask's ways to ask for them; names in any case."""

    __slots__ = ("_headers",)

    def __init__(self, headers: Headers) -> None:
        """Takes the request's."""
        self._headers = headers

    def __getitem__(self, name: str) -> str:
        return self._headers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)

    def __repr__(self) -> str:
        return repr(self._headers)

    def get(self, key: str, default: Any = None, type: Callable[[str], Any] | None = None) -> Any:
        """One value; the default where there is none, or none that `type` takes."""
        return _converted(self, key, default, type)

    def getlist(self, key: str, type: Callable[[str], Any] | None = None) -> list[Any]:
        """What came under a name: one text, as WSGI joins repeated headers."""
        return _all_converted([self[key]] if key in self else [], type)

    get_all = getlist


def _converted(
    values: Mapping[str, str], key: str, default: object, kind: Callable[[str], Any] | None
) -> object:
    try:
        return values[key] if kind is None else kind(values[key])
    except (KeyError, ValueError, TypeError):
        return default


def _all_converted(values: list[str], kind: Callable[[str], Any] | None) -> list[Any]:
    if kind is None:
        return list(values)
    found = []
    for value in values:
        try:
            found.append(kind(value))
        except (ValueError, TypeError):
            continue
    return found


@dataclass(frozen=True)
class Event:
    """OpenFaaS's event.

    Attributes:
        body: the request's body.
        headers: names in any case.
        method: upper case.
        query: names to values.
        path: begins with a slash.
    """

    body: bytes
    headers: EventHeaders
    method: str
    query: Arguments
    path: str

    @classmethod
    def of(cls, request: Request) -> "Event":
        """Makes the event of a request."""
        query = Arguments(getattr(request.query, "pairs", tuple(request.query.items())))
        headers = EventHeaders(request.headers)
        return cls(request.input, headers, request.method, query, request.path)


@dataclass(frozen=True)
class Context:
    """OpenFaaS's context."""

    @cached_property
    def hostname(self) -> str:
        """The name of this machine."""
        return socket.gethostname()
