"""The process provider: functions as local processes, one watcher a replica."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from ...errors import CannotStart
from ...scale_labels import MAX_OF_A_MACHINE
from ...state.disk import writing
from ..consumption import Consumptions
from ..notices import Hear, unheard
from ..secret_rules import check_unwanted
from ..stores import LogLine, LogQuery, Stores
from .archives import Archives
from .functions import ProcessFunctions
from .isolation import AUTO, Isolation, chosen
from .launching import Launching, Stock
from .leftovers import end_leftovers
from .overlay import Overlays
from .process_usage import usages
from .secret_files import Secrets
from .state_dir import StateDir
from .store import Store

MIN_READY_SECONDS = 2.0
_log = logging.getLogger(__name__)


class ProcessProvider:
    """Runs `archive:sha256:...` images as processes of this machine; its state is in one folder."""

    kind = "process"
    most_replicas = MAX_OF_A_MACHINE
    together = None

    def __init__(  # noqa: PLR0913 # pylint: disable=too-many-arguments # one a setting
        self,
        home: Path,
        environ: Mapping[str, str] = os.environ,
        *,
        mesh: str = "",
        mesh_token: str = "",
        min_ready_seconds: float = MIN_READY_SECONDS,
        accept_lost_state: bool = False,
        isolation: str = AUTO,
        secret_files: Sequence[Path] = (),
    ) -> None:
        """A provider that is not started.

        Args:
            home: The folder of its state.
            environ: Of this process; functions get a little of it.
            mesh: `host:port` where functions of this machine can call others by name; or nothing.
            mesh_token: What they show there; empty where nobody asks.
            min_ready_seconds: How long a new revision must stay ready before the old one goes.
            accept_lost_state: Start with what is left of a database that lost something.
            isolation: How functions are kept apart, one of `isolation.MODES`.
            secret_files: Of the gateway, outside its folder: hidden from functions, too.
        """
        self._path, self._environ, self._mesh = home, environ, (mesh, mesh_token)
        self._min_ready_seconds = min_ready_seconds
        self._accept_lost_state = accept_lost_state
        self._isolation, self._secret_files = isolation, secret_files
        self._hear: Hear = unheard
        self._opened: _Opened | None = None

    @property
    def placement(self) -> ProcessFunctions:
        """Once it is started."""
        return self._state.functions

    @property
    def routing(self) -> ProcessFunctions:
        """Once it is started."""
        return self._state.functions

    @property
    def stores(self) -> Stores:
        """Once it is started."""
        return self._state.stores

    @property
    def measuring(self) -> Consumptions:
        """Once it is started."""
        return self._state.measuring

    @property
    def isolation(self) -> str:
        """How functions are kept from each other, once it is started."""
        return str(self._state.isolation)

    def listen(self, hear: Hear) -> None:
        """Tell somebody what happens to functions from the start on."""
        self._hear = hear

    async def start(self) -> None:
        """Claim the folder and start every function that was deployed."""
        home = StateDir.claim(self._path)
        try:
            if count := end_leftovers(home.run):
                _log.warning("ended what %d replicas of a killed gateway had left behind", count)
            apart = await asyncio.to_thread(chosen, self._isolation, home.path, self._secret_files)
            if apart.why:
                _log.warning(
                    "functions are not kept from each other's secrets and code: this machine "
                    "has no way to (%s)",
                    apart.why,
                )
            store = Store(home.database, self._accept_lost_state)
            self._opened = _Opened(
                home, store, self._environ, self._mesh, self._min_ready_seconds, self._hear, apart
            )
        except OSError as fault:
            home.release()
            place = fault.filename or home.path
            raise CannotStart(f"{place} cannot be used ({fault.strerror}): set DCF_HOME") from fault
        except BaseException:
            home.release()
            raise
        await self._opened.functions.start()

    async def stop(self) -> None:
        """Drain every replica, then give the folder back."""
        await self._state.close()
        self._opened = None

    @property
    def _state(self) -> "_Opened":
        assert self._opened is not None, "the provider is not started"
        return self._opened


class _Opened:
    """What a started provider holds open: the folder, its files, the pipe that tells of our end."""

    def __init__(  # noqa: PLR0913, PLR0917 # pylint: disable=too-many-arguments,too-many-positional-arguments # of one caller
        self,
        home: StateDir,
        store: Store,
        environ: Mapping[str, str],
        mesh: tuple[str, str],
        min_ready_seconds: float,
        hear: Hear,
        isolation: Isolation,
    ) -> None:
        self._home, self._store = home, store
        # Watchers inherit the read end. The write end is ours alone, so it closes however we end.
        self._parent, self._alive = os.pipe()
        self._archives, self._overlays = Archives(home), Overlays(home.overlays, isolation)
        secrets = Secrets(home)
        stock = Stock(home, self._archives, self._overlays, secrets)
        launching = Launching(stock, self._parent, environ, mesh=mesh, isolation=isolation)
        self.isolation = isolation
        self.functions = ProcessFunctions(
            home, self._store, launching, self._keep_only, min_ready_seconds, hear
        )
        self.measuring = Consumptions(lambda: asyncio.to_thread(usages, self.functions.pids()))
        self.stores = Stores(
            _Archives(self._archives),
            _WantedSecrets(secrets, self.functions),
            _Logs(self.functions),
        )

    def _keep_only(self, contents: set[str]) -> None:
        if self._store.aside:  # what it lost names code that may still be wanted
            self._archives.put_aside(contents, self._store.aside)
        self._archives.keep_only(contents)
        unpacked = [found for each in contents if (found := self._archives.code(each))]
        self._overlays.keep_only(self._overlays.key(*found) for found in unpacked)

    async def close(self) -> None:
        """End every process, then close all of it."""
        await self.functions.stop()
        os.close(self._alive)
        os.close(self._parent)
        await self._store.close()
        self._home.release()


class _Archives:
    """The archives; a disk that fails is reported."""

    def __init__(self, archives: Archives) -> None:
        self._archives = archives

    async def has(self, digest: str) -> bool:
        """Tell whether code is here."""
        return await self._archives.has(digest)

    async def put(self, digest: str, chunks: AsyncIterator[bytes]) -> None:
        """Take code; whole, or nothing of it."""
        with writing("the archive"):
            await self._archives.put(digest, chunks)


class _WantedSecrets:
    """The secrets' files, where a secret stays as long as a function wants it."""

    def __init__(self, secrets: Secrets, functions: ProcessFunctions) -> None:
        self._secrets, self._functions = secrets, functions

    async def names(self) -> Sequence[str]:
        """All names, sorted."""
        return self._secrets.names()

    async def put(self, name: str, value: bytes, replace: bool) -> None:
        """Keep a secret."""
        self._secrets.put(name, value, replace)

    async def delete(self, name: str) -> None:
        """Forget a secret."""
        check_unwanted(name, self._functions.wanting(name))
        self._secrets.delete(name)


class _Logs:
    """What replicas wrote, by function."""

    def __init__(self, functions: ProcessFunctions) -> None:
        self._functions = functions

    async def lines(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """The lines asked for."""
        async for line in self._functions.log(query.name).lines(query):
            yield line
