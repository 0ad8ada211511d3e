"""The stores of the provider in memory."""

from collections.abc import AsyncIterator, Mapping, Sequence

from dcf.call_lines import CallLines
from dcf.errors import AlreadyExists, InvalidRequest, NotFound
from dcf.providers.placement import FunctionState
from dcf.providers.stores import LogLine, LogQuery


class FakeArchives:
    """Digests without their tars."""

    def __init__(self, kept: set[str]) -> None:
        self._kept = kept

    async def has(self, digest: str) -> bool:
        """Tell whether it was put."""
        return digest in self._kept

    async def put(self, digest: str, chunks: AsyncIterator[bytes]) -> None:
        """Read it and remember its name."""
        async for _ in chunks:
            pass
        self._kept.add(digest)


class FakeSecrets:
    """Secrets in a dictionary."""

    def __init__(self, kept: dict[str, bytes], statuses: Mapping[str, FunctionState]) -> None:
        self._kept, self._statuses = kept, statuses

    async def names(self) -> Sequence[str]:
        """All names, sorted."""
        return sorted(self._kept)

    async def put(self, name: str, value: bytes, replace: bool) -> None:
        """Remember a secret."""
        if replace and name not in self._kept:
            raise NotFound(f"no such secret: {name}")
        if not replace and name in self._kept:
            raise AlreadyExists(f"secret {name} already exists: update it instead")
        self._kept[name] = value

    async def delete(self, name: str) -> None:
        """Forget a secret."""
        if name not in self._kept:
            raise NotFound(f"no such secret: {name}")
        for function, status in self._statuses.items():
            if name in status.spec.secrets:
                raise InvalidRequest(f"secret {name} is wanted by function {function}")
        del self._kept[name]


class FakeLogs:
    """Lines that were given."""

    def __init__(self, lines: Sequence[LogLine], statuses: Mapping[str, FunctionState]) -> None:
        self._lines, self._statuses = lines, statuses

    async def lines(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """Those of one function."""
        if query.name not in self._statuses:
            raise NotFound(f"no such function: {query.name}")
        of_call = CallLines(query.call)
        found = [
            line
            for line in self._lines
            if line.name == query.name
            and query.instance in {"", line.instance}
            and line.timestamp >= query.since
            and (not query.call or of_call.has(line.instance, line.text))
        ]
        for line in found[-query.tail :] if query.tail > 0 else found:
            yield line
