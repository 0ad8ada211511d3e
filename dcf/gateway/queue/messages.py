"""What the gateway tells about its queue, as JSON."""

import datetime

import msgspec
from msgspec import Struct

from .page import State
from .records import CALL, Item, Kind


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


class QueuedCall(FailedCall):
    """One thing that the queue holds: a call, or the `callback` or `notice` that comes of one."""

    seq: int
    kind: Kind
    state: State


class QueuePage(Struct):
    """Some of it, newest first; `next` is where the following page begins, null behind the last."""

    calls: list[QueuedCall]
    next: int | None


def queue_page(listed: list[tuple[Item, State]], count: int) -> QueuePage:
    """A page of so many."""
    calls = [_queued_call(item, state) for item, state in listed]
    return QueuePage(calls, calls[-1].seq if len(calls) == count else None)


def _queued_call(item: Item, state: State) -> QueuedCall:
    told = msgspec.structs.asdict(failed_call(item))
    return QueuedCall(**told, seq=item.seq, kind=item.kind, state=state)


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
