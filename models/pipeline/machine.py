"""Which step is next, and how it begins: an order without files, programs or time.

Whoever runs a pipeline asks ``first``, does what the answer says, and tells ``after`` what came of
it, until it says ``Finish``. What is written down (``Note``) is all that a later run knows, so that
the order holds when a run is killed between any two of these.

    Look       what are the step's inputs now, and is what it made as it was?
      Seen  ->   as noted: the next step's Look. Else one of
    Clear      note that the step's outputs count no more, then put them aside
    Begin      note the inputs, then run it: anew, or going on with what was begun with these inputs
      Ended ->   Keep: note the outputs; the next step's Look
      Failed ->  Finish
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

Digests = Mapping[str, str]


class Stage(StrEnum):
    """How far a step came, as it is noted."""

    CLEARED = "cleared"
    """What it made before counts no more; it may still lie there."""
    BEGUN = "begun"
    DONE = "done"


class Noted(NamedTuple):
    """What is written down of a step.

    Attributes:
        stage: How far it came.
        inputs: Digests of all that decides what comes out, by name.
        outputs: Digests of what it made, when it is done.
    """

    stage: Stage
    inputs: Digests
    outputs: Digests


class Seen(NamedTuple):
    """What a look at a step found.

    Attributes:
        inputs: As in a note.
        outputs: Digests of what lies where its outputs belong; what is missing is left out.
        can_go_on: Whether what lies there could be gone on with.
        grows: Inputs after whose change it is gone on with all the same.
    """

    inputs: Digests
    outputs: Digests
    can_go_on: bool
    grows: frozenset[str] = frozenset()


class How(StrEnum):
    """What is to be done with a step."""

    SKIP = "skip"
    ANEW = "anew"
    GO_ON = "go on"


class Choice(NamedTuple):
    """What is to be done with a step, and why.

    Attributes:
        how: What.
        why: For a person.
        clear: Whether something of an earlier run has to be put aside first.
    """

    how: How
    why: str
    clear: bool = False


class Wish(StrEnum):
    """What a person asks of a step."""

    USUAL = "usual"
    AGAIN = "again"
    KEEP = "keep"


def choose(noted: Noted | None, seen: Seen, wish: Wish = Wish.USUAL) -> Choice:
    """What is to be done with a step.

    Args:
        noted: What is written down of it; None where it never began.
        seen: What a look found.
        wish: What a person asks.
    """
    if noted is None:
        return Choice(How.ANEW, "it has not run yet")
    if noted.stage is Stage.DONE:
        return _again(noted, seen, wish)
    if noted.stage is Stage.CLEARED:
        return Choice(How.ANEW, "an earlier run was ended before it began", clear=True)
    changed = difference(noted.inputs, seen.inputs)
    if changed and not _grew(noted, seen):
        return Choice(How.ANEW, f"it did not end, and {changed}", clear=True)
    if seen.can_go_on and wish is not Wish.AGAIN:
        return Choice(How.GO_ON, "it did not end")
    return Choice(How.ANEW, "it did not end", clear=True)


def _again(noted: Noted, seen: Seen, wish: Wish) -> Choice:
    """Whether, and why, a step that is done is done again."""
    if wish is Wish.AGAIN:
        return Choice(How.ANEW, "it was asked for", clear=True)
    damaged = difference(noted.outputs, seen.outputs)
    if damaged:
        return Choice(How.ANEW, f"of what it made, {damaged}", clear=True)
    changed = difference(noted.inputs, seen.inputs)
    if not changed or wish is Wish.KEEP:
        return Choice(How.SKIP, "it was to be kept" if changed else "nothing has changed")
    if _grew(noted, seen):
        return Choice(How.GO_ON, changed)
    return Choice(How.ANEW, changed, clear=True)


def _grew(noted: Noted, seen: Seen) -> bool:
    """Whether only those inputs are others with which a step goes on."""
    return not difference(_fixed(noted.inputs, seen), _fixed(seen.inputs, seen))


def _fixed(inputs: Digests, seen: Seen) -> Digests:
    return {name: digest for name, digest in inputs.items() if name not in seen.grows}


def difference(before: Digests, now: Digests) -> str:
    """The first thing that is not as it was, in words; empty where all is."""
    for name in sorted({*before, *now}):
        if name not in now:
            return f"{name} is gone"
        if name not in before:
            return f"{name} is new"
        if before[name] != now[name]:
            return f"{name} has changed"
    return ""


class Look(NamedTuple):
    """Look at a step, and tell `Seen`."""

    step: str


class Begin(NamedTuple):
    """Begin a step as the choice says; note `Stage.CLEARED` and `Stage.BEGUN` on the way."""

    step: str
    choice: Choice


class Finish(NamedTuple):
    """Nothing is left to do.

    Attributes:
        failed: The step that ended the pipeline; empty where all are done.
    """

    failed: str = ""


class Ended(NamedTuple):
    """A step that has run.

    Attributes:
        well: Whether it did what it is for.
    """

    well: bool


Action = Look | Begin | Finish


class Order:
    """The steps of one run, one after the other.

    Args:
        steps: Their names.
        notes: What is written down of them, kept up to date by whoever runs them.
        wishes: What a person asks of them.
    """

    def __init__(
        self, steps: tuple[str, ...], notes: Mapping[str, Noted], wishes: Mapping[str, Wish]
    ) -> None:
        self._steps, self._notes, self._wishes = steps, notes, wishes
        self._at = 0
        self.choices: dict[str, Choice] = {}

    def first(self) -> Action:
        """What to do at the start."""
        return self._look()

    def after(self, event: Seen | Ended) -> Action:
        """What to do next."""
        step = self._steps[self._at]
        if isinstance(event, Seen):
            choice = choose(self._notes.get(step), event, self._wishes.get(step, Wish.USUAL))
            self.choices[step] = choice
            if choice.how is not How.SKIP:
                return Begin(step, choice)
        elif not event.well:
            return Finish(step)
        self._at += 1
        return self._look()

    def _look(self) -> Action:
        return Look(self._steps[self._at]) if self._at < len(self._steps) else Finish()
