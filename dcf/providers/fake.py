"""A provider in memory, for tests of the gateway and of other programs: no process is started."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from dcf.errors import AlreadyExists, NotFound
from dcf.providers.base import Endpoint, FunctionSpec, FunctionStatus, LogLine, LogQuery


class FakeProvider:
    """Every function is ready at once; its calls go to the given endpoints."""

    kind = "fake"

    def __init__(self, endpoints: Sequence[Endpoint] = (), lines: Sequence[LogLine] = ()) -> None:
        self.statuses: dict[str, FunctionStatus] = {}
        self.archives: set[str] = set()
        self._endpoints, self._lines = endpoints, lines

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to end."""

    async def deploy(self, spec: FunctionSpec) -> None:
        """Remember a new function."""
        if spec.name in self.statuses:
            raise AlreadyExists(f"function {spec.name} already exists: update it instead")
        self.statuses[spec.name] = FunctionStatus(
            spec, spec.replicas, spec.replicas, "2000-01-01T00:00:00Z"
        )

    async def update(self, spec: FunctionSpec) -> None:
        """Remember the new form of a known function."""
        self.statuses[spec.name] = replace(await self.describe(spec.name), spec=spec)

    async def delete(self, name: str) -> None:
        """Forget it."""
        await self.describe(name)
        del self.statuses[name]

    async def scale(self, name: str, replicas: int) -> None:
        """Change the count."""
        status = await self.describe(name)
        self.statuses[name] = replace(status, replicas=replicas, available=replicas)

    async def functions(self) -> Sequence[FunctionStatus]:
        """Every function, by name."""
        return [self.statuses[name] for name in sorted(self.statuses)]

    async def describe(self, name: str) -> FunctionStatus:
        """One function."""
        if name not in self.statuses:
            raise NotFound(f"no such function: {name}")
        return self.statuses[name]

    def endpoints(self, name: str) -> Sequence[Endpoint]:
        """The endpoints it was made with, whatever the function."""
        if name not in self.statuses:
            raise NotFound(f"no such function: {name}")
        return self._endpoints if self.statuses[name].replicas else ()

    async def logs(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """The lines it was made with."""
        await self.describe(query.name)
        for line in self._lines:
            if line.name == query.name:
                yield line

    async def has_archive(self, digest: str) -> bool:
        """Tell whether it was put."""
        return digest in self.archives

    async def put_archive(self, digest: str, chunks: AsyncIterator[bytes]) -> None:
        """Read it and remember its name."""
        async for _ in chunks:
            pass
        self.archives.add(digest)
