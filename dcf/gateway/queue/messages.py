"""What the gateway tells about its queue, as JSON."""

import datetime

from msgspec import Struct

from .records import CALL, Item


class QueueLimits(Struct):
    """The queue's bounds, by the names of `Limits`."""

    calls: int
    total_bytes: int
    body_bytes: int
    age_seconds: float
    attempts: int
    retry_seconds: float
    per_replica: int
    failed: int


class QueueCounts(Struct):
    """How much waits, runs and failed."""

    waiting: int
    running: int
    failed: int
    oldest_seconds: float
    limits: QueueLimits


class FailedCall(Struct):
    """One entry of the failed list; `callback` tells where an answer could not be posted."""

    call_id: str
    function: str
    path: str
    callback: str
    queued_at: str
    attempts: int
    status: int
    reason: str
    size: int


def failed_call(item: Item) -> FailedCall:
    """A failed item as it is listed; its headers stay here."""
    is_call = item.kind == CALL
    when = datetime.datetime.fromtimestamp(item.queued_at, datetime.UTC)
    return FailedCall(
        call_id=item.call_id,
        function=item.function,
        path=item.target if is_call else "",
        callback=item.callback if is_call else item.target,
        queued_at=when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        attempts=item.attempts,
        status=item.status,
        reason=item.reason,
        size=item.body.size,
    )
