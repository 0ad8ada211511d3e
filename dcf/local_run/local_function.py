"""One function of a config file, run by a process provider of its own: no gateway, no state kept.

So it runs as it would when deployed: from its archive, with its requirements, secrets and limits;
a new revision takes over only once it is ready.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ..archive import Archive
from ..config import FunctionConfig
from ..errors import InvalidRequest
from ..export import specs
from ..providers.placement import PROGRESSING, FunctionSpec, FunctionState
from ..providers.process.provider import ProcessProvider
from ..providers.routing import Target
from ..providers.stores import LogQuery
from ..release.release import Plan, build_archive
from ..terminal.printing import silent

_POLL_SECONDS = 0.05
_UNPACKED = re.compile(r"[^\s\"']*/code/[0-9a-f]{64}/")
# A person who ends it, or edits again, does not want to wait for calls that hang.
_END_SECONDS = {"SHUTDOWN_TIMEOUT": "2"}


class LocalFunction:
    """A function that is taken over from its files whenever it is asked to be.

    Attributes:
        name: The function's.
        image: What was given to run last.
    """

    def __init__(self, provider: ProcessProvider, name: str) -> None:
        self.name, self.image = name, ""
        self._provider = provider
        self._spec: FunctionSpec | None = None

    @property
    def target(self) -> Target | None:
        """Where it takes calls now, if it does."""
        found = self._provider.routing.targets(self.name) if self._spec else ()
        return found[0] if found else None

    async def take_over(self, function: FunctionConfig) -> bool:
        """Begin to run what the files hold now; tells whether that is something new.

        Raises:
            DcfError: The files cannot be packed, or what they want is not here.
        """
        archive = await asyncio.to_thread(build_archive, function, Plan(silent, silent))
        spec = specs.plain(function, archive.image).spec
        spec = replace(spec, env={**spec.env, **_END_SECONDS}, replicas=1)
        if spec == self._spec:
            return False
        assert self._provider.stores.archives is not None
        await self._provider.stores.archives.put(archive.digest, _whole(archive))
        placement = self._provider.placement
        await (placement.update(spec) if self._spec else placement.deploy(spec))
        self._spec, self.image = spec, archive.image
        return True

    async def settled(self) -> FunctionState:
        """Wait until what was taken over last is ready, or has failed."""
        while True:
            status = await self._provider.placement.describe(self.name)
            if status.rollout != PROGRESSING:
                return replace(status, reason=self.in_own_words(status.reason))
            await asyncio.sleep(_POLL_SECONDS)

    async def follow(self, tell: Callable[[str], None]) -> None:
        """Give every line it writes, until cancelled."""
        assert self._provider.stores.logs is not None
        async for line in self._provider.stores.logs.lines(LogQuery(self.name, follow=True)):
            tell(self.in_own_words(line.text))

    def in_own_words(self, text: str) -> str:
        """A text with the paths of unpacked code as they are below the config file."""
        return _UNPACKED.sub("", text)


@asynccontextmanager
async def running(
    function: FunctionConfig, secrets: Path | None, environ: Mapping[str, str]
) -> AsyncIterator[LocalFunction]:
    """A function that runs until the block ends; it may still be starting, or have failed.

    Args:
        function: Of a config file.
        secrets: A folder with a file for each secret the function wants.
        environ: Of this process.

    Raises:
        DcfError: It cannot be packed, or a secret is not there.
    """
    with TemporaryDirectory(prefix="dcf-run-", ignore_cleanup_errors=True) as home:
        # Whoever edits wants to see the new one at once, and has no callers to lose.
        provider = ProcessProvider(Path(home), environ, min_ready_seconds=0)
        await provider.start()
        try:
            assert provider.stores.secrets is not None
            for name in function.secrets:
                await provider.stores.secrets.put(name, _secret(name, secrets), replace=False)
            local = LocalFunction(provider, function.name)
            await local.take_over(function)
            yield local
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await provider.stop()


async def _whole(archive: Archive) -> AsyncIterator[bytes]:
    yield archive.data


def _secret(name: str, folder: Path | None) -> bytes:
    if folder is None:
        raise InvalidRequest(
            f"the function wants secret {name}: put it into a file of that name, and name the "
            "folder with --secrets"
        )
    try:
        return (folder / name).read_bytes()
    except OSError as fault:
        raise InvalidRequest(f"secret {name}: {fault.filename} cannot be read") from fault
