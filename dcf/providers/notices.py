"""Notices: what happens to functions by itself, as a provider tells it while it happens.

One of the parts of the provider port (`port.py`). A gateway logs and counts them; a provider that
tells nothing is one whose rollouts and restarts are not seen there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .terms import Terms

# Why a replica's process ended: few words, as they name series.
EXIT, SIGNAL, MEMORY, UNHEALTHY, LOAD_TIMEOUT, NOT_STARTED = ENDS = (
    "exit", "signal", "memory", "unhealthy", "load_timeout", "not_started",
)  # fmt: skip
REPLACED = "replaced"


@dataclass(frozen=True)
class Notice:
    """What all of them have.

    Attributes:
        function: Its name.
        revision: Number of the one it is about.
    """

    function: str
    revision: int


@dataclass(frozen=True)
class RolloutStep(Notice):
    """A rollout goes on; `step` is the machine's state in lower case."""

    step: str


@dataclass(frozen=True)
class CandidateReady(Notice):
    """A revision is ready beside the one that serves, to be judged and then settled.

    Attributes:
        serving: Number of the one that serves.
        terms: On which it is judged.
    """

    serving: int
    terms: Terms


@dataclass(frozen=True)
class RolloutEnded(Notice):
    """A rollout has a result.

    Attributes:
        result: `placement.READY`, `FAILED` or `ENDED`, or `REPLACED`.
        reason: Why it failed, without anything that the function wrote; or the verdict on it.
        seconds: Since it was asked for.
        is_restored: Whether it only brought back what was deployed before the gateway started.
    """

    result: str
    reason: str
    seconds: float
    is_restored: bool = False


@dataclass(frozen=True)
class ReplicaReady(Notice):
    """A replica takes calls."""

    replica: str


@dataclass(frozen=True)
class ReplicaRestarted(Notice):
    """A replica's process ended though nobody asked it to; it is started again.

    Attributes:
        replica: Its name.
        kind: One of `ENDS`.
        reason: One line, without anything that the function wrote.
    """

    replica: str
    kind: str
    reason: str


@dataclass(frozen=True)
class ReplicaLooping(Notice):
    """A replica ends again and again; told once, until it has run steadily.

    Attributes:
        replica: Its name.
        reason: One line, without anything that the function wrote.
    """

    replica: str
    reason: str


@dataclass(frozen=True)
class ReplicaEnded(Notice):
    """A replica was drained and is no more."""

    replica: str


Hear = Callable[[Notice], None]


def unheard(_notice: Notice) -> None:
    """Nobody listens."""
