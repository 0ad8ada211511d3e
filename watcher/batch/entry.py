"""One file's entry in the answer of a batch: its result, or why there is none."""

import base64

import msgspec

from ..failure import Failure
from ..reply import Reply
from .data import DataFile, clean

Entry = dict[str, object]
UNREADABLE = "unreadable_file"
REFUSED = "handler_status"
CRASHED = "handler_crashed"
_LINE = 200
_NESTED = 100


def answered(file: DataFile, reply: Reply) -> Entry:
    """The entry of a file that the handler answered.

    Args:
        file: which.
        reply: the handler's.

    Returns:
        `file` and `result`; or `error`, when the reply's status says that it is one.
    """
    if reply.status >= 400:
        line = first_line(reply.body)
        return _error(file, REFUSED, f"the handler answered with status {reply.status}: {line}")
    return {"file": file.name, "result": value_of(reply)}


def failed(file: DataFile, failure: Failure) -> Entry:
    """The entry of a file that the handler could not answer.

    Args:
        file: which.
        failure: why.

    Returns:
        `file` and `error`.
    """
    return _error(file, failure.code, failure.message)


def deadly(file: DataFile) -> Entry:
    """The entry of a file on which process after process died, and which is not tried again.

    Args:
        file: which.

    Returns:
        `file` and `error`.
    """
    return _error(file, CRASHED, "the process died on this file time and again")


def unreadable(file: DataFile, error: OSError) -> Entry:
    """The entry of a file that never reached the handler.

    Args:
        file: which.
        error: of the operating system.

    Returns:
        `file` and `error`.
    """
    return _error(file, UNREADABLE, f"the file cannot be read: {error.strerror}")


def value_of(reply: Reply) -> object:
    """What a reply is in JSON.

    Args:
        reply: the handler's.

    Returns:
        The value of JSON, text as a string, other bytes in base64. Text that begins like an object
        or a list and is JSON counts as such: many handlers answer with what `json.dumps` made.
    """
    kind = reply.content_type.partition(";")[0].strip().lower()
    is_json = kind == "application/json" or kind.endswith("+json")
    is_text = is_json or kind.startswith("text/")
    if is_json or (is_text and reply.body.lstrip()[:1] in (b"{", b"[")):
        try:
            return _decoded(reply.body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass  # then it is text
    if is_text:
        return reply.body.decode("utf-8", "replace")
    return base64.b64encode(reply.body).decode()


def first_line(body: bytes) -> str:
    """The first line of a text that has something on it.

    Args:
        body: what may be text.

    Returns:
        At most 200 characters, none of which moves a cursor.
    """
    text = body[: 4 * _LINE].decode("utf-8", "replace")
    line = next((one.strip() for one in text.splitlines() if one.strip()), "")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line[:_LINE])


def _decoded(body: bytes) -> object:
    """A value that can be put into lists and objects, and still be encoded."""
    if body.count(b"[") + body.count(b"{") > _NESTED:
        msgspec.json.decode(b"[" * _NESTED + body + b"]" * _NESTED)
    value: object = msgspec.json.decode(body)
    return value


def _error(file: DataFile, code: str, message: str) -> Entry:
    return {"file": file.name, "error": {"code": code, "message": clean(message)}}
