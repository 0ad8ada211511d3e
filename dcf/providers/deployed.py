"""One deployed function of the process provider: which revision serves, which one is on its way."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from dcf.errors import DcfError
from dcf.providers.base import FAILED, PROGRESSING, READY, Endpoint, FunctionSpec, FunctionStatus
from dcf.providers.logs import FunctionLog
from dcf.providers.replica import Launch
from dcf.providers.revision import Revision
from dcf.providers.store import Record

Prepare = Callable[[FunctionSpec, Callable[[str], None]], Awaitable[Launch]]


class Deployed:
    """Rolls revisions: the new one starts, becomes ready, takes over, and the old one is drained.

    A new revision that cannot become ready is ended and the old one goes on. Without an old
    one, the new one is kept and tried again with growing pauses, as a cluster would.
    """

    def __init__(
        self, record: Record, log: FunctionLog, prepare: Prepare, keep: Callable[[Record], None]
    ) -> None:
        self.log = log
        self._record, self._prepare, self._keep = record, prepare, keep
        self._current: Revision | None = None
        self._wanted = record.spec
        self._rollout, self._reason = PROGRESSING, ""
        self._task: asyncio.Task[None] | None = None
        self._next: Revision | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def status(self) -> FunctionStatus:
        """What runs now."""
        record = self._record
        return FunctionStatus(
            record.spec,
            record.replicas,
            len(self.endpoints()),
            record.created_at,
            self._rollout,
            self._reason,
        )

    def endpoints(self) -> Sequence[Endpoint]:
        """The ready replicas of the revision that serves."""
        return self._current.endpoints() if self._current else ()

    def begin(self, spec: FunctionSpec) -> None:
        """Roll to a revision; a roll under way is given up for it. The same again is no work."""
        if self._task is not None and spec == self._wanted and self._rollout != FAILED:
            return
        if self._task is not None:
            self._task.cancel()
        self._wanted, self._rollout, self._reason = spec, PROGRESSING, ""
        self._task = asyncio.create_task(self._roll(spec), name=f"roll {spec.name}")

    def scale(self, replicas: int) -> None:
        """Want so many replicas."""
        self._record = Record(self._record.spec, replicas, self._record.created_at)
        self._keep(self._record)
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

    async def _roll(self, spec: FunctionSpec) -> None:
        revision: Revision | None = None
        try:
            launch = await self._prepare(spec, lambda text: self.log.write(spec.name, text))
            revision = self._started(spec, launch)
            await revision.settled()
        except (DcfError, OSError) as fault:
            await self._failed(revision, fault)
        except asyncio.CancelledError:
            self._leave(revision)
            raise
        else:
            self._take_over(spec, revision)

    def _started(self, spec: FunctionSpec, launch: Launch) -> Revision:
        first = self._current is None
        wanted = self._record.replicas
        revision = self._next = Revision(spec, launch, self.log.write)
        revision.scale(wanted if first else max(wanted, spec.replicas))
        if first:
            self._current = revision
        return revision

    def _take_over(self, spec: FunctionSpec, revision: Revision) -> None:
        old, self._current, self._next = self._current, revision, None
        replicas = self._record.replicas
        if old is not revision:
            replicas = max(replicas, spec.replicas)
        self._record = Record(spec, replicas, self._record.created_at)
        self._keep(self._record)
        self._rollout = READY
        if old is not revision:
            self._leave(old)

    async def _failed(self, revision: Revision | None, fault: DcfError | OSError) -> None:
        self._rollout, self._reason, self._next = FAILED, str(fault), None
        self.log.write(self._wanted.name, f"the new revision cannot become ready: {fault}")
        if revision is None:
            return
        if revision is not self._current:
            self._leave(revision)
            return
        await revision.first_ready()
        self._rollout, self._reason = READY, ""

    def _leave(self, revision: Revision | None) -> None:
        """Drain a revision in the background, unless it is the one that serves."""
        if revision is None or revision is self._current:
            return
        leaving = asyncio.create_task(revision.stop())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
