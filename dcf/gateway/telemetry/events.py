"""Everything that the gateway tells its log, one line an event, under names that stay.

An event carries what an operator needs and nothing of what callers send: no body, no query, no
header, no value of a secret or of an environment.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

DEBUG, INFO, WARNING = logging.DEBUG, logging.INFO, logging.WARNING
_log = logging.getLogger("dcf.gateway.events")


@dataclass(frozen=True)
class Event:
    """One kind of line.

    Attributes:
        name: What programs know it by.
        level: Of the standard library's.
        fields: What it has, with a blank between.
        meaning: For people.
        is_summed: Whether callers can bring it about as often as they like: beyond a few a minute
            it is counted, and told in one line.
    """

    name: str
    level: int
    fields: str
    meaning: str
    is_summed: bool = False


@dataclass(frozen=True)
class Told:
    """One event that happened; a log record's message.

    Attributes:
        event: Its kind.
        fields: What there is to it.
    """

    event: Event
    fields: Mapping[str, object]

    def __str__(self) -> str:
        return " ".join((self.event.name, *(f"{key}={each}" for key, each in self.fields.items())))


STARTED = Event(
    "gateway_started", INFO, "rest grpc version pid ...",
    "the doors are open; every setting in force follows, of a password only that there is one",
)  # fmt: skip
STOPPING = Event("gateway_stopping", INFO, "signal", "it was asked to end and drains")
STOPPED = Event("gateway_stopped", INFO, "seconds", "everything that it started has ended")
DEPLOYED = Event("function_deployed", INFO, "function image replicas by", "a deploy was accepted")
UPDATED = Event("function_updated", INFO, "function image replicas by", "an update was accepted")
ROLLED_BACK = Event(
    "function_rolled_back", INFO, "function revision by",
    "a rollback was accepted; `revision` is the new one",
)  # fmt: skip
SCALED = Event("function_scaled", INFO, "function replicas", "so many replicas are wanted")
AUTOSCALED = Event(
    "function_autoscaled", INFO, "function replicas before load",
    "its load asked for more or fewer replicas; `before` 0: a call woke it",
)  # fmt: skip
DELETED = Event("function_deleted", INFO, "function", "it is off the list and drains")
SECRET_PUT = Event("secret_put", INFO, "secret", "a secret was created or changed")
SECRET_DELETED = Event("secret_deleted", INFO, "secret", "a secret was deleted")
CHANGE_REFUSED = Event(
    "change_refused", INFO, "change code function", "one of the above was refused", True
)
ROLLOUT_STEP = Event(
    "rollout_step", INFO, "function revision step",
    "a rollout goes on: `preparing`, `starting`, `canary`, `shadow`, `trial`, `keeping`, "
    "`retrying`, or `restoring` after a start of the gateway",
)  # fmt: skip
CANDIDATE_READY = Event(
    "candidate_ready", INFO, "function revision serving mode share",
    "a canary or shadow is ready beside the revision that serves, and is judged",
)  # fmt: skip
CANDIDATE_SETTLED = Event(
    "candidate_settled", INFO, "function revision keep reason",
    "a canary or shadow takes over, or it is drained; the reason has the figures",
)  # fmt: skip
ROLLOUT_ENDED = Event(
    "rollout_ended",
    INFO,
    "function revision seconds reason",
    "a shadow has reported; it is drained",
)
ROLLOUT_READY = Event("rollout_ready", INFO, "function revision seconds", "it serves")
ROLLOUT_FAILED = Event(
    "rollout_failed", WARNING, "function revision seconds reason",
    "it cannot become ready; what served before serves on",
)  # fmt: skip
ROLLOUT_REPLACED = Event(
    "rollout_replaced", INFO, "function revision seconds", "it was given up for a newer one"
)
RESTORED = Event(
    "function_restored", INFO, "function revision seconds result reason",
    "a function is back after a start of the gateway, or is not",
)  # fmt: skip
REPLICA_READY = Event("replica_ready", INFO, "function revision replica", "it takes calls")
REPLICA_RESTARTED = Event(
    "replica_restarted", WARNING, "function revision replica kind reason",
    "its process ended by itself and is started again; what the function had written last is in "
    "its own log, not here",
)  # fmt: skip
CRASH_LOOP = Event(
    "crash_loop", WARNING, "function revision replica reason",
    "a replica has ended three times or more in a row; told once, until it has run for 10 s",
)  # fmt: skip
REPLICA_ENDED = Event("replica_ended", INFO, "function revision replica", "it was drained")
LOGIN_ACCEPTED = Event(
    "login_accepted", INFO, "door peer by",
    "a password or token was right; told once an hour for an address",
)  # fmt: skip
LOGIN_REFUSED = Event(
    "login_refused", WARNING, "door code peer",
    "a password or token was wrong or missing, or its role not enough", True,
)  # fmt: skip
TOKENS_UNREADABLE = Event(
    "tokens_unreadable", WARNING, "reason", "no token is taken until their file can be read", True
)
CERTIFICATE = Event(
    "certificate_loaded", INFO, "file not_after", "connections from now on are shown this one"
)
CERTIFICATE_UNUSABLE = Event(
    "certificate_unusable", WARNING, "file reason",
    "a changed certificate or key cannot be used; the one before serves on",
)  # fmt: skip
REQUEST_REFUSED = Event(
    "request_refused", INFO, "door code function call_id",
    "a request or call was refused before any function saw it", True,
)  # fmt: skip
CALL_FAILED = Event(
    "call_failed", WARNING, "door code function call_id",
    "the gateway could not get a call answered; a function's own errors are in its log", True,
)  # fmt: skip
CALL = Event(
    "call", DEBUG, "method function revision status seconds call_id",
    "a call was answered; 499 where its caller left",
)  # fmt: skip
QUEUED_FAILED = Event(
    "queued_call_failed", WARNING, "function call_id status attempts",
    "a call of the queue is given up, and on the failed list", True,
)  # fmt: skip
SUMMED = Event(
    "summed", WARNING, "of code more seconds", "so many more lines of a kind were left out"
)
LINES_LOST = Event(
    "lines_lost", WARNING, "lines", "stderr was too slow or failed: so many lines are missing here"
)
SPANS_LOST = Event(
    "spans_lost", WARNING, "",
    "spans cannot be sent to the endpoint of traces; calls are answered all the same, and this is "
    "logged once until it is over",
)  # fmt: skip
SPANS_SENT = Event("spans_sent", INFO, "", "spans are sent again")
EVENTS = tuple(each for each in tuple(globals().values()) if isinstance(each, Event))


def tell(event: Event, **fields: object) -> None:
    """Log an event; what is None or empty is left out."""
    if _log.isEnabledFor(event.level):
        known = {key: each for key, each in fields.items() if each not in (None, "")}
        _log.log(event.level, Told(event, known))
