"""Stores: what a provider keeps for functions besides placing them. Each may be missing.

One of the parts of the provider port (`port.py`). A gateway reports the stores that it has as
`capabilities`, and clients ask for these, never for a provider's name.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from typing import Protocol


@dataclass(frozen=True)
class LogLine:
    """One line a replica wrote.

    Attributes:
        name: The function.
        instance: The replica.
        timestamp: RFC 3339, UTC, when the line was read.
        text: Without the newline.
    """

    name: str
    instance: str
    timestamp: str
    text: str


@dataclass(frozen=True)
class LogQuery:
    """Which log lines to read.

    Attributes:
        name: The function.
        tail: The newest so many; 0 or less for all.
        follow: Stay and give new lines as they come.
        since: RFC 3339; only lines from then on. Empty for all.
        instance: Only this replica. Empty for all.
        call: Only the lines of the call with this id. Empty for all.
    """

    name: str
    tail: int = -1
    follow: bool = False
    since: str = ""
    instance: str = ""
    call: str = ""


class ArchiveStore(Protocol):
    """Code and attachments, named by the sha256 of their tars."""

    async def has(self, digest: str) -> bool:
        """Tell whether a tar of that sha256 is here."""

    async def put(self, digest: str, chunks: AsyncIterator[bytes]) -> None:
        """Take a tar named by its sha256; raises `ArchiveError`."""


class SecretStore(Protocol):
    """Secrets by name; a value never comes back."""

    async def names(self) -> Sequence[str]:
        """All names, sorted."""

    async def put(self, name: str, value: bytes, replace: bool) -> None:
        """Keep a secret; raises `AlreadyExists` without `replace`, `NotFound` with it.

        Functions that want it read the new value without being deployed again.
        """

    async def delete(self, name: str) -> None:
        """Forget a secret; raises `InvalidRequest` while a function wants it."""


class LogStore(Protocol):
    """What replicas wrote."""

    def lines(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """The lines asked for, oldest first; raises `NotFound` for an unknown function."""


@dataclass(frozen=True)
class Stores:
    """The stores of one provider; None for one that it does not have."""

    archives: ArchiveStore | None = None
    secrets: SecretStore | None = None
    logs: LogStore | None = None

    @property
    def capabilities(self) -> tuple[str, ...]:
        """The names of those that are here, sorted."""
        return tuple(sorted(each.name for each in fields(self) if getattr(self, each.name)))
