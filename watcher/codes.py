"""The one table of what a call can fail with: error code -> HTTP status and gRPC status.

An error is known by its `code` alone; which room raised it does not matter. A code of the handler's
own needs a `status` beside it. Whatever has neither row nor status is a `handler_error`.
"""

import re
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


_OWN_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
# What HTTP's statuses are over gRPC, for codes of a handler's own.
_GRPC = {
    401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ABORTED",
    412: "FAILED_PRECONDITION", 429: "RESOURCE_EXHAUSTED", 501: "UNIMPLEMENTED",
    503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip


def code_of(error: BaseException) -> str:
    """The code of an error, or `handler_error` when it has none.

    Args:
        error: anything that was raised.

    Returns:
        A key of STATUSES, or a code of the handler's own, which has a status of its own.
    """
    code = getattr(error, "code", None)
    if not isinstance(code, str) or not isinstance(getattr(error, "message", None), str):
        return HANDLER_ERROR
    if code in STATUSES or (_OWN_CODE.fullmatch(code) and own_status_of(error)):
        return code
    return HANDLER_ERROR


def own_status_of(error: BaseException) -> int:
    """The HTTP status that an error brings along, from 400 to 599; 0 when it has none."""
    status = getattr(error, "status", None)
    return int(status) if isinstance(status, int) and 400 <= status <= 599 else 0


def status_of(code: str, own: int) -> Status:
    """How a code travels.

    Args:
        code: of `code_of`.
        own: of `own_status_of`; the table's rows need none.
    """
    return STATUSES.get(code) or Status(own, _GRPC.get(own, _class_of(own)))


def _class_of(http: int) -> str:
    return "INVALID_ARGUMENT" if http < 500 else "INTERNAL"


def message_of(error: BaseException) -> str:
    """What a client may read about an error that has a code, in one line."""
    return " ".join(str(getattr(error, "message", "")).split())
