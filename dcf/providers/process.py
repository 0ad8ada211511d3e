"""The process provider: functions as local processes, one watcher a replica."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from dcf.errors import AlreadyExists, InvalidRequest, NotFound
from dcf.providers.archives import Archives
from dcf.providers.base import (
    Endpoint,
    FunctionSpec,
    FunctionStatus,
    LogLine,
    LogQuery,
    RevisionInfo,
    Usage,
)
from dcf.providers.deployed import Deployed
from dcf.providers.history import History
from dcf.providers.home import Home
from dcf.providers.launching import Launching, Stock
from dcf.providers.logs import FunctionLog, now
from dcf.providers.overlay import Overlays
from dcf.providers.secret_files import Secrets
from dcf.providers.store import Record, Store


class _Opened:
    """What a started provider holds open: the folder, its files, the pipe that tells of our end."""

    def __init__(self, home: Home, environ: Mapping[str, str], mesh: str) -> None:
        self.home = home
        self.store = Store(home.database)
        # Watchers inherit the read end. The write end is ours alone, so it closes however we end.
        self.parent, self._alive = os.pipe()
        self.archives, self.overlays = Archives(home), Overlays(home.overlays)
        self.secrets = Secrets(home)
        stock = Stock(home, self.archives, self.overlays, self.secrets)
        self.launching = Launching(stock, self.parent, environ, mesh=mesh)

    def close(self) -> None:
        """Close all of it."""
        os.close(self._alive)
        os.close(self.parent)
        self.store.close()
        self.home.release()


class ProcessProvider:
    """Runs `archive:sha256:...` images as processes of this machine; its state is in one folder."""

    kind = "process"

    def __init__(self, home: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._path, self._environ = home, environ
        self._opened: _Opened | None = None
        self._functions: dict[str, Deployed] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._drained: set[Deployed] = set()

    async def start(self, mesh: str = "") -> None:
        """Claim the folder and start every function that was deployed."""
        home = Home.claim(self._path)
        try:
            self._opened = _Opened(home, self._environ, mesh)
        except BaseException:
            home.release()
            raise
        for record in self._state.store.records():
            self._add(History(self._state.store, record)).resume()
        self._sweep()

    async def stop(self) -> None:
        """Drain every replica, then give the folder back."""
        functions, self._functions = list(self._functions.values()), {}
        await asyncio.gather(*(function.stop() for function in functions), *self._leaving)
        for function in functions:
            function.log.close()
        self._state.close()
        self._opened = None

    async def deploy(self, spec: FunctionSpec, by: str = "") -> None:
        """Accept a new function; it is on disk when this returns."""
        if spec.name in self._functions:
            raise AlreadyExists(f"function {spec.name} already exists: update it instead")
        self._state.launching.check(spec)
        history = History(self._state.store, Record(spec.name, spec.replicas, now()))
        history.add(spec, by)
        self._add(history).resume()

    async def update(self, spec: FunctionSpec, by: str = "") -> None:
        """Begin to replace a function."""
        self._begin(self._find(spec.name), spec, by)

    async def history(self, name: str) -> Sequence[RevisionInfo]:
        """Its revisions, newest first."""
        return self._find(name).history.infos()

    async def rollback(self, name: str, number: int | None, by: str = "") -> RevisionInfo:
        """Begin to go back to an earlier revision."""
        function = self._find(name)
        return self._begin(function, function.history.find(number), by)

    def _begin(self, function: Deployed, spec: FunctionSpec, by: str) -> RevisionInfo:
        self._state.launching.check(spec)
        before = function.history.images()
        info = function.begin(spec, by)
        if not before <= function.history.images():
            self._sweep()
        return info

    async def secrets(self) -> Sequence[str]:
        """The names of all secrets."""
        return self._state.secrets.names()

    async def put_secret(self, name: str, value: bytes, replace: bool) -> None:
        """Keep a secret."""
        self._state.secrets.put(name, value, replace)

    async def delete_secret(self, name: str) -> None:
        """Forget a secret."""
        for function in self._functions.values():
            if name in function.wanted_secrets():
                raise InvalidRequest(
                    f"secret {name} is wanted by function {function.history.record.name}: "
                    "deploy it without, or delete it, first"
                )
        self._state.secrets.delete(name)

    async def delete(self, name: str) -> None:
        """Forget a function and drain it in the background."""
        function = self._find(name)
        del self._functions[name]
        function.history.forget()
        function.log.remove()
        leaving = asyncio.create_task(self._drain(function))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _drain(self, function: Deployed) -> None:
        self._drained.add(function)
        await function.stop()
        self._drained.remove(function)
        self._sweep()

    async def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas."""
        self._find(name).scale(replicas)

    async def functions(self) -> Sequence[FunctionStatus]:
        """Every function, by name."""
        return [self._functions[name].status for name in sorted(self._functions)]

    async def describe(self, name: str) -> FunctionStatus:
        """One function."""
        return self._find(name).status

    async def usage(self, name: str) -> Usage:
        """What its replicas use now."""
        return self._find(name).usage()

    def endpoints(self, name: str) -> Sequence[Endpoint]:
        """Its ready replicas."""
        return self._find(name).endpoints()

    async def logs(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """The lines its replicas wrote."""
        async for line in self._find(query.name).log.lines(query):
            yield line

    async def has_archive(self, digest: str) -> bool:
        """Tell whether code of that sha256 is here."""
        return self._state.archives.has(digest)

    async def put_archive(self, digest: str, chunks: AsyncIterator[bytes]) -> None:
        """Store code named by its sha256."""
        await self._state.archives.put(digest, chunks)

    @property
    def _state(self) -> "_Opened":
        assert self._opened is not None, "the provider is not started"
        return self._opened

    def _find(self, name: str) -> Deployed:
        if name not in self._functions:
            raise NotFound(f"no such function: {name}")
        return self._functions[name]

    def _add(self, history: History) -> Deployed:
        name = history.record.name
        log = FunctionLog(self._state.home.logs, name)
        function = Deployed(history, log, self._state.launching.launch)
        self._functions[name] = function
        return function

    def _sweep(self) -> None:
        """Delete code and installed requirements that nothing kept or running names."""
        images = self._state.store.images()
        images.update(*(each.history.images() for each in self._drained))
        self._state.archives.keep_only(images)
        unpacked = [found for image in images if (found := self._state.archives.code(image))]
        self._state.overlays.keep_only(self._state.overlays.key(*found) for found in unpacked)
