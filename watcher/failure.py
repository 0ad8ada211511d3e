"""One call as every door makes it: an id, the runner, and an error in words a client may read."""

import logging
import re
import uuid
from dataclasses import dataclass

from .codes import HANDLER_ERROR, code_of, message_of
from .errors import BodyTooLarge

_log = logging.getLogger(__name__)
_ID = re.compile(r"[!-~]{1,128}")


@dataclass(frozen=True)
class Failure:
    """Why a call was not answered, as a client learns it.

    Attributes:
        code: a row of codes.STATUSES.
        message: one line, nothing of an unknown error's text in it.
        call_id: the id under which the log has the rest.
    """

    code: str
    message: str
    call_id: str


def new_id(given: str | None) -> str:
    """The id of a call.

    Args:
        given: the caller's, if it sent one.

    Returns:
        The given one where it is plain enough for headers and logs, else a new one.
    """
    if given and _ID.fullmatch(given):
        return given
    return str(uuid.uuid4())


def failure_of(error: BaseException, call_id: str) -> Failure:
    """Turns whatever was raised into a Failure; an unknown error's trace goes to the log alone.

    Args:
        error: what was raised.
        call_id: the call's id.

    Returns:
        What the client may know.
    """
    code = code_of(error)
    if code == HANDLER_ERROR:
        _log.error("the handler failed, call id %s", call_id, exc_info=error)
    return Failure(code, message_of(error, call_id), call_id)


def too_large(limit: int) -> BodyTooLarge:
    """The error for a body over the limit.

    Args:
        limit: MAX_BODY_BYTES.

    Returns:
        The error, to be raised or shown.
    """
    return BodyTooLarge(f"the body is over {limit} bytes; send less, or raise MAX_BODY_BYTES")
