"""What the queue keeps and tells."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["call", "callback", "notice"]
CALL: Kind = "call"
CALLBACK: Kind = "callback"
NOTICE: Kind = "notice"


@dataclass(frozen=True)
class Body:
    """A body at rest: small ones in the database, large ones in a file of their own.

    Attributes:
        size: In bytes.
        data: The bytes, or None where a file has them.
        file: The file's name in the queue's folder of bodies, or empty.
    """

    size: int = 0
    data: bytes | None = b""
    file: str = ""


@dataclass(frozen=True)
class Item:
    """One thing to deliver.

    Attributes:
        seq: Its number, from 1 on in the order of arrival; 0 before it is kept.
        kind: `call` to a function, `callback` with its answer, or `notice`: a callback that
            tells of a call that failed, and is itself not listed when it fails.
        call_id: The call's id, as the caller knows it.
        function: A plain name.
        target: Path and query of a call; address of a callback.
        callback: Of a call: where its answer goes, or empty.
        headers: As they are sent, without Content-Length.
        body: What is sent.
        queued_at: Unix seconds.
        attempts: Made so far, and failed.
        status: HTTP status of the last failed attempt, or 0.
        reason: Why that failed, in one line.
    """

    seq: int
    kind: Kind
    call_id: str
    function: str
    target: str
    callback: str
    headers: tuple[tuple[str, str], ...]
    body: Body
    queued_at: float
    attempts: int = 0
    status: int = 0
    reason: str = ""

    @property
    def flow(self) -> str:
        """Its `flow_of`."""
        return flow_of(self.kind, self.function, self.target)


def flow_of(kind: str, function: str, target: str) -> str:
    """What an item waits for together with others: its function, or its callback's host."""
    return f"{CALL} {function}" if kind == CALL else f"{CALLBACK} {target.split('/', 3)[2]}"


@dataclass(frozen=True)
class Waiting:
    """What is remembered of an item in memory while it waits.

    Attributes:
        seq: Its number.
        flow: Its `Item.flow`.
        size: Of its body, in bytes.
        since: When it came, by the queue's clock.
        due: Not before, by the queue's clock.
    """

    seq: int
    flow: str
    size: int
    since: float
    due: float


def waiting_for(item: Item, seq: int, now: float) -> Waiting:
    """What is remembered of an item that comes now, by its number."""
    return Waiting(seq, item.flow, item.body.size, now, now)


@dataclass(frozen=True)
class Again:
    """An attempt that failed and may go better later.

    Attributes:
        status: HTTP status, the gateway's own where nobody answered.
        reason: One line.
        after: Seconds that the other side asked to wait.
    """

    status: int
    reason: str
    after: float = 0.0


@dataclass(frozen=True)
class Failed:
    """An attempt that failed for good.

    Attributes:
        status: HTTP status, the gateway's own where nobody answered.
        reason: One line.
        was_tried: Whether it counts: the other side was asked, or may not be.
    """

    status: int
    reason: str
    was_tried: bool = False


@dataclass(frozen=True)
class Done:
    """An attempt that succeeded.

    Attributes:
        answer: What is to be posted to the caller, if that was asked for.
    """

    answer: Item | None = None
