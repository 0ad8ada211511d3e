"""One deployed function of the process provider: its history, its log, and its rollout."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from ...errors import InvalidRequest
from ..placement import (
    ENDED,
    FAILED,
    PROGRESSING,
    FunctionSpec,
    FunctionState,
    Progress,
    ReplicaExit,
    RevisionInfo,
)
from ..rollout.machine import Rollout
from ..rollout.states import Asked
from ..routing import Target
from ..terms import terms_of
from .history import History
from .logs import FunctionLog
from .probe import status_of
from .revision_processes import RevisionProcesses

_ANSWER_SECONDS = 0.2


class Deployed:
    """Joins what is written down with what runs.

    Attributes:
        history: What was asked for.
        log: What its replicas wrote.
        processes: What runs.
    """

    def __init__(
        self, history: History, log: FunctionLog, processes: RevisionProcesses, trial: float
    ) -> None:
        """A function that does not run yet; see `resume`.

        Args:
            history: Its own, with a revision or more.
            log: Its own.
            processes: Its own.
            trial: Seconds for which a new revision must stay ready before the old one is drained.
        """
        self.history, self.log, self.processes = history, log, processes
        clock = asyncio.get_running_loop().time
        replicas = history.record.replicas
        self._rollout = Rollout(processes, clock, replicas=replicas, trial=trial)
        processes.rollout = self._rollout
        self._changing = asyncio.Lock()

    @property
    def status(self) -> FunctionState:
        """What runs now."""
        record, rollout = self.history.record, self._rollout
        shown, progress = self.history.serving or self.history.newest, rollout.progress
        exits = self.processes.exits.of(shown.number)
        return FunctionState(
            shown.spec,
            record.replicas,
            # Of a canary and what serves, those of the one that has more.
            max(Counter(each.revision for each in self.targets()).values(), default=0),
            record.created_at,
            rollout.outcome,
            rollout.reason,
            revision=record.serving,
            newest=self.history.newest.number,
            progress=Progress(*progress) if progress else None,
            restarts=exits.restarts,
            last_exit=exits.last,
            crash_loop=self.processes.crash_loop(shown.number),
            judged=rollout.terms.mode if rollout.terms else "",
        )

    def revisions(self) -> Sequence[RevisionInfo]:
        """Its history, newest first."""
        exits = self.processes.exits
        return [
            replace(
                each,
                restarts=known.restarts,
                last_exit=known.last,
                crash_loop=self.processes.crash_loop(each.number),
            )
            for each in self.history.infos()
            for known in (exits.of(each.number),)
        ]

    async def ended(self, target: Target, deadline: float) -> ReplicaExit | None:
        """How a replica ended that broke off a call; None at once for one that lives."""
        place = urlsplit(target.address)
        host, port = place.hostname or "", place.port or 0
        now = asyncio.get_running_loop().time
        while not await status_of(host, port, "/_/health", timeout=_ANSWER_SECONDS):
            # It has ended, or is slow to answer: one of both will be known.
            until = min(deadline, now() + _ANSWER_SECONDS)
            found = await self.processes.exits.at(target.address, until)
            if found is not None or until == deadline:
                return found
        return None

    def targets(self) -> Sequence[Target]:
        """The ready replicas."""
        return self.processes.targets()

    def shadows(self) -> Sequence[Target]:
        """The ready replicas of a shadow."""
        return self.processes.shadows()

    async def ready(self, deadline: float) -> Sequence[Target]:
        """The ready replicas, as soon as there is one, or what there is at the deadline."""
        try:
            async with asyncio.timeout_at(deadline):
                while not self.targets():
                    await self.processes.changed()
        except TimeoutError:
            pass
        return self.targets()

    def wanted_secrets(self) -> set[str]:
        """What the revision that serves and the one on its way want."""
        serving = self.history.serving or self.history.newest
        return {*serving.spec.secrets, *self.history.newest.spec.secrets}

    def resume(self) -> None:
        """Bring back what served; then go on with a revision that was on its way."""
        serving, newest = self.history.serving, self.history.newest
        if newest.rollout != PROGRESSING:
            self.processes.watch.restored = newest.number
        with self.processes.event():
            if serving is None or serving.number == newest.number:
                self._rollout.asked(_asked(newest))
            elif newest.rollout == PROGRESSING:
                self._rollout.restored(_asked(serving), serving.number, None)
                self._rollout.asked(_asked(newest))
            else:
                verdict = (newest.rollout, newest.reason)
                self._rollout.restored(_asked(serving), newest.number, verdict)

    async def begin(self, find: Callable[[], FunctionSpec], by: str) -> RevisionInfo:
        """Roll to a revision; a roll under way is given up for it. The same again is no work.

        Args:
            find: Gives what is asked for; called when it is this change's turn.
            by: Who asks.
        """
        async with self._changing:
            spec, newest = find(), self.history.newest
            if spec == newest.spec and self._rollout.outcome not in (FAILED, ENDED):
                return newest
            info = await self.history.add(spec, by)
            with self.processes.event():
                self._rollout.asked(_asked(info))
            return info

    def settle(self, number: int, reason: str, *, keep: bool) -> None:
        """End a canary or shadow."""
        with self.processes.event():
            is_settled = self._rollout.settled(number, reason, keep=keep)
        if not is_settled:
            name = self.history.record.name
            raise InvalidRequest(f"revision {number} of {name} is no canary or shadow now")

    def before(self) -> FunctionSpec:
        """What to go back to: what serves beside a canary or shadow, or served before."""
        is_judged = self._rollout.terms is not None
        return self.history.find(self.history.record.serving if is_judged else None)

    async def scale(self, replicas: int) -> None:
        """Want so many replicas."""
        async with self._changing:
            await self.history.scale(replicas)
            with self.processes.event():
                self._rollout.scaled(replicas)

    async def stop(self, seconds: float = math.inf) -> None:
        """End every process; calls under way finish first.

        Args:
            seconds: How long they may take for that, where the function gives them longer.
        """
        self.processes.stop_seconds = seconds
        with self.processes.event():
            self._rollout.stopped()
        await self.processes.over()


def _asked(info: RevisionInfo) -> Asked:
    try:
        terms = terms_of(info.spec.annotations)
    except InvalidRequest:  # deployed when these annotations meant nothing yet
        terms = None
    return Asked(info.number, info.spec.replicas, terms)
