"""What is to be done next about a function's rollout: a pure function of what is remembered of it.

Whatever was done is seen in the records, so each step may be taken twice, by several gateways, and
after any crash between two of them.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from ..placement import FAILED, READY
from . import names
from .records import DeploymentRecord, FunctionRecords, ReplicaSetRecord
from .state import Standing, numbered

_DEADLINE = "ProgressDeadlineExceeded"
_NOT_IN_TIME = "its replicas were not ready in time"


@dataclass(frozen=True)
class Mark:
    """Write on a ReplicaSet what became of its revision."""

    replica_set: str
    result: str
    reason: str = ""


@dataclass(frozen=True)
class GoBack:
    """Let the revision that serves have the Deployment again, instead of one that failed."""

    failed: int
    serving: int


@dataclass(frozen=True)
class Fail:
    """A candidate cannot become ready: note why, and delete it."""

    number: int
    reason: str


@dataclass(frozen=True)
class Remove:
    """A candidate was kept, and has done its part, or was left over: delete it."""

    number: int


Step = Mark | GoBack | Fail | Remove


def steps(records: FunctionRecords, called: Set[int]) -> tuple[Step, ...]:
    """What is to be done, in this order; nothing where all is well or only time can tell.

    Args:
        records: What is remembered of the function.
        called: Revisions that calls go to now; one is ready once they go to no other.
    """
    found = _Rollout(records, called)
    return (*found.stable(), *found.candidate())


class _Rollout:
    """One function's records, and what was said of its revisions."""

    def __init__(self, records: FunctionRecords, called: Set[int]) -> None:
        self._records, self._called = records, called
        self._pods = numbered(records.pods, records.sets)
        self._serving = Standing(records).serving

    def stable(self) -> Iterator[Step]:
        """About the revision in its own template."""
        deployment = self._records.stable
        current = self._set(deployment)
        if current is None or current.rollout == READY:
            return
        if deployment.is_complete:
            # Each kind of object has a watch of its own: addresses may come after what they are of.
            # What another tool made may have no Service, and never an address.
            is_unseen = not self._called and deployment.replicas and deployment.revision == 1
            if self._called <= {deployment.revision} and (current.is_foreign or not is_unseen):
                yield Mark(current.name, READY)
            return
        reason = current.reason if current.rollout == FAILED else self._fault(deployment, current)
        if not reason:
            return
        if current.rollout != FAILED:
            yield Mark(current.name, FAILED, reason)
        if self._serving and self._serving != deployment.revision:
            yield GoBack(deployment.revision, self._serving)

    def candidate(self) -> Iterator[Step]:
        """About its canary or shadow."""
        candidate, stable = self._records.candidate, self._records.stable
        if candidate is None:
            return
        number = candidate.revision
        if number == stable.revision:
            current = self._set(stable)
            if current is not None and current.rollout == READY:
                yield Remove(number)
            return
        if number < stable.revision or self._is_over(number):
            yield Remove(number)
            return
        current = self._set(candidate)
        if current is None or current.rollout == READY:
            return
        if candidate.is_complete:
            yield Mark(current.name, READY)
        elif reason := self._fault(candidate, current):
            yield Fail(number, reason)

    def _is_over(self, number: int) -> bool:
        """Whether it has a result: as a candidate, or as the function's own that it became."""
        sets = self._records.sets
        became = (each for each in sets if each.track == names.STABLE and each.revision == number)
        past = (each.number for each in self._records.stable.past)
        return number in past or any(each.rollout == FAILED for each in became)

    def _set(self, of: DeploymentRecord) -> ReplicaSetRecord | None:
        """Of the revision in a Deployment's template; of two, the one that is wanted."""
        found = [
            each
            for each in self._records.sets
            if each.track == of.track and each.revision == of.revision
        ]
        return max(found, key=lambda each: each.replicas, default=None)

    def _fault(self, of: DeploymentRecord, current: ReplicaSetRecord) -> str:
        """Why a revision cannot become ready; empty while it may."""
        pods = [
            each
            for each in self._pods
            if each.track == of.track and each.revision == of.revision and not each.ending
        ]
        for each in pods:
            if each.hopeless:
                return each.trouble or _NOT_IN_TIME
        if not of.observed or of.conditions.get("Progressing", ("", ""))[0] != _DEADLINE:
            return ""
        words = (current.failure, *(each.trouble for each in pods if not each.ready))
        return next(filter(None, words), _NOT_IN_TIME)
