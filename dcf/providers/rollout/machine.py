"""One function's rollout: states and events, without processes, files, threads or waiting.

state      meaning
RESTING    nothing is on its way; `current` serves, or is tried until it does
RESTORING  what served before a restart is being prepared again
PREPARING  code, requirements and secrets of the newest revision are being made ready
RETRYING   that failed and nothing else can serve: prepared again when `woken`
STARTING   its replicas start
CANARY     all of them are ready and share the calls with those of the revision before
SHADOW     all of them are ready and take no calls; the revision before takes them
TRIAL      all of them are ready and take the calls; those of the revision before stay ready, too
KEEPING    it is being written down as the revision that serves
STOPPED    everything is being drained; nothing starts any more

event         leads, by the state it comes in, to (nothing, where a state is not named)
asked         RESTORING, KEEPING: done next; STOPPED: nothing; any other: PREPARING
prepared      PREPARING, RESTORING: STARTING; any other: what was prepared is discarded
not_prepared  PREPARING, RESTORING: RESTING, or RETRYING if there is no current revision
ready         STARTING: CANARY, SHADOW, TRIAL or KEEPING, if it was the last;
              RESTING: KEEPING, for a first revision, if it was the last
away          any: the replica takes no calls, whatever comes of it
lost, failed  STARTING, TRIAL: RESTING; the current revision serves on, a first one is tried on
settled       CANARY, SHADOW: STARTING to take over, or RESTING, and it is drained
woken         TRIAL: KEEPING, or with the next `ready` if a replica is away; RETRYING: PREPARING
kept          KEEPING: RESTING; the revision before is drained
not_kept      KEEPING: RESTING; the revision before serves on, or this one if none else is ready
scaled        STARTING, RESTING: as `ready`, if all that are left are ready; before: so many start
ended         any: what a revision was prepared with is discarded with its last replica
stopped       any: STOPPED

What a state is read off of is in `standing.py`, what events lead to in `steps.py`.
A replica belongs to `current`, to `rolling`, or is being drained: there is no fourth kind.
"""

from dataclasses import replace

from ..placement import ENDED, FAILED, PROGRESSING, READY
from .group import Group
from .standing import FIRST_DELAY
from .states import JUDGED, Asked, State
from .steps import WORKING, Steps


class Rollout(Steps):
    """The machine: everything that can happen to it."""

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
        self._delay = FIRST_DELAY
        self._prepare(State.PREPARING, asked)

    def restored(self, serving: Asked, newest: int, verdict: tuple[str, str] | None) -> None:
        """Bring back what served before a restart, and what was said of the newest revision."""
        self._newest, self._verdict = newest, verdict
        self._restored = serving.number
        self._prepare(State.RESTORING, replace(serving, terms=None))

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
        self._adopt()

    def settled(self, number: int, reason: str, *, keep: bool) -> bool:
        """What becomes of a canary or shadow is decided; whether there was one to decide on."""
        if self.state not in JUDGED or number != self.number:
            return False
        outcome = ENDED if self._is_shadow else FAILED
        self.judgement, self._job = reason, replace(self._job, terms=None)
        if keep:  # from here on it goes as any update
            self.state, self.reason = State.STARTING, ""
            self._advance()
        else:
            self._fail(reason, outcome)
        return True

    def stopped(self) -> None:
        """Drain everything; whatever comes of what was begun is taken back."""
        if self.state is not State.STOPPED:
            self._abandon()
            current, self.current, self.state = self.current, None, State.STOPPED
            self._leave(current)

    # Events: what comes of effects.

    def progressed(self, number: int, text: str) -> None:
        """What is being done to prepare a revision."""
        if self.state in WORKING and number == self._job.number and self.outcome == PROGRESSING:
            self.reason = text

    def prepared(self, number: int) -> None:
        """The replicas of a revision can be started."""
        if self.state not in WORKING or number != self._job.number:
            self._effects.discard(number)
            return
        group = self._groups[number] = Group(number)
        if self.current is None:
            self.current = group
            wanted = self.replicas
        else:  # an update wakes what was scaled to nothing
            wanted = max(self.replicas, self._job.replicas)
            if self._job.terms is not None and not self.current.wanted:
                self._resize(self.current, wanted)  # to be judged by
        if self.outcome == PROGRESSING:
            self.reason = ""
        self.state, self.rolling = State.STARTING, group
        self._resize(group, wanted)
        if not self._go_on():
            self._advance()

    def not_prepared(self, number: int, reason: str) -> None:
        """A revision cannot be started: its code or requirements cannot be had."""
        if self.state in WORKING and number == self._job.number:
            if self._next is not None:
                self._effects.note_end(number, FAILED, reason)
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
            self._advance()
        elif self.state is State.RETRYING:
            self._prepare(State.PREPARING, self._job)

    def _go_on(self) -> bool:
        """Begin what was asked for meanwhile; whether there was something."""
        asked, self._next = self._next, None
        if asked is None:
            return False
        self.rolling, self.state = None, State.RESTING
        self.asked(asked)
        return True
