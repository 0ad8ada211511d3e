"""What a function's replicas wrote: stamped lines in rotating files, one set a function."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

from dcf.providers.base import LogLine, LogQuery

_MAX_FILE_BYTES = 4 << 20
_KEPT = 3
_MAX_WAITING = 10_000


def now() -> str:
    """The time as RFC 3339, UTC, to the microsecond."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class FunctionLog:
    """The log of one function. Lines are `<time> <instance> <text>`; old files end in .1 and .2."""

    def __init__(self, folder: Path, name: str, max_bytes: int = _MAX_FILE_BYTES) -> None:
        self._name, self._max = name, max_bytes
        self._path = folder / f"{name}.log"
        self._file = self._path.open("ab")
        self._followers: set[asyncio.Queue[LogLine]] = set()

    def write(self, instance: str, text: str) -> None:
        """Keep one line, stamped with the time it came."""
        line = LogLine(self._name, instance, now(), text)
        self._file.write(f"{line.timestamp} {instance} {text}\n".encode(errors="replace"))
        self._file.flush()
        if self._file.tell() > self._max:
            self._rotate()
        for follower in self._followers:
            if (
                follower.qsize() < _MAX_WAITING
            ):  # a reader that stands still loses lines, not our memory
                follower.put_nowait(line)

    def _rotate(self) -> None:
        self._file.close()
        for age in range(_KEPT - 1, 0, -1):
            older = self._age(age - 1)
            if older.exists():
                older.replace(self._age(age))
        self._file = self._path.open("ab")

    def _age(self, age: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{age}") if age else self._path

    async def lines(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """The lines asked for, oldest first; with `follow` it goes on until its reader leaves."""
        follower: asyncio.Queue[LogLine] = asyncio.Queue()
        self._followers.add(follower)
        try:
            kept = [line for line in self._kept() if _matches(line, query)]
            for line in kept[-query.tail :] if query.tail > 0 else kept:
                yield line
            while query.follow:
                line = await follower.get()
                if _matches(line, query):
                    yield line
        finally:
            self._followers.discard(follower)

    def _kept(self) -> Iterator[LogLine]:
        for age in range(_KEPT - 1, -1, -1):
            path = self._age(age)
            for raw in path.read_bytes().split(b"\n") if path.exists() else ():
                stamp, _, rest = raw.decode(errors="replace").partition(" ")
                instance, _, text = rest.partition(" ")
                if instance:
                    yield LogLine(self._name, instance, stamp, text)

    def close(self) -> None:
        """Close the file; the lines stay."""
        self._file.close()

    def remove(self) -> None:
        """Delete the lines of a function that is no more."""
        self._file.close()
        for age in range(_KEPT):
            self._age(age).unlink(missing_ok=True)


def _matches(line: LogLine, query: LogQuery) -> bool:
    # Both stamps are UTC in RFC 3339, so text order is time order down to the second.
    since = query.since.replace("Z", "")
    return line.timestamp >= since and query.instance in {"", line.instance}
