"""What a call brought, whoever made the request object: its body, unpacked, and its query."""

from urllib.parse import parse_qsl

import msgspec

from .errors import BadOption
from .limits import FORM_FIELDS, most_unpacked

_GZIP = b"\x1f\x8b\x08"


class Body(msgspec.Struct, frozen=True):
    """A body.

    Attributes:
        content: Its bytes, without the codings that its header names.
        size: How many bytes came: what a call may ask for goes by them.
    """

    content: bytes
    size: int


def read_body(request: object, most: int) -> Body:
    """Takes the body of a call.

    Args:
        request: Anything with ``input``; ``headers`` are used where it has them.
        most: Bytes that it may have unpacked.

    Returns:
        The body.

    Raises:
        PayloadError: Its coding cannot be undone.
    """
    body = getattr(request, "input", b"") or b""
    if isinstance(body, str):
        body = body.encode("utf-8", "replace")
    headers = getattr(request, "headers", None) or {}
    # The watcher's take any case, a plain dictionary may have either.
    coding = headers.get("Content-Encoding") or headers.get("content-encoding")
    # Not every door has headers, and no image begins so.
    if not coding and body.startswith(_GZIP):
        coding = "gzip"
    if not coding or not body:
        return Body(body, len(body))
    # Imported when a body is packed: hardly any is.
    from .coding import unpacked

    allowed = most_unpacked(len(body), most)
    return Body(unpacked(body, str(coding), allowed), len(body))


def read_query(request: object) -> dict[str, str]:
    """The query of a call as option names and text, from a mapping or the bare string.

    Raises:
        BadOption: It has more fields than a form may have.
    """
    query = getattr(request, "query", None) or {}
    if isinstance(query, bytes):
        query = query.decode("utf-8", "replace")
    if isinstance(query, str):
        if query.count("&") >= FORM_FIELDS.most:
            raise BadOption(
                f"the query has {query.count('&') + 1:,} fields, at most {FORM_FIELDS.most} are "
                "allowed: send options alone"
            )
        return dict(parse_qsl(query, keep_blank_values=True))
    return {
        str(name): str(value[-1]) if isinstance(value, list | tuple) and value else str(value)
        for name, value in query.items()
    }
