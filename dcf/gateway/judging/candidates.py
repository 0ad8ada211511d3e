"""All candidates that are judged now; a task of each waits for the verdict and has it done."""

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from ...errors import DcfError, InvalidRequest, NotFound
from ...providers.notices import (
    CandidateReady,
    Notice,
    ReplicaRestarted,
    RolloutEnded,
    RolloutStep,
)
from ...providers.terms import MODES, SHADOW
from ..calls.metrics import Metrics
from .candidate import Candidate
from .judge import Decision, Verdict
from .replicas import Replicas

if TYPE_CHECKING:
    from ..calls.upstream import Upstream
    from ..core import Gateway

_AGAIN_SECONDS = 5.0
_log = logging.getLogger(__name__)


class Candidates:
    """By function; none but while a canary or shadow is there.

    Attributes:
        watched: Those whose calls are noted.
    """

    def __init__(self, metrics: Metrics) -> None:
        """Nobody is judged.

        Args:
            metrics: Counts copies and verdicts; forgets with it who was deleted.
        """
        self._metrics = metrics
        self._told: dict[str, CandidateReady] = {}
        self.watched: dict[str, Candidate] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._settling: set[asyncio.Task[None]] = set()
        self._ways: tuple[Gateway, Upstream] | None = None

    def hear(self, notice: Notice) -> None:
        """What a provider tells."""
        name = notice.function
        if isinstance(notice, CandidateReady):
            self.forget(name)
            self._told[name] = notice
            self._begin(notice)
        elif isinstance(notice, RolloutEnded) or (
            isinstance(notice, RolloutStep) and notice.step not in MODES
        ):
            self.forget(name)
        elif isinstance(notice, ReplicaRestarted) and name in self.watched:
            self.watched[name].died(notice.revision)

    def start(self, gateway: "Gateway", upstream: "Upstream") -> None:
        """Judge from now on, those that are there already, too; and tell who asks how it goes."""
        self._ways = gateway, upstream
        gateway.forgotten, gateway.figures = self._deleted, self.figures
        gateway.settled = lambda name, keep: self._metrics.of(name).settled(keep=keep)
        upstream.watched = self.watched
        for told in self._told.values():
            self._begin(told)

    def forget(self, name: str) -> None:
        """A function has no candidate any more."""
        self._told.pop(name, None)
        self.watched.pop(name, None)
        task = self._tasks.pop(name, None)
        if task is not None and task not in self._settling:
            task.cancel()

    def _deleted(self, name: str) -> None:
        self._metrics.forget(name)
        if self._ways is not None:
            self._ways[1].balancer.forget(name)
        self.forget(name)

    def figures(self, name: str) -> tuple[int, str]:
        """Its candidate's number and how that is doing; 0 for none."""
        found = self.watched.get(name)
        return (found.number, found.line) if found else (0, "")

    async def close(self) -> None:
        """Judge nobody any more; candidates stay as they are."""
        tasks = [*self._tasks.values(), *self._settling]
        for name in list(self._tasks):
            self.forget(name)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, told: CandidateReady) -> None:
        if self._ways is None:
            return
        name, tally = told.function, self._metrics.of(told.function)
        candidate = Candidate(told, Replicas(name, *self._ways), tally.copied)
        self.watched[name] = candidate
        self._tasks[name] = asyncio.create_task(self._judge(candidate), name=f"judge {name}")

    async def _judge(self, candidate: Candidate) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            verdict = await _verdict(candidate)
            # The provider may tell of the end before all of it is done.
            self._settling.add(task)
            await self._settle(candidate, verdict)
        except NotFound:  # it was deleted meanwhile
            pass
        finally:
            self._settling.discard(task)
            await candidate.close()

    async def _settle(self, candidate: Candidate, verdict: Verdict) -> None:
        assert self._ways is not None
        keep = verdict.decision is Decision.ON and candidate.terms.mode != SHADOW
        reason = _words(candidate, verdict)
        while self.watched.get(candidate.function) is candidate:
            if not verdict.is_by_calls and not self._ways[0].leads:
                # Another gateway may have had the calls. What it decides ends this task.
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            try:
                await self._ways[0].settle(candidate.function, candidate.number, reason, keep=keep)
                return
            except (NotFound, InvalidRequest):  # deleted, or settled by somebody else
                return
            except DcfError as fault:
                _log.warning("the verdict on %s cannot be kept: %s", candidate.function, fault)
                await asyncio.sleep(_AGAIN_SECONDS)


async def _verdict(candidate: Candidate) -> Verdict:
    """What is decided, as soon as it is."""
    judge = candidate.judge
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(judge.wakes_at):
                await candidate.due.wait()
        candidate.due.clear()
        verdict = judge.look()
        if verdict.decision is not Decision.NOT_YET:
            return verdict


def _words(candidate: Candidate, verdict: Verdict) -> str:
    if candidate.terms.mode == SHADOW:
        would = "take over" if verdict.decision is Decision.ON else "go back"
        return f"shadow: as a canary it would {would}: {verdict.reason} ({candidate.judge.figures})"
    what = "takes over" if verdict.decision is Decision.ON else "goes back"
    figures = "" if verdict.decision is Decision.ON else f" ({candidate.judge.figures})"
    return f"canary {what}: {verdict.reason}{figures}"
