"""What the events of the rollout machine lead to."""

from ..placement import FAILED
from .group import Group
from .standing import Standing
from .states import Asked, State

_LONGEST_DELAY = 60.0
WORKING = (State.RESTORING, State.PREPARING)


class Steps(Standing):
    """The ways between states, for `Rollout` alone."""

    def _prepare(self, state: State, job: Asked) -> None:
        self.state, self._job, self.judgement = state, job, ""
        self._effects.prepare(job.number)

    def _advance(self) -> None:
        """All replicas that were started are ready: judged, or on trial, beside what served.

        A trial that is over waits for one that is away: why it is so decides.
        """
        group = self.rolling
        if group is None or not group.is_all_ready:
            return
        if self.state is State.TRIAL and self._clock() >= self._due:
            self._keep()
        if self.state is not State.STARTING:
            return
        old, terms = self.current, self._job.terms
        if terms is not None and self._serves(old):
            self.state = State.CANARY if terms.weight else State.SHADOW
            self.reason = f"{terms.mode} with {terms.share:.3g} of the calls"
            return
        can_go_back = old is not None and old is not group and bool(old.ready)
        if self._trial and can_go_back and group.wanted:
            self.state, self._due = State.TRIAL, self._clock() + self._trial
            self.reason = f"ready; it takes over if it stays so for {self._trial:g} s"
            self._effects.wake(self._due)
        else:
            self._keep()

    def _serves(self, group: Group | None) -> bool:
        """Whether there is a revision that has served, now or before a restart, to judge by."""
        if group is None or group is self.rolling:
            return False
        return group.has_served or group.number == self._restored

    def _adopt(self) -> None:
        """A first revision that had failed has become ready after all: every replica of it.

        Of one that served before a restart a single replica is enough.
        """
        current = self.current
        if self.state is not State.RESTING or not current or current.has_served:
            return
        if current.ready and (current.is_all_ready or current.number == self._restored):
            self.rolling = current
            self._keep()

    def _keep(self) -> None:
        assert self.rolling is not None
        self.state = State.KEEPING
        self._effects.keep(self.rolling.number)

    def _fault(self, number: int, reason: str) -> None:
        group = self.rolling
        if self.state not in (State.STARTING, State.TRIAL) or not group or number != group.number:
            return
        self._fail(reason)

    def _fail(self, reason: str, outcome: str = FAILED) -> None:
        """What is on its way does not serve; the current revision does, if there is one."""
        number = self.number
        self.outcome, self.reason = outcome, reason
        self._effects.note_end(number, outcome, reason)
        rolling, self.rolling, self.state = self.rolling, None, State.RESTING
        if rolling is not self.current:
            self._leave(rolling)
        if self.current is not None:  # it may have been woken to be judged by
            self._resize(self.current, self.replicas)
        if self.current is None:
            self.state, self._due = State.RETRYING, self._clock() + self._delay
            self._delay = min(2 * self._delay, _LONGEST_DELAY)
            self._effects.wake(self._due)
        self._adopt()

    def _abandon(self) -> None:
        """Give up what is on its way; the current revision stays."""
        if self.state in WORKING:
            self._effects.give_up(self._job.number)
        rolling, self.rolling, self._next = self.rolling, None, None
        if rolling is not self.current:
            self._leave(rolling)
