"""A provider in memory, for tests of the gateway and of other programs: no process is started."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from dcf.errors import AlreadyExists, InvalidRequest, NotFound
from dcf.providers.base import (
    READY,
    REGISTRY_SECRET,
    Endpoint,
    FunctionSpec,
    FunctionStatus,
    LogLine,
    LogQuery,
    RevisionInfo,
    Usage,
)

_TIME = "2000-01-01T00:00:00Z"


class FakeProvider:
    """Every function is ready at once; its calls go to the given endpoints."""

    kind = "fake"

    def __init__(self, endpoints: Sequence[Endpoint] = (), lines: Sequence[LogLine] = ()) -> None:
        self.statuses: dict[str, FunctionStatus] = {}
        self.archives: set[str] = set()
        self.kept_secrets: dict[str, bytes] = {}
        self._revisions: dict[str, list[RevisionInfo]] = {}
        self._endpoints, self._lines = endpoints, lines

    async def start(self, mesh: str = "") -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to end."""

    async def deploy(self, spec: FunctionSpec, by: str = "") -> None:
        """Remember a new function."""
        if spec.name in self.statuses:
            raise AlreadyExists(f"function {spec.name} already exists: update it instead")
        self._check_secrets(spec)
        self.statuses[spec.name] = FunctionStatus(spec, spec.replicas, spec.replicas, _TIME)
        self._revisions[spec.name] = []
        self._serve(spec, by)

    async def update(self, spec: FunctionSpec, by: str = "") -> None:
        """Remember the new form of a known function."""
        status = await self.describe(spec.name)
        self._check_secrets(spec)
        if spec != status.spec:
            self._serve(spec, by)

    def _check_secrets(self, spec: FunctionSpec) -> None:
        for name in spec.secrets:
            if name != REGISTRY_SECRET and name not in self.kept_secrets:
                raise InvalidRequest(f"secret {name} is not here: create it first")

    def _serve(self, spec: FunctionSpec, by: str) -> RevisionInfo:
        past = [replace(each, serving=False) for each in self._revisions[spec.name]]
        new = RevisionInfo(len(past) + 1, spec, _TIME, by, READY, serving=True)
        self._revisions[spec.name] = [new, *past]
        self.statuses[spec.name] = replace(self.statuses[spec.name], spec=spec)
        return new

    async def history(self, name: str) -> Sequence[RevisionInfo]:
        """Its revisions, newest first."""
        await self.describe(name)
        return self._revisions[name]

    async def rollback(self, name: str, number: int | None, by: str = "") -> RevisionInfo:
        """Serve an earlier revision's spec again."""
        await self.describe(name)
        past = self._revisions[name][1:]
        if number is None and not past:
            raise InvalidRequest(f"function {name} has no earlier revision to go back to")
        for each in self._revisions[name]:
            if each.number == (past[0].number if number is None else number):
                if each.spec == self.statuses[name].spec:
                    return self._revisions[name][0]
                self._check_secrets(each.spec)
                return self._serve(each.spec, by)
        raise NotFound(f"function {name} has no revision {number}")

    async def secrets(self) -> Sequence[str]:
        """The names of all secrets."""
        return sorted(self.kept_secrets)

    async def put_secret(self, name: str, value: bytes, replace: bool) -> None:  # pylint: disable=redefined-outer-name # the port's word
        """Remember a secret."""
        if replace and name not in self.kept_secrets:
            raise NotFound(f"no such secret: {name}")
        if not replace and name in self.kept_secrets:
            raise AlreadyExists(f"secret {name} already exists: update it instead")
        self.kept_secrets[name] = value

    async def delete_secret(self, name: str) -> None:
        """Forget a secret."""
        if name not in self.kept_secrets:
            raise NotFound(f"no such secret: {name}")
        wanting = [each for each, status in self.statuses.items() if name in status.spec.secrets]
        if wanting:
            raise InvalidRequest(f"secret {name} is wanted by function {wanting[0]}")
        del self.kept_secrets[name]

    async def delete(self, name: str) -> None:
        """Forget it."""
        await self.describe(name)
        del self.statuses[name], self._revisions[name]

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

    async def usage(self, name: str) -> Usage:
        """Half a core and 100 MiB a replica."""
        replicas = (await self.describe(name)).replicas
        return Usage(500.0 * replicas, 100 * 1024 * 1024 * replicas)

    def endpoints(self, name: str) -> Sequence[Endpoint]:
        """The endpoints it was made with, whatever the function."""
        if name not in self.statuses:
            raise NotFound(f"no such function: {name}")
        return self._endpoints if self.statuses[name].replicas else ()

    async def logs(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """The lines it was made with."""
        await self.describe(query.name)
        found = [
            line
            for line in self._lines
            if line.name == query.name
            and query.instance in {"", line.instance}
            and line.timestamp >= query.since
        ]
        for line in found[-query.tail :] if query.tail > 0 else found:
            yield line

    async def has_archive(self, digest: str) -> bool:
        """Tell whether it was put."""
        return digest in self.archives

    async def put_archive(self, digest: str, chunks: AsyncIterator[bytes]) -> None:
        """Read it and remember its name."""
        async for _ in chunks:
            pass
        self.archives.add(digest)
