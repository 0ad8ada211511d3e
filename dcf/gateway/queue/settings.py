"""How much the queue takes, how often it tries, and where callbacks may go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import CannotStart

# Setting, field, lowest and highest value.
TABLE = (
    ("DCF_QUEUE_CALLS", "calls", 1, 1_000_000),
    ("DCF_QUEUE_BYTES", "total_bytes", 1 << 20, 1 << 40),
    ("DCF_QUEUE_BODY_BYTES", "body_bytes", 1, 1 << 40),
    ("DCF_QUEUE_AGE_SECONDS", "age_seconds", 1, 30 * 86_400),
    ("DCF_QUEUE_ATTEMPTS", "attempts", 1, 1_000),
    ("DCF_QUEUE_RETRY_SECONDS", "retry_seconds", 0.01, 3_600),
    ("DCF_QUEUE_PER_REPLICA", "per_replica", 1, 1_000),
)
ALLOW_CALLBACKS = "DCF_ALLOW_CALLBACKS"


@dataclass(frozen=True)
class Limits:
    """The queue's bounds.

    Attributes:
        calls: Waiting and running at most.
        total_bytes: Of their bodies together; as many again may lie in the failed list.
        body_bytes: Of one body.
        age_seconds: A call that waited longer fails.
        attempts: A call that was tried so often fails.
        retry_seconds: Pause after the first failed attempt; it doubles each time.
        per_replica: Queued calls that one ready replica gets at once.
        failed: Entries of the failed list; the oldest make room.
    """

    calls: int = 10_000
    total_bytes: int = 2 << 30
    body_bytes: int = 256 << 20
    age_seconds: float = 86_400
    attempts: int = 10
    retry_seconds: float = 1.0
    per_replica: int = 1
    failed: int = 1_000


@dataclass(frozen=True)
class QueueSettings:
    """What a queue is started with.

    Attributes:
        folder: For its database and bodies; one gateway at a time.
        limits: Its bounds.
        allowed_hosts: Names, in lower case, that callbacks may go to wherever they lead.
        accept_lost_state: Start with what is left of a database that lost something.
    """

    folder: Path
    limits: Limits = field(default_factory=Limits)
    allowed_hosts: frozenset[str] = frozenset()
    accept_lost_state: bool = False


def queue_settings(
    home: Path, environ: Mapping[str, str], allowed: Iterable[str] = ()
) -> QueueSettings:
    """Read the settings; raises `CannotStart` that names setting, value and allowed range.

    Args:
        home: The gateway's folder.
        environ: Where the settings of `TABLE` and `DCF_ALLOW_CALLBACKS` are.
        allowed: Hosts named on the command line; with any, the environment's do not count.
    """
    values = {
        name: _number(environ[key], key, low, high)
        for key, name, low, high in TABLE
        if environ.get(key)
    }
    hosts = tuple(allowed) or environ.get(ALLOW_CALLBACKS, "").split(",")
    named = frozenset(each.strip().lower() for each in hosts if each.strip())
    limits = Limits(**values)  # type: ignore[arg-type] # whole numbers where the row's bounds are whole
    return QueueSettings(home.expanduser() / "queue", limits, named)


def _number(text: str, key: str, low: float, high: float) -> float:
    kind = int if isinstance(low, int) else float
    try:
        value = kind(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise CannotStart(f"{key} must be a number from {low} to {high}, got {text!r}")
    return value
