"""One call as every door makes it: an id, the runner, and an error in words a client may read."""

import logging
import re
import shlex
import uuid

import msgspec

from .call_log import CALL, TRACE
from .codes import HANDLER_ERROR, Status, code_of, message_of, own_status_of, status_of
from .errors import BadReply, BodyTooLarge, TimedOut
from .user_trace import in_words, place_of

_log = logging.getLogger(__name__)
_ID = re.compile(r"[!-~]{1,128}")


class Failure(msgspec.Struct, frozen=True):
    """Why a call was not answered, as a client learns it.

    Attributes:
        code: a row of codes.STATUSES, or the handler's own.
        message: one line, nothing of an unknown error's text in it.
        call_id: the id under which the log has the rest.
        own_status: of HTTP, for a code of the handler's own.
        headers: what the error brings to go with the answer, in whatever form.
    """

    code: str
    message: str
    call_id: str
    own_status: int = 0
    headers: object = None

    @property
    def status(self) -> Status:
        """How it travels."""
        return status_of(self.code, self.own_status)


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


def failure_of(error: BaseException, call_id: str, log_command: str = "") -> Failure:
    """Turns whatever was raised into a Failure; what is nobody else's business goes to the log.

    Args:
        error: what was raised.
        call_id: the call's id.
        log_command: LOG_COMMAND.

    Returns:
        What the client may know, and where they find more.
    """
    code = code_of(error)
    if code == HANDLER_ERROR:
        _log_failure(error, call_id)
        return Failure(code, f"the handler failed; {_pointer(call_id, log_command)}", call_id)
    message = message_of(error)
    if isinstance(error, TimedOut) and error.where.place:
        extra = {CALL: call_id, TRACE: error.where.stack}
        _log.warning("%s; it is at %s", message, error.where.place, extra=extra)
        message += f"; {_pointer(call_id, log_command)}"
    headers = getattr(error, "headers", None)
    return Failure(code, message, call_id, own_status_of(error), headers)


def _log_failure(error: BaseException, call_id: str) -> None:
    """One line that says what and where; below it the trace, unless the line says it all."""
    extra = {CALL: call_id}
    if isinstance(error, BadReply):
        _log.error("the reply cannot be sent: %s", error.message, extra=extra)
        return
    place = place_of(error)
    at = f" at {place}" if place else ""
    _log.error("the handler failed%s: %s", at, in_words(error), exc_info=error, extra=extra)


def _pointer(call_id: str, log_command: str) -> str:
    """Where the log is to be found, as far as this process knows."""
    if log_command:
        return f"see `{log_command} --call {shlex.quote(call_id)}`"
    return f"see the log under call id {call_id}"


def too_large(limit: int) -> BodyTooLarge:
    """The error for a body over the limit.

    Args:
        limit: MAX_BODY_BYTES.

    Returns:
        The error, to be raised or shown.
    """
    return BodyTooLarge(f"the body is over {limit} bytes; send less, or raise MAX_BODY_BYTES")
