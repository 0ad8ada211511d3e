"""The functions of the process provider: its placement and its routing."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from ...errors import AlreadyExists, NotFound
from ...state.disk import writing
from ..notices import Hear, unheard
from ..placement import FunctionSpec, FunctionState, ReplicaExit, RevisionInfo, Usage
from ..routing import Target
from ..stamp import now
from ..terms import at_once
from .deployed import Deployed
from .function_data import FunctionData
from .history import History
from .launching import Launching
from .logs import FunctionLog
from .revision_processes import RevisionProcesses
from .state_dir import StateDir
from .store import Record, Store

# When a gateway ends, its callers have left already.
_STOP_SECONDS = 35.0


class ProcessFunctions:
    """Fills `Placement` and `Routing` by processes of this machine."""

    def __init__(
        self,
        home: StateDir,
        store: Store,
        launching: Launching,
        keep_only: Callable[[set[str]], None],
        min_ready_seconds: float,
        hear: Hear = unheard,
    ) -> None:
        """No functions yet; see `start`.

        Args:
            home: Where logs are.
            store: Where functions are written down.
            launching: Checks and prepares revisions.
            keep_only: Deletes everything stored by digest but for what it is given.
            min_ready_seconds: How long a new revision must stay ready before the old one goes.
            hear: Takes what happens to functions by itself.
        """
        self._home, self._store, self._launching = home, store, launching
        self._keep_only, self._min_ready_seconds = keep_only, min_ready_seconds
        self._hear, self._data = hear, FunctionData(home.data)
        self._functions: dict[str, Deployed] = {}
        self._arriving: set[str] = set()
        self._draining: dict[Deployed, asyncio.Task[None]] = {}
        self._is_stopping = False

    async def start(self) -> None:
        """Bring back every function that was deployed."""
        records = await self._store.records()
        self._data.remove_left_over({record.name for record in records})
        for record in records:
            revisions = await self._store.revisions(record.name)
            log = self._log(record.name)
            self._add(History(self._store, record, revisions), log).resume()
        self._sweep()

    async def stop(self) -> None:
        """Drain every replica; what is deployed stays deployed."""
        # From now on `_functions` does not say any more what is deployed.
        self._is_stopping = True
        functions, self._functions = list(self._functions.values()), {}
        ending = [function.stop(_STOP_SECONDS) for function in functions]
        await asyncio.gather(*ending, *self._draining.values())
        for function in functions:
            function.log.close()

    async def deploy(self, spec: FunctionSpec, by: str = "") -> None:
        """Accept a new function; it is on disk when this returns."""
        if spec.name in self._functions or spec.name in self._arriving:
            raise AlreadyExists(f"function {spec.name} already exists: update it instead")
        self._launching.check(spec)
        history = History(self._store, Record(spec.name, spec.replicas, now()))
        self._arriving.add(spec.name)
        try:
            log = self._log(spec.name)  # whatever can fail comes before it is on disk
            try:
                await history.add(spec, by)
            except BaseException:
                log.remove()
                raise
        finally:
            self._arriving.discard(spec.name)
        self._add(history, log).resume()

    async def update(self, spec: FunctionSpec, by: str = "") -> None:
        """Begin to replace a function."""
        await self._begin(self._find(spec.name), lambda: spec, by)

    async def history(self, name: str) -> Sequence[RevisionInfo]:
        """Its revisions, newest first."""
        return self._find(name).revisions()

    async def rollback(self, name: str, number: int | None, by: str = "") -> RevisionInfo:
        """Begin to go back to an earlier revision, which is not judged again."""
        function = self._find(name)

        def find() -> FunctionSpec:
            newest = function.history.infos()[0]
            spec = function.before() if number is None else function.history.find(number)
            return spec if newest.serving and newest.spec == spec else at_once(spec)

        return await self._begin(function, find, by)

    async def _begin(
        self, function: Deployed, find: Callable[[], FunctionSpec], by: str
    ) -> RevisionInfo:
        def checked() -> FunctionSpec:
            spec = find()
            self._launching.check(spec)
            return spec

        before = function.history.contents()
        info = await function.begin(checked, by)
        if not before <= function.history.contents():
            self._sweep()
        return info

    async def settle(self, name: str, number: int, reason: str, *, keep: bool) -> None:
        """End a canary or shadow."""
        self._find(name).settle(number, reason, keep=keep)

    async def delete(self, name: str) -> None:
        """Forget a function and drain it in the background."""
        function = self._find(name)
        self._data.mark(name)
        await function.history.forget()
        if self._functions.pop(name, None) is None:
            raise NotFound(f"no such function: {name}")  # deleted twice at once
        function.log.remove()
        self._draining[function] = asyncio.create_task(self._drain(function))

    async def _drain(self, function: Deployed) -> None:
        await function.stop()
        del self._draining[function]
        name = function.history.record.name
        self._data.remove(name, keep=name in self._functions)  # deployed again meanwhile
        self._sweep()

    async def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas."""
        await self._find(name).scale(replicas)

    async def functions(self) -> Sequence[FunctionState]:
        """Every function, by name."""
        return [self._functions[name].status for name in sorted(self._functions)]

    async def describe(self, name: str) -> FunctionState:
        """One function."""
        return self._find(name).status

    async def usage(self, name: str) -> Usage:
        """What its replicas use now."""
        return self._find(name).processes.usage()

    def pids(self) -> Mapping[str, Sequence[int]]:
        """By function: the supervisors of its processes."""
        return {name: each.processes.pids() for name, each in self._functions.items()}

    def targets(self, name: str) -> Sequence[Target]:
        """Its ready replicas."""
        return self._find(name).targets()

    def shadows(self, name: str) -> Sequence[Target]:
        """The ready replicas of its shadow."""
        return self._find(name).shadows()

    async def ready(self, name: str, deadline: float) -> Sequence[Target]:
        """Its ready replicas, as soon as there is one."""
        return await self._find(name).ready(deadline)

    async def ended(self, name: str, target: Target, deadline: float) -> ReplicaExit | None:
        """How a replica ended that broke off a call."""
        return await self._find(name).ended(target, deadline)

    def log(self, name: str) -> FunctionLog:
        """What its replicas wrote."""
        return self._find(name).log

    def wanting(self, secret: str) -> str:
        """The name of a function that wants a secret, or nothing."""
        for name, function in self._functions.items():
            if secret in function.wanted_secrets():
                return name
        return ""

    def _find(self, name: str) -> Deployed:
        if name not in self._functions:
            raise NotFound(f"no such function: {name}")
        return self._functions[name]

    def _log(self, name: str) -> FunctionLog:
        with writing("the log"):
            return FunctionLog(self._home.logs, name)

    def _add(self, history: History, log: FunctionLog) -> Deployed:
        processes = RevisionProcesses(history, log, self._launching.launch, hear=self._hear)
        function = Deployed(history, log, processes, self._min_ready_seconds)
        self._functions[history.record.name] = function
        return function

    def _sweep(self) -> None:
        if self._is_stopping:
            return
        kept: set[str] = set()
        for function in (*self._functions.values(), *self._draining):
            kept |= function.history.contents()
        self._keep_only(kept)
