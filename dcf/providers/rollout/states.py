"""The states of a rollout, and what is asked of it; `machine.py` says how one leads to the next."""

from dataclasses import dataclass
from enum import Enum, auto

from ..terms import Terms


class State(Enum):
    """Of one function's rollout."""

    RESTING = auto()
    RESTORING = auto()
    PREPARING = auto()
    RETRYING = auto()
    STARTING = auto()
    CANARY = auto()
    SHADOW = auto()
    TRIAL = auto()
    KEEPING = auto()
    STOPPED = auto()


@dataclass(frozen=True)
class Asked:
    """A revision that somebody asked for.

    Attributes:
        number: Its own.
        replicas: How many it begins with.
        terms: On which it is judged beside the one that serves; None to take over at once.
    """

    number: int
    replicas: int
    terms: Terms | None = None


JUDGED = (State.CANARY, State.SHADOW)
