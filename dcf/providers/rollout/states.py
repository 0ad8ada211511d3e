"""The states of a rollout, and what is asked of it; `machine.py` says how one leads to the next."""

from dataclasses import dataclass
from enum import Enum, auto


class State(Enum):
    """Of one function's rollout."""

    RESTING = auto()
    RESTORING = auto()
    PREPARING = auto()
    RETRYING = auto()
    STARTING = auto()
    TRIAL = auto()
    KEEPING = auto()
    STOPPED = auto()


@dataclass(frozen=True)
class Asked:
    """A revision that somebody asked for: its number, and how many replicas it begins with."""

    number: int
    replicas: int
