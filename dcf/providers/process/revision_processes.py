"""What a function's rollout machine has done, by processes of this machine."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...errors import DcfError, StorageFailed
from ...state.disk import storage_fault
from ..notices import Hear, unheard
from ..placement import FunctionSpec, ReplicaExit, Usage
from ..restart_kind import restart_kind
from ..rollout.machine import Rollout
from ..rollout.states import State
from ..rollout.watch import RolloutWatch
from ..routing import Target
from .exits import Exits
from .history import History
from .launch import Launch
from .logs import FunctionLog
from .replica import Replica, Report

Prepare = Callable[[int, FunctionSpec, Callable[[str], None]], Awaitable[Launch]]
StartReplica = Callable[[str, Launch, Callable[[str, str], None], Report], Replica]
_log = logging.getLogger(__name__)


class RevisionProcesses:
    """Fills the machine's port `Effects`, and tells the machine what came of it.

    Attributes:
        rollout: The machine; set once it is made.
        watch: Tells what it does.
        exits: How replicas ended that nobody had asked to.
        stop_seconds: How long replicas that are stopped from now on may finish their calls, where
            their launch gives them longer.
    """

    rollout: Rollout
    stop_seconds = math.inf

    def __init__(
        self,
        history: History,
        log: FunctionLog,
        prepare: Prepare,
        start_replica: StartReplica = Replica,
        hear: Hear = unheard,
    ) -> None:
        self._history, self._log, self.exits = history, log, Exits()
        self.watch = RolloutWatch(self._function, hear, asyncio.get_running_loop().time)
        self._prepare, self._start_replica = prepare, start_replica
        self._preparing: dict[int, asyncio.Task[None]] = {}
        self._launches: dict[int, Launch] = {}
        self._replicas: dict[tuple[int, int], Replica] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._news: set[asyncio.Future[None]] = set()

    def prepare(self, number: int) -> None:
        """Begin to make a launch."""
        making = self._begin(self._make(number), f"prepare {self.name(number)}")
        self._preparing[number] = making
        making.add_done_callback(lambda _: self._preparing.pop(number, None))

    def give_up(self, number: int) -> None:
        """Cancel that; nothing of it stays, or it is told as usual."""
        self._preparing[number].cancel()

    def start(self, number: int, member: int) -> None:
        """Start a process."""
        self._replicas[number, member] = self._start_replica(
            self.name(number, member),
            self._launches[number],
            self._log.write,
            _News(self, number, member),
        )

    def stop(self, number: int, member: int) -> None:
        """Drain a process in the background."""
        replica = self._replicas.pop((number, member))
        self._begin(self._end(number, member, replica), f"stop {self.name(number, member)}")

    def discard(self, number: int) -> None:
        """Take a launch back."""
        self._launches.pop(number).discard()

    def keep(self, number: int) -> None:
        """Write down which revision serves."""
        self._begin(self._write(number), f"keep {self.name(number)}")

    def note_end(self, number: int, outcome: str, reason: str) -> None:
        """Write down, and into the function's log, why a revision does not serve."""
        what = "does not take over" if self.rollout.judgement else "cannot become ready"
        self._log.write(self._function, f"revision {number} {what}: {reason}")
        self._begin(self._write_end(number, outcome, reason), f"note {self.name(number)}")

    def wake(self, at: float) -> None:
        """Set a timer of the event loop's clock."""
        self._timers.add(asyncio.get_running_loop().call_at(at, self._woken))

    def targets(self) -> Sequence[Target]:
        """Where calls go now."""
        found = self._targets(self.rollout.routed)
        if self.rollout.state is not State.CANARY:
            return found
        shares = self.rollout.shares
        return [replace(each, weight=shares[each.revision]) for each in found]

    def shadows(self) -> Sequence[Target]:
        """Where copies of calls go now."""
        return self._targets(self.rollout.shadowed)

    def _targets(self, members: Sequence[tuple[int, int]]) -> Sequence[Target]:
        replicas = (self._replicas[each] for each in members)
        return [replica.target for replica in replicas if replica.target is not None]

    def usage(self) -> Usage:
        """What its processes use, but for those that are being drained."""
        used = [replica.usage() for replica in self._replicas.values()]
        return Usage(
            sum(each.cpu_millicores for each in used), sum(each.memory_bytes for each in used)
        )

    def crash_loop(self, number: int) -> str:
        """One line if a replica of a revision ends again and again; else nothing."""
        lines = (each.crash_loop for (of, _), each in self._replicas.items() if of == number)
        return next(filter(None, lines), "")

    def pids(self) -> Sequence[int]:
        """The supervisors of its processes, but for those that are being drained."""
        return [pid for each in self._replicas.values() if (pid := each.pid) is not None]

    async def changed(self) -> None:
        """Wait for the next event."""
        news = asyncio.get_running_loop().create_future()
        self._news.add(news)
        try:
            await news
        finally:
            self._news.discard(news)

    async def over(self) -> None:
        """Wait, once the machine is stopped, until nothing is left."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        for timer in self._timers:
            timer.cancel()

    async def _make(self, number: int) -> None:
        try:
            spec = self._history.find(number)
            launch = await self._prepare(number, spec, lambda text: self._progress(number, text))
        except Exception as fault:  # pylint: disable=broad-exception-caught # else it stays so
            reason = self._why(number, fault)
        else:
            # From here on nothing waits, so that the launch is in hand or was never made.
            self._launches[number] = launch
            with self.event():
                self.rollout.prepared(number)
            return
        with self.event():
            self.rollout.not_prepared(number, reason)

    def _why(self, number: int, fault: Exception) -> str:
        if known := storage_fault(fault, "what it needs"):
            return str(known)
        if isinstance(fault, (DcfError, OSError)):
            return str(fault)
        _log.error("%s cannot be prepared", self.name(number), exc_info=fault)
        return "the gateway failed; its log has the reason"

    def _progress(self, number: int, text: str) -> None:
        self.rollout.progressed(number, text)
        self._log.write(self._function, text)

    async def _end(self, number: int, member: int, replica: Replica) -> None:
        await replica.stop(self.stop_seconds)
        self.watch.replica_ended(number, self.name(number, member))
        with self.event():
            self.rollout.ended(number, member)

    async def _write(self, number: int) -> None:
        def replicas() -> int:
            return self.rollout.rolling.wanted if self.rollout.rolling else self.rollout.replicas

        reason = ""
        try:
            if self.rollout.state is State.KEEPING:  # else it was stopped before this began
                await self._history.took_over(number, replicas, self.rollout.judgement)
        except StorageFailed as fault:
            reason = str(fault)
        with self.event():
            if reason:
                self.rollout.not_kept(number, reason)
            else:
                self.rollout.kept(number)

    async def _write_end(self, number: int, outcome: str, reason: str) -> None:
        with contextlib.suppress(StorageFailed):  # it may be the fault itself
            await self._history.failed(number, reason, outcome)

    def ended_itself(
        self, number: int, member: int, ended: ReplicaExit, tell: Callable[[int, int, str], None]
    ) -> None:
        """A replica ended that nobody had asked to: for the machine, and to be told."""
        with self.event():
            tell(number, member, ended.reason)
            # The machine may have had it stopped for that.
            is_restarted = (number, member) in self._replicas
            self.exits.note(number, ended, is_restarted=is_restarted)
            if is_restarted:
                kind = restart_kind(ended.reason)
                self.watch.replica_restarted(number, ended.replica, kind, ended.reason)
                line = self._replicas[number, member].crash_loop
                self.watch.replica_looping(number, ended.replica, line)

    def _woken(self) -> None:
        now = asyncio.get_running_loop().time()
        self._timers = {each for each in self._timers if each.when() > now}
        with self.event():
            self.rollout.woken()

    @contextlib.contextmanager
    def event(self) -> Iterator[None]:
        """Around an event of the machine: it is told, and those who wait for it look again."""
        yield
        self.watch.look(self.rollout)
        for news in self._news:
            if not news.done():
                news.set_result(None)

    def _begin(self, work: "asyncio._CoroutineLike[None]", name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def name(self, number: int, member: int = 0) -> str:
        """What a revision, or a replica of it, is called."""
        return f"{self._function}-{number}" + (f"-{member}" if member else "")

    @property
    def _function(self) -> str:
        return self._history.record.name


@dataclass(frozen=True)
class _News:
    """Passes a replica's news on to the machine."""

    processes: RevisionProcesses
    number: int
    member: int

    def ready(self) -> None:
        """It takes calls."""
        name = self.processes.name(self.number, self.member)
        self.processes.watch.replica_ready(self.number, name)
        with self.processes.event():
            self.processes.rollout.ready(self.number, self.member)

    def away(self) -> None:
        """It takes no calls now."""
        with self.processes.event():
            self.processes.rollout.away(self.number, self.member)

    def lost(self, ended: ReplicaExit) -> None:
        """It has ended."""
        tell = self.processes.rollout.lost
        self.processes.ended_itself(self.number, self.member, ended, tell)

    def failed(self, ended: ReplicaExit) -> None:
        """It could not become ready."""
        tell = self.processes.rollout.failed
        self.processes.ended_itself(self.number, self.member, ended, tell)
