"""Whether a candidate goes on or goes back, by what it and the serving revision answered.

A machine without calls, tasks or waiting: callers report what happened, and ask for the verdict.

It looks when the candidate has had 10 calls, 20, 40 and so on, and at its end. Who looks often
finds something by chance alone, so an early look must be much surer than the last one: it ends a
canary only where chance explains the difference in 1 of 1000 cases, the last look in 1 of 20 (the
boundary of Haybittle, 1971, and Peto, 1976). A candidate that plainly fails has few calls by then.
A difference counts only beyond what the terms allow, however sure it is.

Calls of one moment are alike, and those of a fresh process are slow: nothing goes on, and nothing
is too slow, before some seconds have passed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from ...providers.terms import SHADOW, Terms
from .side import Side
from .significance import above_share, larger, more_often

_EARLY, _LAST = 0.001, 0.05
_FIRST_LOOK = 10
_FEWEST = 20  # calls or pairs, to compare with at all
_DEATHS = 3  # of replicas: one that dies takes few calls, so calls alone would not show it
_LEAST_SECONDS = 5.0
_NOISE = 0.005  # seconds that no caller notices and any machine varies by


class Decision(Enum):
    """What becomes of a candidate."""

    NOT_YET = auto()
    ON = auto()
    BACK = auto()


@dataclass(frozen=True)
class Verdict:
    """A decision, and its reason in figures.

    Attributes:
        decision: What it is.
        reason: Why.
        is_by_calls: Whether calls led to it, and not that there were too few of them.
    """

    decision: Decision
    reason: str = ""
    is_by_calls: bool = True


NOT_YET = Verdict(Decision.NOT_YET)


class Judge:
    """Of one candidate.

    Attributes:
        candidate: What it answered.
        serving: What the revision that serves answered meanwhile.
        ends_at: When the longest time is over, by the clock.
    """

    def __init__(self, terms: Terms, clock: Callable[[], float]) -> None:
        """Nothing was answered yet.

        Args:
            terms: What is allowed, and how much is wanted.
            clock: Seconds.
        """
        self._terms, self._clock = terms, clock
        self.candidate, self.serving = Side(), Side()
        self.ends_at = clock() + terms.seconds
        self._settles_at = clock() + min(terms.seconds, _LEAST_SECONDS)
        self._agreed = self._compared = 0
        self._next_look = _FIRST_LOOK

    @property
    def is_due(self) -> bool:
        """Whether there is something new to decide by."""
        return self.candidate.calls >= self._next_look or self._is_hopeless or self._is_over

    @property
    def wakes_at(self) -> float:
        """When to look though nothing happens."""
        return self.ends_at if self._is_settled else self._settles_at

    @property
    def _is_settled(self) -> bool:
        return self._clock() >= self._settles_at

    @property
    def _is_over(self) -> bool:
        return self._clock() >= self.ends_at or self._has_enough

    @property
    def _has_enough(self) -> bool:
        wanted = min(_FEWEST, self._terms.calls) if self._terms.agreement else 0
        has_calls = self.candidate.calls >= self._terms.calls and self._compared >= wanted
        return has_calls and self._is_settled

    @property
    def _is_hopeless(self) -> bool:
        return self.candidate.deaths >= max(_DEATHS, 2 * self.serving.deaths)

    @property
    def figures(self) -> str:
        """What is known so far, in one line."""
        wanted, pairs = self._terms.calls, ""
        if self._compared:
            pairs = f"; {self._agreed} of {self._compared} compared answers agree"
        return f"{self.candidate.line} of {wanted} wanted; serving: {self.serving.line}{pairs}"

    def answered(self, *, by_candidate: bool, status: int, seconds: float) -> None:
        """A call was answered, or was not: then the status is the gateway's own."""
        (self.candidate if by_candidate else self.serving).answered(status, seconds)

    def compared(self, *, agrees: bool) -> None:
        """Both answered the same call."""
        self._compared += 1
        self._agreed += agrees

    def died(self, *, is_candidate: bool) -> None:
        """A replica ended by itself."""
        (self.candidate if is_candidate else self.serving).died()

    def look(self) -> Verdict:
        """Decide, if what is known is enough for that."""
        while self._next_look <= self.candidate.calls:
            self._next_look *= 2
        if self._terms.mode == SHADOW and not self._is_over:
            return NOT_YET  # it harms nobody, and its report is to be whole
        chance = _LAST if self._is_over else _EARLY
        if reason := self._death() or self._worse(chance):
            return Verdict(Decision.BACK, reason)
        if not self._is_over:
            return NOT_YET
        if self._has_enough:
            return Verdict(Decision.ON, f"as good as the serving revision: {self.figures}")
        words = f"too little to judge by in {self._terms.seconds:g} s"
        return Verdict(Decision.BACK, words, is_by_calls=False)

    def _death(self) -> str:
        deaths = self.candidate.deaths
        return f"its replicas ended {deaths} times" if self._is_hopeless else ""

    def _worse(self, chance: float) -> str:
        """In what the candidate is worse than allowed, with less than that chance of error."""
        return (
            self._fails_more(chance)
            or self._refuses_more(chance)
            or self._differs(chance)
            or self._is_slower(chance)
        )

    def _fails_more(self, chance: float) -> str:
        one, other = self.candidate, self.serving
        if one.share(one.errors) <= other.share(other.errors) + self._terms.errors:
            return ""
        if other.calls < _FEWEST:
            by_chance = above_share(one.errors, one.calls, self._terms.errors)
        else:
            by_chance = more_often(one.errors, one.calls, other.errors, other.calls)
        words = f"{one.errors} of {one.calls} calls failed, of the serving revision's"
        return f"{words} {other.errors} of {other.calls}" if by_chance <= chance else ""

    def _refuses_more(self, chance: float) -> str:
        """Answers of 4xx are the caller's fault, unless only one of the two gives them."""
        one, other = self.candidate, self.serving
        if one.share(one.refusals) <= other.share(other.refusals) + self._terms.errors:
            return ""
        if other.calls < _FEWEST:
            return ""
        by_chance = more_often(one.refusals, one.calls, other.refusals, other.calls)
        words = f"{one.refusals} of {one.calls} calls were refused (4xx), of the serving revision's"
        return f"{words} {other.refusals} of {other.calls}" if by_chance <= chance else ""

    def _differs(self, chance: float) -> str:
        limit, differed = self._terms.agreement, self._compared - self._agreed
        if not self._compared or self._agreed >= limit * self._compared:
            return ""
        if above_share(differed, self._compared, 1 - limit) > chance:
            return ""
        return f"{self._agreed} of {self._compared} compared answers agree, {limit:.3g} are wanted"

    def _is_slower(self, chance: float) -> str:
        one, other = self.candidate, self.serving
        if not self._is_settled or min(len(one.seconds), len(other.seconds)) < _FEWEST:
            return ""
        allowed = [each * self._terms.latency + _NOISE for each in other.seconds]
        if larger(one.seconds, allowed) > chance:
            return ""
        most = f"{self._terms.latency:.3g} times as long is allowed"
        return f"median {one.median_ms}, of the serving revision {other.median_ms}: {most}"
