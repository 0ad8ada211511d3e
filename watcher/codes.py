"""The one table of what a call can fail with: error code -> HTTP status and gRPC status.

An error is known by its `code` alone; which room raised it does not matter. Whatever has no row
here is a `handler_error`.
"""

from typing import NamedTuple


class Status(NamedTuple):
    """How a code travels: `http` is a status number, `grpc` a name of grpc.StatusCode."""

    http: int
    grpc: str


HANDLER_ERROR = "handler_error"

STATUSES: dict[str, Status] = {
    # The caller's input.
    "empty_input": Status(400, "INVALID_ARGUMENT"),
    "not_an_image": Status(400, "INVALID_ARGUMENT"),
    "bad_base64": Status(400, "INVALID_ARGUMENT"),
    "truncated_image": Status(400, "INVALID_ARGUMENT"),
    "unsupported_format": Status(415, "INVALID_ARGUMENT"),
    "too_many_pixels": Status(413, "INVALID_ARGUMENT"),
    "too_costly": Status(413, "INVALID_ARGUMENT"),
    "body_too_large": Status(413, "RESOURCE_EXHAUSTED"),
    "bad_option": Status(400, "INVALID_ARGUMENT"),
    # The state of the process.
    "overloaded": Status(429, "RESOURCE_EXHAUSTED"),
    "not_ready": Status(503, "UNAVAILABLE"),
    "timeout": Status(504, "DEADLINE_EXCEEDED"),
    # Nobody reads this one; 499 is how it stands in logs and metrics, as with nginx.
    "caller_left": Status(499, "CANCELLED"),
    # What an event names; it is sent again.
    "storage_failed": Status(503, "UNAVAILABLE"),
    # The handler.
    HANDLER_ERROR: Status(500, "INTERNAL"),
    # The protocol below the call; these never reach a handler.
    "bad_request": Status(400, "INVALID_ARGUMENT"),
    "slow_request": Status(408, "DEADLINE_EXCEEDED"),
    "headers_too_large": Status(431, "INVALID_ARGUMENT"),
    "method_not_allowed": Status(405, "UNIMPLEMENTED"),
}


def code_of(error: BaseException) -> str:
    """The table's code of an error, or `handler_error` when it has none of its own.

    Args:
        error: anything that was raised.

    Returns:
        A key of STATUSES.
    """
    code = getattr(error, "code", None)
    message = getattr(error, "message", None)
    if isinstance(code, str) and isinstance(message, str) and code in STATUSES:
        return code
    return HANDLER_ERROR


def message_of(error: BaseException, call_id: str) -> str:
    """What a client may read about an error; the text of an unknown one stays in the log.

    Args:
        error: anything that was raised.
        call_id: the call's id, for finding the log's lines.

    Returns:
        One line.
    """
    if code_of(error) == HANDLER_ERROR:
        return f"the handler failed, call id {call_id}"
    return " ".join(str(getattr(error, "message", "")).split())
