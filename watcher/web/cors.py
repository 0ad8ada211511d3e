"""Which web pages may read what the function answers: none, unless CORS_ORIGINS names them.

A browser's question (preflight) is answered here, so that the handler never runs for it.
"""

import re
from typing import TYPE_CHECKING

from ..reply import Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ANY = "*"
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_SHOWN = "X-Call-Id, X-Duration-Seconds, Server-Timing, Retry-After"
_SECONDS = "600"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_MOST = 64
_PREFIX = "access-control-"


class Cors:
    """The origins that may, and the headers that say so."""

    def __init__(self, origins: str) -> None:
        """Takes the setting's value: origins with commas, or `*`."""
        self._origins = frozenset(origins.split(","))

    def preflight(self, environ: "WSGIEnvironment") -> Reply | None:
        """The answer to a browser's question, without the headers of `add`.

        Args:
            environ: the request, as WSGI has it.

        Returns:
            A Reply without a body, or None for a request that is no such question.
        """
        asks = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ and "HTTP_ORIGIN" in environ
        if environ["REQUEST_METHOD"] != "OPTIONS" or not asks:
            return None
        if not self._said_to(environ["HTTP_ORIGIN"]):
            return Reply(status=204)
        headers = [
            ("Access-Control-Allow-Methods", _METHODS),
            ("Access-Control-Max-Age", _SECONDS),
        ]
        wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").split(",")[:_MOST]
        names = [name for each in wanted if _NAME.fullmatch(name := each.strip().lower())]
        if names:
            headers.append(("Access-Control-Allow-Headers", ", ".join(names)))
        return Reply(status=204, headers=tuple(headers))

    def add(self, headers: list[tuple[str, str]], origin: str, *, own: bool) -> None:
        """Says on a reply who may read it.

        Args:
            headers: of the reply; changed.
            origin: the page's; empty for a caller that is none.
            own: whether the reply is ours, not a handler's with an opinion of its own.
        """
        if not own:
            headers[:] = [pair for pair in headers if not pair[0].lower().startswith(_PREFIX)]
        headers += self._said_to(origin)
        if _ANY not in self._origins:
            named = [value for name, value in headers if name.lower() == "vary"]
            headers[:] = [pair for pair in headers if pair[0].lower() != "vary"]
            headers.append(("Vary", ", ".join([*named, "Origin"])))

    def _said_to(self, origin: str) -> list[tuple[str, str]]:
        shown = ("Access-Control-Expose-Headers", _SHOWN)
        if _ANY in self._origins:
            return [("Access-Control-Allow-Origin", _ANY), shown]
        if origin.lower() not in self._origins:
            return []
        named = ("Access-Control-Allow-Origin", origin)
        return [named, ("Access-Control-Allow-Credentials", "true"), shown]
