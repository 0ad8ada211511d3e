"""One deployed function of the process provider: which revision serves, which one is on its way."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from dcf.errors import DcfError
from dcf.providers.base import (
    FAILED,
    PROGRESSING,
    READY,
    Endpoint,
    FunctionSpec,
    FunctionStatus,
    RevisionInfo,
    Usage,
)
from dcf.providers.history import History
from dcf.providers.logs import FunctionLog
from dcf.providers.replica import Launch
from dcf.providers.revision import Revision

_FIRST_DELAY, _LONGEST_DELAY = 1.0, 60.0

Prepare = Callable[[FunctionSpec, Callable[[str], None]], Awaitable[Launch]]


class Deployed:
    """Rolls revisions: the new one starts, becomes ready, takes over, and the old one is drained.

    A new revision that cannot become ready is ended and the old one goes on. Without an old
    one, the new one is kept and tried again with growing pauses, as a cluster would.
    """

    def __init__(self, history: History, log: FunctionLog, prepare: Prepare) -> None:
        self.history, self.log = history, log
        self._prepare = prepare
        self._current: Revision | None = None
        self._next: Revision | None = None
        self._rollout, self._reason = PROGRESSING, ""
        self._task: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def status(self) -> FunctionStatus:
        """What runs now."""
        record = self.history.record
        return FunctionStatus(
            (self.history.serving or self.history.newest).spec,
            record.replicas,
            len(self.endpoints()),
            record.created_at,
            self._rollout,
            self._reason,
        )

    def endpoints(self) -> Sequence[Endpoint]:
        """The ready replicas of the revision that serves."""
        return self._current.endpoints() if self._current else ()

    def usage(self) -> Usage:
        """What all its replicas use, of every revision that runs."""
        revisions = dict.fromkeys((self._current, self._next))
        used = [revision.usage() for revision in revisions if revision is not None]
        return Usage(
            sum(each.cpu_millicores for each in used), sum(each.memory_bytes for each in used)
        )

    def wanted_secrets(self) -> set[str]:
        """What the revision that serves and the one on its way want."""
        serving = self.history.serving or self.history.newest
        return {*serving.spec.secrets, *self.history.newest.spec.secrets}

    def resume(self) -> None:
        """Bring back what served; then go on with a revision that was on its way."""
        self._task = asyncio.create_task(self._resume(), name=f"resume {self.history.record.name}")

    def begin(self, spec: FunctionSpec, by: str) -> RevisionInfo:
        """Roll to a revision; a roll under way is given up for it. The same again is no work."""
        newest = self.history.newest
        if spec == newest.spec and self._rollout != FAILED:
            return newest
        info = self.history.add(spec, by)
        if self._task is not None:
            self._task.cancel()
        self._rollout, self._reason = PROGRESSING, ""
        self._task = asyncio.create_task(self._roll(info), name=f"roll {spec.name}")
        return info

    def scale(self, replicas: int) -> None:
        """Want so many replicas."""
        self.history.scale(replicas)
        for revision in dict.fromkeys((self._current, self._next)):
            if revision is not None:
                revision.scale(replicas)

    async def stop(self) -> None:
        """End every process; calls under way finish first."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        current, self._current = self._current, None
        self._leave(current)
        await asyncio.gather(*self._leaving)

    async def _resume(self) -> None:
        serving, newest = self.history.serving, self.history.newest
        if serving is None or serving.number == newest.number:
            await self._roll(newest)
        elif newest.rollout != PROGRESSING:
            await self._roll(serving)
            self._rollout, self._reason = newest.rollout, newest.reason
        else:
            with contextlib.suppress(DcfError, OSError):  # the newest may still mend it
                await self._start(serving)
            await self._roll(newest)

    async def _roll(self, info: RevisionInfo) -> None:
        revision: Revision | None = None
        try:
            revision = await self._start(info)
            await revision.settled()
            self._take_over(revision)
        except (DcfError, OSError) as fault:
            await self._failed(info, revision, fault)
        except asyncio.CancelledError:
            self._leave(revision)
            raise

    async def _start(self, info: RevisionInfo) -> Revision:
        launch = await self._prepare(info.spec, self._progress)
        wanted = self.history.record.replicas
        revision = self._next = Revision(info, launch, self.log.write)
        if self._current is None:
            self._current = revision
        else:
            wanted = max(wanted, info.spec.replicas)
        revision.scale(wanted)
        self._tell("")
        return revision

    def _progress(self, text: str) -> None:
        self._tell(text)
        self.log.write(self.history.record.name, text)

    def _tell(self, text: str) -> None:
        if self._rollout == PROGRESSING:  # not over the reason of a failure
            self._reason = text

    def _take_over(self, revision: Revision) -> None:
        # Its own count, not the record's: it may have been scaled while it started.
        self.history.took_over(revision.info, revision.wanted)
        old, self._current, self._next = self._current, revision, None
        self._rollout, self._reason = READY, ""
        if old is not revision:
            self._leave(old)

    async def _failed(
        self, info: RevisionInfo, revision: Revision | None, fault: DcfError | OSError
    ) -> None:
        self._rollout, self._reason, self._next = FAILED, str(fault), None
        with contextlib.suppress(OSError):  # it may be the fault itself
            self.history.failed(info.number, self._reason)
        self.log.write(info.spec.name, f"revision {info.number} cannot become ready: {fault}")
        self._leave(revision)
        if self._current is None:
            await self._start_later(info)
        elif self._current is not revision and self.history.serving is not None:
            return
        # It is tried again until it is ready, or until it is given up for an update.
        current = self._current
        assert current is not None
        await current.first_ready()
        with contextlib.suppress(OSError):
            self.history.took_over(current.info, current.wanted)
        if current.info.number == info.number:
            self._rollout, self._reason, self._next = READY, "", None

    async def _start_later(self, info: RevisionInfo) -> None:
        """Prepare again what could not be prepared (no network, say), as nothing else serves."""
        delay = _FIRST_DELAY
        while self._current is None:
            await asyncio.sleep(delay)
            delay = min(2 * delay, _LONGEST_DELAY)
            with contextlib.suppress(DcfError, OSError):  # told already
                await self._start(info)

    def _leave(self, revision: Revision | None) -> None:
        """Drain a revision in the background, unless it is the one that serves."""
        if revision is None or revision is self._current:
            return
        leaving = asyncio.create_task(revision.stop())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
