"""What a door hands to a handler, whatever protocol the call came by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qsl

from .errors import BadRequest
from .trace_context import Trace

MAX_QUERY_FIELDS = 256

# pylint: disable=invalid-name # Info and its parts have the wire's names, since handlers read those


class Headers(Mapping[str, str]):
    """Header names and values; names are looked up in any case and listed as `Content-Type`."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] = MappingProxyType({})) -> None:
        """Takes a mapping of names, in any case, to values."""
        self._values = {name.lower(): value for name, value in values.items()}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return (name.title() for name in self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        # Values may be secrets (Authorization), and this text may land in a log.
        return f"Headers({', '.join(self)})"


@dataclass(frozen=True)
class Resources:
    """Resources of the function, as the caller of FxWatcher stated them; fields as on the wire."""

    Memory: str = ""
    CPU: str = ""
    GPU: str = ""


@dataclass(frozen=True)
class Trigger:
    """What set off the call, as the caller of FxWatcher stated it; fields as on the wire."""

    Name: str = ""
    Topic: str = ""
    Time: str = ""


NO_RESOURCES = Resources()
NO_TRIGGER = Trigger()


@dataclass(frozen=True)
class Info:
    """FxWatcher's Info: attributes have the names of the wire, since handlers read those."""

    FunctionName: str = ""
    Timeout: str = ""
    Runtime: str = ""
    Limits: Resources = NO_RESOURCES
    Trigger: "Trigger" = NO_TRIGGER


NO_INFO = Info()


@dataclass
class Turn:
    """What becomes of a call while it waits and runs; whoever runs it writes, the handler reads.

    Attributes:
        expired: nobody waits for the answer any more.
        may_defer: the handler may raise an error with `defer`, and is called again where long
            calls run.
    """

    expired: bool = False
    may_defer: bool = False


@dataclass(frozen=True)
class Request:
    """One call.

    Attributes:
        input: the body, as it came.
        content_type: as the caller said; empty when it said nothing. Never believed, only told.
        accept: the caller's Accept; empty when it said nothing.
        query: option names to values, decoded; the last of repeated ones.
        headers: names in any case.
        method: upper case; `POST` for gRPC.
        path: decoded, begins with a slash; `/` for gRPC.
        call_id: the id of this call in replies and logs.
        info: FxWatcher's Info.
        turn: how it stands with this call.
        trace: headers of the trace that it belongs to; what it calls is given them, too.
    """

    input: bytes
    content_type: str = ""
    accept: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Headers = field(default_factory=Headers)
    method: str = "POST"
    path: str = "/"
    call_id: str = ""
    info: Info = NO_INFO
    turn: Turn = field(default_factory=Turn, compare=False, repr=False)
    trace: Trace = ()


class Query(dict[str, str]):
    """Option names to values, the last of repeated ones.

    Attributes:
        pairs: all of them, in the order they came.
    """

    __slots__ = ("pairs",)

    def __init__(self, pairs: tuple[tuple[str, str], ...] = ()) -> None:
        """Takes names and values in the order they came."""
        super().__init__(pairs)
        self.pairs = pairs


def parse_query(text: str) -> Query:
    """Decodes a query.

    Args:
        text: the part behind the question mark, URL-encoded.

    Returns:
        Names to values; a name without a value has an empty one, the last of repeated ones wins.

    Raises:
        BadRequest: there are more than MAX_QUERY_FIELDS fields.
    """
    if not text:
        return Query()
    if text.count("&") >= MAX_QUERY_FIELDS:
        raise BadRequest(
            f"the query has over {MAX_QUERY_FIELDS} fields; send options in a JSON body instead"
        )
    return Query(tuple(parse_qsl(text, keep_blank_values=True)))
