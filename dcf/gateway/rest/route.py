"""One route: what it is called by, who answers it, and everything it may answer.

The same record makes the server's routing table and the OpenAPI document, so neither can say what
the other does not.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

JSON, TEXT, NDJSON, ANY = "application/json", "text/plain", "application/x-ndjson", "*/*"
# A door's method, not yet bound to its door.
Handler = Callable[[Any, web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Answer:
    """One status a route may answer with.

    Attributes:
        meaning: For people.
        type: What the JSON body decodes to; None for a body of another kind, or none.
        media: The body's media type; empty when there is no body.
    """

    meaning: str
    type: Any = None
    media: str = ""


@dataclass(frozen=True)
class Parameter:
    """Something in the query or in a header that a route reads.

    Attributes:
        name: As on the wire.
        meaning: For people.
        type: What its text must decode to.
        where: `query` or `header`.
        required: Whether the call fails without it.
    """

    name: str
    meaning: str
    type: Any = str
    where: str = "query"
    required: bool = False


@dataclass(frozen=True)
class Route:
    """One row of the table of routes.

    Attributes:
        methods: HTTP methods, with a space between.
        path: With `{name}` for a part, and a pattern after a colon.
        handler: A door's method.
        summary: One line for people.
        answers: By status; errors that any route of its kind has are added by `every_answer`.
        body: What the JSON body decodes to, or the media type of a body of another kind.
        optional_body: Whether the body may be left out.
        parameters: In the query and in headers.
        guarded: Whether it is the gateway's own, for people with its password and for no web page
            but its own.
        page: Whether that page needs it before anybody is known.
        tag: Whose API it is.
    """

    methods: str
    path: str
    handler: Handler
    summary: str
    answers: Mapping[int | str, Answer]
    body: Any = None
    optional_body: bool = False
    parameters: tuple[Parameter, ...] = field(default=())
    guarded: bool = True
    page: bool = False
    tag: str = "OpenFaaS"

    @property
    def is_call(self) -> bool:
        """Whether it calls a function."""
        return not self.guarded and "{name" in self.path


def json_of(kind: Any, meaning: str = "done") -> Answer:  # noqa: ANN401 # a type of any kind
    """A JSON body."""
    return Answer(meaning, kind, JSON)


def text(meaning: str) -> Answer:
    """One line of text: how OpenFaaS tells errors."""
    return Answer(meaning, None, TEXT)


def nothing(meaning: str) -> Answer:
    """An empty body."""
    return Answer(meaning)
