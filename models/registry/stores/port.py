"""What a registry asks of the place where it lies."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """A file.

    Attributes:
        name: Its path below the place, with ``/``.
        size: In bytes.
        changed: Time of the last change, seconds since 1970.
    """

    name: str
    size: int
    changed: float


class Store(Protocol):
    """Named files; a name has its whole content or is not there, whatever ends the process.

    Every method raises ``RegistryError`` when the place cannot be used.
    """

    def read(self, name: str) -> bytes | None:
        """The content; None where nothing has that name."""

    def has(self, name: str) -> bool:
        """Whether something has that name."""

    def create(self, name: str, content: bytes) -> bool:
        """Writes a new file; False, and nothing is changed, where the name is taken.

        Of several that create one name at the same time, one succeeds.
        """

    def replace(self, name: str, content: bytes) -> None:
        """Writes a file, new or not."""

    def upload(self, name: str, file: Path) -> None:
        """Writes a file from one of this machine, new or not."""

    def remove(self, name: str) -> None:
        """Removes a file; nothing where it is not there."""

    def entries(self, folder: str) -> Iterator[Entry]:
        """The files below a folder, at any depth, in order of their names."""

    def alone(self) -> AbstractContextManager[None]:
        """Keeps ``together`` of others away meanwhile, where the place can."""

    def together(self) -> AbstractContextManager[None]:
        """Keeps ``alone`` of others away meanwhile, where the place can."""
