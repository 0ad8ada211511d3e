"""One function's rollout: states and events, without processes, files, threads or waiting.

state      meaning
RESTING    nothing is on its way; `current` serves, or is tried until it does
RESTORING  what served before a restart is being prepared again
PREPARING  code, requirements and secrets of the newest revision are being made ready
RETRYING   that failed and nothing else can serve: prepared again when `woken`
STARTING   its replicas start
TRIAL      all of them are ready and take the calls; those of the revision before stay ready, too
KEEPING    it is being written down as the revision that serves
STOPPED    everything is being drained; nothing starts any more

event         leads, by the state it comes in, to (nothing, where a state is not named)
asked         RESTORING, KEEPING: done next; STOPPED: nothing; any other: PREPARING
prepared      PREPARING, RESTORING: STARTING; any other: what was prepared is discarded
not_prepared  PREPARING, RESTORING: RESTING, or RETRYING if there is no current revision
ready         STARTING: TRIAL or KEEPING, if it was the last; RESTING: KEEPING, for a first revision
away          any: the replica takes no calls, whatever comes of it
lost, failed  STARTING, TRIAL: RESTING; the current revision serves on, a first one is tried on
woken         TRIAL: KEEPING; RETRYING: PREPARING
kept          KEEPING: RESTING; the revision before is drained
not_kept      KEEPING: RESTING; the revision before serves on, or this one if none else is ready
scaled        STARTING: TRIAL or KEEPING, if all that are left are ready; before it: so many start
ended         any: what a revision was prepared with is discarded with its last replica
stopped       any: STOPPED

A replica belongs to `current`, to `rolling`, or is being drained: there is no fourth kind.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..placement import FAILED, PROGRESSING, READY
from .effects import Effects
from .group import Group
from .states import Asked, State

_FIRST_DELAY, _LONGEST_DELAY = 1.0, 60.0


_WORKING = (State.RESTORING, State.PREPARING)


class Rollout:  # pylint: disable=too-many-instance-attributes # a machine is its state
    """The machine.

    Attributes:
        state: As above.
        replicas: Wanted.
        current: The revision that serves, or that is tried until it does.
        rolling: The one whose replicas start or are on trial; `current` if there is no other.
        outcome: `progressing`, `ready` or `failed`, of what was asked for last.
        reason: Why it failed, or what is being done.
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
        self._due, self._delay = 0.0, _FIRST_DELAY
        self._groups: dict[int, Group] = {}

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
    def routed(self) -> Sequence[tuple[int, int]]:
        """Who takes calls, as `(revision, member)`: of one revision, the one on trial first."""
        first, second = self.current, self.rolling
        if self.state in (State.TRIAL, State.KEEPING):
            first, second = second, first
        for group in (first, second):
            if group is not None and group.ready:
                return [(group.number, member) for member in group.ready]
        return ()

    @property
    def progress(self) -> tuple[int, int] | None:
        """Of the newest revision, while it is on its way: replicas it is to have, and ready."""
        if self.outcome != PROGRESSING:
            return None
        if self.rolling is not None and self.rolling.number == self._newest:
            return self.rolling.wanted, len(self.rolling.ready)
        return max(self.replicas, (self._next or self._job).replicas), 0

    # Events: what people ask for.

    def asked(self, asked: Asked) -> None:
        """Roll to a new revision; one that is on its way is given up for it."""
        if self.state is State.STOPPED:
            return
        self._newest, self._verdict = asked.number, None
        self.outcome, self.reason = PROGRESSING, ""
        if self.state in (State.RESTORING, State.KEEPING):
            self._next = asked
            return
        self._abandon()
        self._delay = _FIRST_DELAY
        self._prepare(State.PREPARING, asked)

    def restored(self, serving: Asked, newest: int, verdict: tuple[str, str] | None) -> None:
        """Bring back what served before a restart, and what was said of the newest revision."""
        self._newest, self._verdict = newest, verdict
        self._prepare(State.RESTORING, serving)

    def scaled(self, replicas: int) -> None:
        """Want so many replicas."""
        self.replicas = replicas
        if self.state is State.STOPPED:
            return
        self._job = replace(self._job, replicas=replicas)  # what was said last counts
        if self._next is not None:
            self._next = replace(self._next, replicas=replicas)
        for group in dict.fromkeys((self.current, self.rolling)):
            if group is not None:
                self._resize(group, replicas)
        self._advance()

    def stopped(self) -> None:
        """Drain everything; whatever comes of what was begun is taken back."""
        if self.state is not State.STOPPED:
            self._abandon()
            current, self.current, self.state = self.current, None, State.STOPPED
            self._leave(current)

    # Events: what comes of effects.

    def progressed(self, number: int, text: str) -> None:
        """What is being done to prepare a revision."""
        if self.state in _WORKING and number == self._job.number and self.outcome == PROGRESSING:
            self.reason = text

    def prepared(self, number: int) -> None:
        """The replicas of a revision can be started."""
        if self.state not in _WORKING or number != self._job.number:
            self._effects.discard(number)
            return
        group = self._groups[number] = Group(number)
        if self.current is None:
            self.current = group
            wanted = self.replicas
        else:  # an update wakes what was scaled to nothing
            wanted = max(self.replicas, self._job.replicas)
        if self.outcome == PROGRESSING:
            self.reason = ""
        self.state, self.rolling = State.STARTING, group
        self._resize(group, wanted)
        if not self._go_on():
            self._advance()

    def not_prepared(self, number: int, reason: str) -> None:
        """A revision cannot be started: its code or requirements cannot be had."""
        if self.state in _WORKING and number == self._job.number:
            if self._next is not None:
                self._effects.note_failure(number, reason)
            if not self._go_on():
                self._fail(reason)

    def ready(self, number: int, member: int) -> None:
        """A replica takes calls."""
        if self._note(number, member, is_ready=True):
            self._advance()
            self._adopt()

    def away(self, number: int, member: int) -> None:
        """A replica takes no calls now; `lost` says why, once that is known."""
        self._note(number, member, is_ready=False)

    def lost(self, number: int, member: int, reason: str) -> None:
        """A replica that was ready has ended; it is started again."""
        if self._note(number, member, is_ready=False):
            self._fault(number, f"it was ready, and then: {reason}")

    def failed(self, number: int, member: int, reason: str) -> None:
        """A replica could not become ready; it is tried again."""
        if self._note(number, member, is_ready=False):
            self._fault(number, reason)

    def ended(self, number: int, member: int) -> None:
        """A replica that was stopped is no more."""
        group = self._groups[number]
        group.ending.discard(member)
        self._forget_if_gone(group)

    def kept(self, number: int) -> None:
        """It is written down that a revision serves."""
        if self.state is not State.KEEPING:
            return
        old, self.current, self.rolling = self.current, self.rolling, None
        assert self.current is not None
        self.current.has_served, self.state = True, State.RESTING
        self.replicas = self.current.wanted
        if number == self._newest:
            self.outcome, self.reason = READY, ""
        elif self._verdict:
            self.outcome, self.reason = self._verdict
        if old is not self.current:
            self._leave(old)
        self._go_on()

    def not_kept(self, number: int, reason: str) -> None:
        """It could not be written down; what serves already serves on all the same."""
        if self.state is not State.KEEPING:
            return
        if self.rolling is self.current or self.current is None or not self.current.ready:
            self.kept(number)  # nobody else takes calls
        else:
            self._fail(reason)
            self._go_on()

    def woken(self) -> None:
        """A time has come that was asked for."""
        if self._clock() < self._due:
            return
        if self.state is State.TRIAL:
            self._keep()
        elif self.state is State.RETRYING:
            self._prepare(State.PREPARING, self._job)

    # What they lead to.

    def _prepare(self, state: State, job: Asked) -> None:
        self.state, self._job = state, job
        self._effects.prepare(job.number)

    def _advance(self) -> None:
        """All replicas that were started are ready: on trial, if there is one to go back to."""
        group = self.rolling
        if self.state is not State.STARTING or group is None or not group.is_all_ready:
            return
        old = self.current
        can_go_back = old is not None and old is not group and bool(old.ready)
        if self._trial and can_go_back and group.wanted:
            self.state, self._due = State.TRIAL, self._clock() + self._trial
            self.reason = f"ready; it takes over if it stays so for {self._trial:g} s"
            self._effects.wake(self._due)
        else:
            self._keep()

    def _adopt(self) -> None:
        """A first revision that had failed has become ready after all."""
        current = self.current
        if self.state is State.RESTING and current and current.ready and not current.has_served:
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

    def _fail(self, reason: str) -> None:
        """What is on its way does not serve; the current revision does, if there is one."""
        number = self.number
        self.outcome, self.reason = FAILED, reason
        self._effects.note_failure(number, reason)
        rolling, self.rolling, self.state = self.rolling, None, State.RESTING
        if rolling is not self.current:
            self._leave(rolling)
        if self.current is None:
            self.state, self._due = State.RETRYING, self._clock() + self._delay
            self._delay = min(2 * self._delay, _LONGEST_DELAY)
            self._effects.wake(self._due)
        self._adopt()

    def _go_on(self) -> bool:
        """Begin what was asked for meanwhile; whether there was something."""
        asked, self._next = self._next, None
        if asked is None:
            return False
        self.rolling, self.state = None, State.RESTING
        self.asked(asked)
        return True

    def _abandon(self) -> None:
        """Give up what is on its way; the current revision stays."""
        if self.state in _WORKING:
            self._effects.give_up(self._job.number)
        rolling, self.rolling, self._next = self.rolling, None, None
        if rolling is not self.current:
            self._leave(rolling)

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
