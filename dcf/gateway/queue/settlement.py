"""What becomes of an item after an attempt: decided here, without a disk or a clock."""

from dataclasses import dataclass, replace

from .delivery import notice_of
from .records import NOTICE, Again, Body, Done, Failed, Item
from .settings import Limits

LONGEST_PAUSE = 300.0


@dataclass(frozen=True)
class Finished:
    """The item is forgotten.

    Attributes:
        item: What was delivered; or, with a reason, what cannot be and is not listed.
        following: An answer that waits in its place.
    """

    item: Item
    following: Item | None = None


@dataclass(frozen=True)
class Postponed:
    """The item waits for another attempt.

    Attributes:
        item: With the attempt counted.
        pause: Seconds until then.
    """

    item: Item
    pause: float


@dataclass(frozen=True)
class Listed:
    """The item goes to the failed list.

    Attributes:
        item: With its attempts, last status and reason.
        following: A notice that waits.
    """

    item: Item
    following: Item | None = None


Settlement = Finished | Postponed | Listed


def settlement_of(
    item: Item, outcome: Done | Again | Failed, limits: Limits, spread: float
) -> Settlement:
    """Decide.

    Args:
        item: As it was before the attempt.
        outcome: How it went.
        limits: The queue's.
        spread: 0.5 to 1: the share of the pause that is waited, so that not all come at once.
    """
    item = _light(item)
    if isinstance(outcome, Done):
        return Finished(replace(item, status=0, reason=""), outcome.answer)
    if isinstance(outcome, Again) or outcome.was_tried:
        item = replace(item, attempts=item.attempts + 1)
    item = replace(item, status=outcome.status, reason=_writable(outcome.reason))
    if isinstance(outcome, Again) and item.attempts < limits.attempts:
        doubled = limits.retry_seconds * 2.0 ** min(item.attempts - 1, 32)
        return Postponed(item, max(outcome.after, min(LONGEST_PAUSE, doubled) * spread))
    if item.kind == NOTICE:
        return Finished(item)
    return Listed(item, notice_of(item, outcome.status))


def _light(item: Item) -> Item:
    """Without the bytes, which are on disk: a settlement may have to wait in memory."""
    return replace(item, body=Body(item.body.size, None, item.body.file))


def _writable(reason: str) -> str:
    """A reason that any disk takes: no halves of characters."""
    return reason.encode("utf-8", "replace").decode()
