"""The state and the history of a function, from what is remembered of its objects."""

from collections.abc import Iterable
from dataclasses import replace

from ..placement import FAILED, PROGRESSING, READY, FunctionState, Progress, RevisionInfo
from ..terms import MODE, MODES
from . import names
from .records import DeploymentRecord, FunctionRecords, PodRecord, ReplicaSetRecord


def numbered(pods: Iterable[PodRecord], sets: Iterable[ReplicaSetRecord]) -> tuple[PodRecord, ...]:
    """Pods with the number of their revision, also where only their ReplicaSet has it."""
    known = {each.name: each.revision for each in sets}
    return tuple(
        each if each.revision else replace(each, revision=known.get(each.owner, 0)) for each in pods
    )


class Standing:
    """What one function's records say together.

    Attributes:
        serving: Number of the revision that serves; 0 before any does.
        newest: Number of the newest revision.
        judged: `canary` or `shadow`, while the newest revision is one.
    """

    def __init__(self, records: FunctionRecords) -> None:
        """Takes what is remembered; see `FunctionRecords`."""
        self._stable, self._candidate = records.stable, records.candidate
        # Of two of one number, which somebody's change of the template makes, the one with pods.
        sets = sorted(records.sets, key=lambda each: each.replicas)
        self._sets = {(each.track, each.revision): each for each in sets}
        self._pods = numbered(records.pods, records.sets)
        self._sources = self._found()
        self.serving, self.newest = self._serving(), max(self._sources)
        self.judged = self._judged()

    @property
    def newest_info(self) -> RevisionInfo:
        """The newest revision."""
        return self._entry(self.newest)

    @property
    def has_begun(self) -> bool:
        """Whether the controller has begun to make replicas of the newest revision."""
        track = self._newest_deployment().track
        return (track, self.newest) in self._sets

    @property
    def state(self) -> FunctionState:
        """What runs now."""
        newest = self.newest_info
        shown = self._entry(self.serving) if self.serving else newest
        wanted, is_moving = self._stable.replicas, newest.rollout == PROGRESSING
        available = min(wanted, len(self._ready(names.STABLE)))
        reason = newest.reason
        if newest.rollout in (READY, PROGRESSING):
            reason = self._trouble(self.newest) if is_moving or available < wanted else ""
        return FunctionState(
            shown.spec,
            wanted,
            available,
            self._stable.created_at,
            newest.rollout,
            reason,
            revision=self.serving,
            newest=self.newest,
            progress=self._progress() if is_moving else None,
            restarts=shown.restarts,
            last_exit=shown.last_exit,
            crash_loop=shown.crash_loop,
            judged=self.judged,
        )

    def history(self) -> list[RevisionInfo]:
        """Its revisions, newest first."""
        return [self._entry(number) for number in sorted(self._sources, reverse=True)]

    def _found(self) -> dict[int, RevisionInfo | ReplicaSetRecord | DeploymentRecord]:
        """By number, what says most of each revision."""
        found: dict[int, RevisionInfo | ReplicaSetRecord | DeploymentRecord] = {}
        found |= {each.number: each for each in self._stable.past}
        if self._candidate:
            found[self._candidate.revision] = self._candidate
        found[self._stable.revision] = self._stable
        stable = ((key, each) for key, each in self._sets.items() if key[0] == names.STABLE)
        return found | {number: each for (_, number), each in stable}

    def _entry(self, number: int) -> RevisionInfo:
        source = self._sources[number]
        info = source if isinstance(source, RevisionInfo) else self._info(source)
        return self._with_ends(info)

    def _serving(self) -> int:
        """The revision in the template, if it ever was ready; else the newest one that was.

        The template says so because somebody may have gone back with `kubectl rollout undo`.
        """
        ready = [
            number
            for (track, number), each in self._sets.items()
            if track == names.STABLE and each.rollout == READY
        ]
        return self._stable.revision if self._stable.revision in ready else max(ready, default=0)

    def _judged(self) -> str:
        candidate = self._candidate
        if candidate is None or candidate.revision != self.newest or self._is_taking_over:
            return ""
        found = self._sets.get((names.CANDIDATE, candidate.revision))
        mode = candidate.spec.annotations.get(MODE, "")
        return mode if found and found.rollout == READY and mode in MODES else ""

    @property
    def _is_taking_over(self) -> bool:
        """Whether the candidate was kept, and is replaced by pods of the function's own."""
        return self._candidate is not None and self._candidate.revision == self._stable.revision

    def _newest_deployment(self) -> DeploymentRecord:
        candidate = self._candidate
        if candidate is not None and candidate.revision == self.newest and not self._is_taking_over:
            return candidate
        return self._stable

    def _progress(self) -> Progress:
        deployment = self._newest_deployment()
        ready = [each for each in self._ready(deployment.track) if each.revision == self.newest]
        return Progress(deployment.replicas, min(deployment.replicas, len(ready)))

    def _ready(self, track: str) -> list[PodRecord]:
        return [each for each in self._pods if each.ready and each.track == track]

    def _info(self, found: ReplicaSetRecord | DeploymentRecord) -> RevisionInfo:
        """An entry of the history, without how its replicas ended."""
        number, rollout, reason = found.revision, PROGRESSING, ""
        if isinstance(found, ReplicaSetRecord):
            rollout, reason = self._result(found)
        elif each := self._sets.get((names.CANDIDATE, number)):
            # A candidate is judged from `ready` on, and so still on its way.
            rollout, reason = (PROGRESSING, "") if each.rollout == READY else self._result(each)
        return RevisionInfo(
            number,
            found.spec,
            found.deployed_at,
            found.by,
            rollout,
            reason,
            serving=number == self.serving,
        )

    def _result(self, found: ReplicaSetRecord) -> tuple[str, str]:
        if found.rollout:
            return found.rollout, found.reason
        # Without a result the newest is on its way, whatever the template says: it says so before
        # the result is seen, as each kind of object has a watch of its own.
        current = (self._stable.revision, self.newest)
        if found.track == names.CANDIDATE or found.revision in current:
            return PROGRESSING, ""
        if found.is_foreign:  # nobody noted what became of it: it was replaced, so it served
            return READY, ""
        later = [number for _, number in self._sets if number > found.revision]
        instead = f" for revision {min(later)}" if later else ""
        return FAILED, f"given up{instead} before it took over"

    def _trouble(self, number: int) -> str:
        """One line: why replicas of a revision are missing; empty if nothing is known."""
        words = [each.trouble for each in self._pods if each.revision == number]
        words += [each.failure for each in self._sets.values() if each.revision == number]
        return next((each for each in words if each), "")

    def _with_ends(self, info: RevisionInfo) -> RevisionInfo:
        pods = [each for each in self._pods if each.revision == info.number]
        exits = [each.last_exit for each in pods if each.last_exit]
        return replace(
            info,
            restarts=sum(each.restarts for each in pods),
            last_exit=max(exits, key=lambda each: each.at, default=None),
            crash_loop=next((each.crash_loop for each in pods if each.crash_loop), ""),
        )
