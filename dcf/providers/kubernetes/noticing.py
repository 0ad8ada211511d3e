"""Tells what happens by itself in the cluster, by what is different after each of its events."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...errors import InvalidRequest, NotFound
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
from ..placement import PROGRESSING, READY, ReplicaExit, RevisionInfo
from ..restart_kind import restart_kind
from ..rollout.watch import without_output
from ..terms import terms_of
from .cache import Change
from .records import DeploymentRecord, FunctionRecords, PodRecord, ReplicaSetRecord
from .state import Standing

_PREPARING, _STARTING = "preparing", "starting"
_STEADY_SECONDS = 10.0


@dataclass
class _Told:
    """What was told of one function last."""

    newest: int = 0
    outcome: str = PROGRESSING
    step: str = ""


class Noticing:
    """Looks at changes. Before `started` it reports nothing: all that it sees was there before."""

    def __init__(
        self, records: Callable[[str], FunctionRecords], hear: Hear, clock: Callable[[], float]
    ) -> None:
        """Nothing has been told.

        Args:
            records: All that is known of a function; raises `NotFound`.
            hear: Takes each report.
            clock: Seconds since 1970.
        """
        self._records, self._hear, self._clock = records, hear, clock
        self._told: dict[str, _Told] = {}
        self._loops: dict[str, float | None] = {}  # by pod, since when it is ready again
        self._is_started = False

    def started(self, functions: list[str]) -> None:
        """All that is there was listed once; tells what became of it before, as restored."""
        self._is_started = True
        for name in functions:
            self._look(name, is_restored=True)

    def changed(self, change: Change[Any]) -> None:
        """One object is another now."""
        if not self._is_started:
            return
        known = change.after if change.after is not None else change.before
        if isinstance(known, PodRecord):
            self._pod(change.before, change.after)
        elif isinstance(known, (DeploymentRecord, ReplicaSetRecord)):
            for name in change.owners:
                self._look(name)

    # Rollouts.

    def _look(self, name: str, *, is_restored: bool = False) -> None:
        """Tell what is different now of a function's newest revision."""
        try:
            standing = Standing(self._records(name))
        except NotFound:  # it is deleted: its pods are still reported
            self._told.pop(name, None)
            return
        told = self._told.setdefault(name, _Told())
        newest = standing.newest_info
        if newest.number < told.newest:
            return  # its template went back already, and its ReplicaSet is not seen yet
        if newest.number > told.newest:
            if told.newest and told.outcome == PROGRESSING:
                before = [each for each in standing.history() if each.number == told.newest]
                seconds = self._since(before[0]) if before else 0.0
                self._hear(RolloutEnded(name, told.newest, REPLACED, "", seconds))
            told.newest, told.outcome, told.step = newest.number, PROGRESSING, ""
        if newest.rollout == PROGRESSING:
            self._step(name, told, standing)
        elif told.outcome not in (newest.rollout, READY):  # what served once stays one that did
            told.outcome = newest.rollout
            reason = without_output(newest.reason)
            seconds = 0.0 if is_restored else self._since(newest)
            self._hear(
                RolloutEnded(name, newest.number, told.outcome, reason, seconds, is_restored)
            )

    def _step(self, name: str, told: _Told, standing: Standing) -> None:
        step = standing.judged or (_STARTING if standing.has_begun else _PREPARING)
        if not told.step and step != _PREPARING:
            self._hear(RolloutStep(name, told.newest, _PREPARING))
        if step == told.step:
            return
        told.step = step
        self._hear(RolloutStep(name, told.newest, step))
        if step == standing.judged:
            self._candidate(name, standing)

    def _candidate(self, name: str, standing: Standing) -> None:
        try:
            terms = terms_of(standing.newest_info.spec.annotations)
        except InvalidRequest:  # written by somebody else: nobody can judge by them
            return
        if terms is not None:
            self._hear(CandidateReady(name, standing.newest, standing.serving, terms))

    def _since(self, info: RevisionInfo) -> float:
        try:
            return max(0.0, self._clock() - datetime.fromisoformat(info.deployed_at).timestamp())
        except ValueError:
            return 0.0

    # Replicas.

    def _pod(self, before: PodRecord | None, after: PodRecord | None) -> None:
        if after is None:
            if before is not None:
                self._loops.pop(before.name, None)
                self._hear(ReplicaEnded(before.function, self._number(before), before.name))
            return
        about = (after.function, self._number(after), after.name)
        if before is not None and after.restarts > before.restarts and after.last_exit:
            reason = without_output(self._reason(after, after.last_exit))
            self._hear(ReplicaRestarted(*about, restart_kind(reason), reason))
        if after.ready and not (before and before.ready):
            self._hear(ReplicaReady(*about))
            if after.name in self._loops:
                self._loops[after.name] = self._clock()
        if after.crash_loop:
            self._loop(after, about)

    def _reason(self, pod: PodRecord, ended: ReplicaExit) -> str:
        """Why it ended; all that is known of it says more than its own status."""
        try:
            pods = self._records(pod.function).pods
        except NotFound:
            return ended.reason
        known = next((each.last_exit for each in pods if each.name == pod.name), None)
        return known.reason if known else ended.reason

    def _loop(self, pod: PodRecord, about: tuple[str, int, str]) -> None:
        """It ends again and again; told once, until it has been ready for a while."""
        since = self._loops.get(pod.name)
        if pod.name not in self._loops or (since and self._clock() - since > _STEADY_SECONDS):
            self._hear(ReplicaLooping(*about, without_output(pod.crash_loop)))
        self._loops[pod.name] = None

    def _number(self, pod: PodRecord) -> int:
        """The number of its revision, also where only its ReplicaSet has it."""
        if pod.revision:
            return pod.revision
        try:
            sets = self._records(pod.function).sets
        except NotFound:
            return 0
        return next((each.revision for each in sets if each.name == pod.owner), 0)
