"""Tells what happens to one function: its rollouts' steps and results, and its replicas.

Steps and results are found by looking at the machine after each of its events.
"""

from collections.abc import Callable

from ..notices import (
    REPLACED,
    CandidateReady,
    Hear,
    ReplicaEnded,
    ReplicaLooping,
    ReplicaReady,
    ReplicaRestarted,
    RolloutEnded,
    RolloutStep,
)
from ..placement import PROGRESSING
from .machine import Rollout
from .states import State

_SILENT = (State.RESTING, State.STOPPED)
_OUTPUT = "; its last line: "


class RolloutWatch:
    """Of one function.

    Attributes:
        restored: Number of a revision that had a result before the gateway started; 0 for none.
    """

    restored = 0

    def __init__(self, function: str, hear: Hear, clock: Callable[[], float]) -> None:
        """Nothing has happened yet.

        Args:
            function: Its name.
            hear: Takes what is told.
            clock: Seconds.
        """
        self._function, self._hear, self._clock = function, hear, clock
        self._step, self._outcome = (State.RESTING, 0), PROGRESSING
        self._newest, self._since = 0, clock()
        self._looping: set[str] = set()

    def look(self, rollout: Rollout) -> None:
        """Tell what is different now."""
        if rollout.state is State.STOPPED:
            return  # the function is deleted, or the gateway ends
        if rollout.newest != self._newest:
            if self._newest and self._outcome == PROGRESSING:
                self._end(REPLACED, "")
            self._newest, self._outcome = rollout.newest, PROGRESSING
            self._since = self._clock()
        step = (rollout.state, rollout.number)
        if step != self._step:
            self._step = step
            if rollout.state not in _SILENT:
                name = rollout.state.name.lower()
                self._hear(RolloutStep(self._function, rollout.number, name))
            self._tell_candidate(rollout)
        if rollout.outcome != self._outcome:
            self._outcome = rollout.outcome
            if self._outcome != PROGRESSING:
                self._end(self._outcome, without_output(rollout.reason))

    def _tell_candidate(self, rollout: Rollout) -> None:
        if rollout.terms is not None and rollout.current is not None:
            serving = rollout.current.number
            self._hear(CandidateReady(self._function, rollout.number, serving, rollout.terms))

    def replica_ready(self, number: int, replica: str) -> None:
        """A replica takes calls."""
        self._hear(ReplicaReady(self._function, number, replica))

    def replica_restarted(self, number: int, replica: str, kind: str, reason: str) -> None:
        """A replica ended by itself; `kind` is one of `notices.ENDS`."""
        words = without_output(reason)
        self._hear(ReplicaRestarted(self._function, number, replica, kind, words))

    def replica_looping(self, number: int, replica: str, line: str) -> None:
        """A replica ends again and again, as a line says; told once, until there is none."""
        if not line:
            self._looping.discard(replica)
        elif replica not in self._looping:
            self._looping.add(replica)
            self._hear(ReplicaLooping(self._function, number, replica, without_output(line)))

    def replica_ended(self, number: int, replica: str) -> None:
        """A replica was drained."""
        self._looping.discard(replica)
        self._hear(ReplicaEnded(self._function, number, replica))

    def _end(self, result: str, reason: str) -> None:
        seconds, restored = self._clock() - self._since, self._newest == self.restored
        self._hear(RolloutEnded(self._function, self._newest, result, reason, seconds, restored))


def without_output(reason: str) -> str:
    """A reason without what the function itself had written, which may quote what callers sent."""
    return reason.partition(_OUTPUT)[0]
