"""A registry in a folder of this machine, or of one that several share."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...file_lock import FileLock
from ..errors import RegistryError
from .port import Entry

_INCOMING = ".incoming"
_LOCK = ".lock"


class FolderStore:
    """Files are written aside, flushed, and then linked to their names.

    Args:
        root: The folder; made when something is written.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, name: str) -> bytes | None:
        """The content; None where nothing has that name."""
        with _named(self._root):
            try:
                return (self._root / name).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def has(self, name: str) -> bool:
        """Whether something has that name."""
        with _named(self._root):
            return (self._root / name).is_file()

    def create(self, name: str, content: bytes) -> bool:
        """Writes a new file; False where the name is taken."""
        with _named(self._root), self._aside(content) as part:
            try:
                os.link(part, self._place(name))
            except FileExistsError:
                return False
            _flush((self._root / name).parent)
            return True

    def replace(self, name: str, content: bytes) -> None:
        """Writes a file, new or not."""
        with _named(self._root), self._aside(content) as part:
            part.replace(self._place(name))
            _flush((self._root / name).parent)

    def upload(self, name: str, file: Path) -> None:
        """Writes a file from one of this machine, new or not."""
        self.replace(name, file.read_bytes())

    def remove(self, name: str) -> None:
        """Removes a file; nothing where it is not there."""
        with _named(self._root):
            (self._root / name).unlink(missing_ok=True)

    def entries(self, folder: str) -> Iterator[Entry]:
        """The files below a folder, in order of their names."""
        with _named(self._root):
            for path in sorted((self._root / folder).rglob("*")):
                try:
                    found = path.stat()
                except FileNotFoundError:  # removed meanwhile
                    continue
                if path.is_file():
                    name = path.relative_to(self._root).as_posix()
                    yield Entry(name, found.st_size, found.st_mtime)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps ``together`` of other processes away."""
        with self._locked(shared=False):
            yield

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keeps ``alone`` of other processes away."""
        with self._locked(shared=True):
            yield

    @contextmanager
    def _locked(self, *, shared: bool) -> Iterator[None]:
        lock = FileLock(self._root / _LOCK, shared=shared)
        with _named(self._root):
            self._root.mkdir(parents=True, exist_ok=True)
            lock.take()
        with lock:
            yield

    @contextmanager
    def _aside(self, content: bytes) -> Iterator[Path]:
        """Content in a file of no name yet; what a killed process left stays, and is never read."""
        folder = self._root / _INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / secrets.token_hex(16)
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            yield part
        finally:
            part.unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        place = self._root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        return place


@contextmanager
def _named(root: Path) -> Iterator[None]:
    """Says which registry it was that the system refused."""
    try:
        yield
    except OSError as error:
        raise RegistryError(f"registry {root}: {error.strerror or error}") from error


def _flush(folder: Path) -> None:
    """Makes a name survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
