"""The process provider: functions as local processes, one watcher a replica."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

from dcf.errors import AlreadyExists, NotFound, Unsupported
from dcf.providers.archives import Archives
from dcf.providers.base import (
    Endpoint,
    FunctionSpec,
    FunctionStatus,
    LogLine,
    LogQuery,
    RevisionInfo,
)
from dcf.providers.deployed import Deployed
from dcf.providers.home import Home
from dcf.providers.logs import FunctionLog, now
from dcf.providers.overlay import overlay
from dcf.providers.replica import Launch
from dcf.providers.store import Record, Store

# A function sees these of the gateway's environment and nothing else: its settings are its own.
_INHERITED = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE", "PYTHONDONTWRITEBYTECODE", "CUDA_VISIBLE_DEVICES",
)  # fmt: skip
_CALL_MARGIN = 5.0
_CALL_DEFAULT = 60.0


class _Opened:
    """What a started provider holds open: the folder, its files, the pipe that tells of our end."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.store = Store(home.database)
        self.archives = Archives(home)
        # Watchers inherit the read end. The write end is ours alone, so it closes however we end.
        self.parent, self._alive = os.pipe()

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

    async def start(self) -> None:
        """Claim the folder and start every function that was deployed."""
        self._opened = _Opened(Home.claim(self._path))
        for record in self._state.store.records():
            self._add(record)

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
        self._state.archives.check(spec.image)
        record = Record(spec, spec.replicas, now())
        self._state.store.put(record)
        self._add(record)

    async def update(self, spec: FunctionSpec, by: str = "") -> None:
        """Begin to replace a function."""
        function = self._find(spec.name)
        self._state.archives.check(spec.image)
        function.begin(spec)

    async def history(self, name: str) -> Sequence[RevisionInfo]:
        """Its revisions, newest first."""
        raise Unsupported("history is not kept yet")

    async def rollback(self, name: str, number: int | None, by: str = "") -> RevisionInfo:
        """Begin to go back to an earlier revision."""
        raise Unsupported("history is not kept yet")

    async def secrets(self) -> Sequence[str]:
        """The names of all secrets."""
        return []

    async def put_secret(self, name: str, value: bytes, replace: bool) -> None:
        """Keep a secret."""
        raise Unsupported("secrets are not kept yet")

    async def delete_secret(self, name: str) -> None:
        """Forget a secret."""
        raise NotFound(f"no such secret: {name}")

    async def delete(self, name: str) -> None:
        """Forget a function and drain it in the background."""
        function = self._find(name)
        del self._functions[name]
        self._state.store.remove(name)
        leaving = asyncio.create_task(self._drain(name, function))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _drain(self, name: str, function: Deployed) -> None:
        await function.stop()
        if name in self._functions:  # deployed again meanwhile: the file is the new one's
            function.log.close()
        else:
            function.log.remove()

    async def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas."""
        self._find(name).scale(replicas)

    async def functions(self) -> Sequence[FunctionStatus]:
        """Every function, by name."""
        return [self._functions[name].status for name in sorted(self._functions)]

    async def describe(self, name: str) -> FunctionStatus:
        """One function."""
        return self._find(name).status

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

    def _add(self, record: Record) -> None:
        name = record.spec.name
        function = Deployed(
            record, FunctionLog(self._state.home.logs, name), self._launch, self._state.store.put
        )
        self._functions[name] = function
        function.begin(record.spec)

    async def _launch(self, spec: FunctionSpec, log: Callable[[str], None]) -> Launch:
        """Unpack the code, install what it requires, and say how to start it."""
        folder, entry = await self._state.archives.unpacked(spec.image)
        path = [str(folder)]
        requirements = folder / entry.directory / "requirements.txt"
        if requirements.is_file() and requirements.read_text(encoding="utf-8").strip():
            path.append(str(await overlay(requirements, self._state.home.overlays, log)))
        env = {key: self._environ[key] for key in _INHERITED if key in self._environ}
        env |= {"LOG_FORMAT": "text", "PYTHONUNBUFFERED": "1", **spec.env}
        env |= {
            "HANDLER_DIR": str(folder / entry.directory),
            "HANDLER_FILE": entry.file,
            "HANDLER_NAME": entry.name,
            "FUNCTION_NAME": spec.name,
            # Before the environment's own packages: the archive's code runs, no working copy.
            "PYTHONPATH": os.pathsep.join(path),
        }
        return Launch(
            folder=folder,
            env=env,
            parent=self._state.parent,
            run=self._state.home.run,
            load_timeout=_seconds(spec.env, "LOAD_TIMEOUT", 120.0) + _CALL_MARGIN,
            call_timeout=max(
                _CALL_DEFAULT, _seconds(spec.env, "EXEC_TIMEOUT", 30.0) + _CALL_MARGIN
            ),
            stop_timeout=_seconds(spec.env, "SHUTDOWN_TIMEOUT", 30.0) + _CALL_MARGIN,
        )


_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LENGTH = re.compile(r"([0-9.]+)(ms|s|m|h|)")


def _seconds(env: Mapping[str, str], key: str, default: float) -> float:
    """A time limit of the function (`30`, `30s`, `1m30s`), as far as the gateway must know it.

    The watcher is the one that refuses a bad one; 0 means no limit, which here is a day.
    """
    text = env.get(key, "")
    try:
        parts = [float(number) * _UNITS[unit] for number, unit in _LENGTH.findall(text)]
    except ValueError:
        return default
    return (sum(parts) or 86_400.0) if parts else default
