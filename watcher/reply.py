"""What a handler answered, made into bytes a door can send.

A handler may answer with str, bytes, None, what `json_body.py` makes JSON of, or any object with a
`body` and, as it likes, `content_type`, `headers`, `status`, `timings_ms`; Flask's responses, too.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from . import json_body
from .errors import BadReply

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
BINARY = "application/octet-stream"
MAX_STAGES = 16
# The server writes these itself; a second copy would break the framing of the reply.
_OURS = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailers",
     "trailer", "transfer-encoding", "upgrade", "content-length", "content-type", "server-timing",
     "date", "server", "x-call-id", "x-duration-seconds")
)  # fmt: skip
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_STAGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")


class Reply(msgspec.Struct, frozen=True):
    """One answer, ready to send.

    Attributes:
        body: the bytes of the answer.
        content_type: what they are.
        status: an HTTP status, 200 to 599.
        headers: further headers, names and values checked.
        timings_ms: stage name -> milliseconds, at most MAX_STAGES of them.
    """

    body: bytes = b""
    content_type: str = TEXT
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    timings_ms: Mapping[str, float] = msgspec.field(default_factory=dict)


def from_answer(answer: object) -> Reply:
    """Makes a Reply of what a handler returned.

    Args:
        answer: any of the forms of the module's docstring.

    Returns:
        A Reply whose every part can be sent.

    Raises:
        BadReply: it cannot be sent; the message says what is wrong.
    """
    if isinstance(answer, Reply):
        return answer
    if hasattr(answer, "body"):
        return _from_object(answer)
    if hasattr(answer, "get_data") and hasattr(answer, "status_code"):
        return _from_response(answer)
    body, content_type = encode(answer)
    return Reply(body, content_type)


def build(
    answer: object,
    *,
    content_type: object = None,
    status: object = 200,
    headers: object = None,
    timings_ms: object = None,
) -> Reply:
    """Makes a Reply of a body and what goes with it, each checked.

    Args:
        answer: the body: str, bytes, something JSON can hold, or None.
        content_type: what the body is, or None for what its type suggests.
        status: an HTTP status.
        headers: a mapping or pairs of further headers, a value perhaps a list of them; or None.
        timings_ms: a mapping of stage names to milliseconds, or None.

    Returns:
        A Reply whose every part can be sent.

    Raises:
        BadReply: a part cannot be sent.
    """
    body, guessed = encode(answer)
    pairs = _headers(headers or {})
    given = content_type or {name.lower(): text for name, text in pairs}.get("content-type")
    return Reply(
        body,
        _header_text("content-type", given) if given else guessed,
        _status(status),
        _theirs(pairs),
        _timings(timings_ms),
    )


def extended(reply: Reply, status: object, headers: object) -> Reply:
    """A Reply with another status and further headers.

    Args:
        reply: what there is.
        status: an HTTP status, or None to leave it.
        headers: as for `build`; a content type among them wins.

    Returns:
        A Reply whose every part can be sent.

    Raises:
        BadReply: a part cannot be sent.
    """
    pairs = _headers(headers or {})
    kinds = [text for name, text in pairs if name.lower() == "content-type"]
    return replace(
        reply,
        content_type=kinds[-1] if kinds else reply.content_type,
        status=reply.status if status is None else _status(status),
        headers=(*reply.headers, *_theirs(pairs)),
    )


def encode(answer: object) -> tuple[bytes, str]:
    """Turns a body into bytes.

    Args:
        answer: str, bytes, something JSON can hold, or None.

    Returns:
        The bytes, and the content type that suits them.

    Raises:
        BadReply: it is nothing of these.
    """
    if isinstance(answer, bytes):
        return answer, BINARY
    if answer is None:
        return b"", TEXT
    if isinstance(answer, (bytearray, memoryview)):
        return bytes(answer), BINARY
    if not isinstance(answer, str):
        return json_body.encode(answer), JSON
    try:
        return answer.encode(), TEXT
    except UnicodeEncodeError as error:
        raise BadReply(f"the handler answered with a str that cannot be sent: {error}") from None


def _from_object(answer: object) -> Reply:
    return build(
        getattr(answer, "body", None),
        content_type=getattr(answer, "content_type", None),
        status=getattr(answer, "status", None) or 200,
        headers=getattr(answer, "headers", None),
        timings_ms=getattr(answer, "timings_ms", None),
    )


def _from_response(response: Any) -> Reply:  # noqa: ANN401 - Flask's and werkzeug's, not imported
    """Flask's responses, whole; a file's are read, as no server takes its descriptor here."""
    response.direct_passthrough = False
    return build(
        response.get_data(),
        content_type=response.headers.get("Content-Type"),
        status=response.status_code,
        headers=response.headers,
    )


def _status(status: object) -> int:
    """Also `404 NOT FOUND` and an HTTPStatus."""
    try:
        number = int(str(int(status) if isinstance(status, int) else status).split(" ", 1)[0])
    except ValueError:
        number = 0
    if not 200 <= number <= 599:
        raise BadReply(f"the handler answered with status {status!r}; it must be 200 to 599")
    return number


def _theirs(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in pairs if pair[0].lower() not in _OURS)


def _headers(headers: object) -> list[tuple[str, str]]:
    """Of a mapping, or of pairs; a name may have a list of values, as cookies do."""
    pairs: list[tuple[str, str]] = []
    for name, value in _named(headers):
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            raise BadReply(f"the handler's header name {name!r} is not a token")
        values = value if isinstance(value, (list, tuple, set)) else (value,)
        pairs += [(name, _header_text(name, each)) for each in values]
    return pairs


def _named(headers: Any) -> list[tuple[object, object]]:  # noqa: ANN401 - whatever a handler gave
    try:
        found = headers.items() if hasattr(headers, "items") else headers
        # pylint: disable-next=unnecessary-comprehension # each must be a pair
        return [(name, value) for name, value in found]
    except (TypeError, ValueError):
        kind = type(headers).__name__
        raise BadReply(
            f"the handler's headers are a {kind}, not a mapping or a list of (name, value)"
        ) from None


def _header_text(name: str, value: object) -> str:
    text = str(value)
    # A line end in a value would let whoever chose the value write headers of his own.
    if not text.isprintable() or not text.isascii():
        raise BadReply(f"the handler's header {name} has characters that a header cannot hold")
    return text


def _timings(timings: object) -> Mapping[str, float]:
    """Stage times are an extra: what does not fit is dropped, never an error."""
    if not isinstance(timings, Mapping):
        return {}
    kept: dict[str, float] = {}
    for name, value in timings.items():
        if len(kept) == MAX_STAGES:
            break
        if isinstance(name, str) and _STAGE.fullmatch(name) and isinstance(value, (int, float)):
            kept[name] = float(value)
    return kept
