"""What can be read off the rollout machine, and its replicas."""

from collections.abc import Callable, Mapping, Sequence

from ..placement import PROGRESSING
from ..terms import Terms
from .effects import Effects
from .group import Group
from .states import JUDGED, Asked, State

FIRST_DELAY = 1.0


class Standing:  # pylint: disable=too-many-instance-attributes # a machine is its state
    """Where the machine stands; its events are in `Rollout`.

    Attributes:
        state: Of `machine.py`'s table.
        replicas: Wanted.
        current: The revision that serves, or that is tried until it does.
        rolling: The one whose replicas start, are judged or on trial; `current` if no other.
        outcome: `progressing`, `ready`, `failed` or `ended`, of what was asked for last.
        reason: Why it failed or ended, or what is being done.
        judgement: Why a canary or shadow was settled as it was.
    """

    def __init__(
        self, effects: Effects, clock: Callable[[], float], *, replicas: int, trial: float
    ) -> None:
        """A machine at rest.

        Args:
            effects: Does things.
            clock: Seconds.
            replicas: Wanted.
            trial: Seconds for which a new revision must stay ready before the old one is drained.
        """
        self._effects, self._clock, self._trial = effects, clock, trial
        self.state, self.replicas = State.RESTING, replicas
        self.current: Group | None = None
        self.rolling: Group | None = None
        self.outcome, self.reason = PROGRESSING, ""
        self._newest = 0
        self._verdict: tuple[str, str] | None = None
        self._job = Asked(0, 0)
        self._next: Asked | None = None
        self._due, self._delay = 0.0, FIRST_DELAY
        self._groups: dict[int, Group] = {}

        self.judgement = ""
        self._restored = 0

    @property
    def newest(self) -> int:
        """Number of the revision that was asked for last; 0 before any was."""
        return self._newest

    @property
    def number(self) -> int:
        """Number of the revision that is on its way, or was last."""
        return self.rolling.number if self.rolling else self._job.number

    @property
    def is_drained(self) -> bool:
        """Whether no replica is left, nor anything that was prepared for one."""
        return not self._groups

    @property
    def terms(self) -> Terms | None:
        """On which a canary or shadow is being judged; None while none is."""
        return self._job.terms if self.state in JUDGED else None

    @property
    def routed(self) -> Sequence[tuple[int, int]]:
        """Who takes calls, as `(revision, member)`: of one revision, or of a canary and another."""
        first, second = self.current, self.rolling
        if self.state is State.CANARY:
            return [*_members(first), *_members(second)]
        if self.state in (State.TRIAL, State.KEEPING):
            first, second = second, first
        elif first is not None and first.ready:  # nearly always, and on the way of every call
            return _members(first)
        elif second is not first and self._is_shadow:
            second = None
        return _members(first) or _members(second)

    @property
    def shares(self) -> Mapping[int, float]:
        """By revision, its share of the calls; empty where one takes them all."""
        if self.state is not State.CANARY or self.current is None or self._job.terms is None:
            return {}
        weight = self._job.terms.weight
        return {self.current.number: 1 - weight, self.number: weight}

    @property
    def shadowed(self) -> Sequence[tuple[int, int]]:
        """Who takes copies of calls, and no calls."""
        return _members(self.rolling) if self.state is State.SHADOW else ()

    @property
    def _is_shadow(self) -> bool:
        """Whether what is on its way, or was last, never answers a caller."""
        return self._job.terms is not None and not self._job.terms.weight

    @property
    def progress(self) -> tuple[int, int] | None:
        """Of the newest revision, while it is on its way: replicas it is to have, and ready."""
        if self.outcome != PROGRESSING:
            return None
        if self.rolling is not None and self.rolling.number == self._newest:
            return self.rolling.wanted, len(self.rolling.ready)
        return max(self.replicas, (self._next or self._job).replicas), 0

    # Replicas.

    def _leave(self, group: Group | None) -> None:
        """Drain a revision."""
        if group is not None:
            group.is_leaving = True
            self._resize(group, 0)
            self._forget_if_gone(group)

    def _resize(self, group: Group, wanted: int) -> None:
        while group.wanted < wanted:
            self._effects.start(group.number, group.add())
        for member in group.release(group.wanted - wanted):
            self._effects.stop(group.number, member)

    def _forget_if_gone(self, group: Group) -> None:
        if group.is_leaving and not group.ending and group.number in self._groups:
            del self._groups[group.number]
            self._effects.discard(group.number)

    def _note(self, number: int, member: int, *, is_ready: bool) -> bool:
        """Whether the news is of a replica that has not been stopped meanwhile."""
        group = self._groups.get(number)
        if group is None or member not in group:
            return False
        group.note(member, is_ready=is_ready)
        return True


def _members(group: Group | None) -> Sequence[tuple[int, int]]:
    return [(group.number, member) for member in group.ready] if group is not None else ()
