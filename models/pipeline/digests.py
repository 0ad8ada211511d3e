"""What files are, in one number: the same content, the same digest."""

import hashlib
import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from ..training.run_folder import versions_now

_ROOMS = Path(__file__).parents[1]
_PIECE = 1 << 20
_TELLS = 1 << 30
"""Bytes after which it says where it is: some seconds."""


class Files:
    """Digests of files and folders; a file that did not change meanwhile is read once.

    Args:
        say: Tells a person how far it is with what takes long.
    """

    def __init__(self, say: Callable[[str], None] = lambda _: None) -> None:
        self._say, self._read = say, 0
        self._known: dict[tuple[str, int, int, int, int], str] = {}

    def of_file(self, file: Path) -> str:
        """SHA-256 of a file's content.

        Raises:
            OSError: It cannot be read.
        """
        found = file.stat()
        key = (str(file), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        if key not in self._known:
            content = hashlib.sha256()
            with file.open("rb") as stream:
                while piece := stream.read(_PIECE):
                    content.update(piece)
                    self._count(len(piece), file)
            self._known[key] = content.hexdigest()
        return self._known[key]

    def _count(self, more: int, file: Path) -> None:
        """Says now and then where it is."""
        before, self._read = self._read, self._read + more
        if self._read // _TELLS > before // _TELLS:
            self._say(f"comparing inputs: {self._read / 1e9:.1f} GB read, now {file.parent}")

    def of_folder(self, folder: Path) -> str:
        """One digest of the names and contents of all files; names with a dot first are no part.

        Raises:
            OSError: One cannot be read.
        """
        return _joined(
            (file.relative_to(folder).as_posix(), self.of_file(file)) for file in _files(folder)
        )


@cache
def of_code(rooms: tuple[str, ...]) -> str:
    """One digest of the code of some rooms of ``models``, and of the libraries they compute with.

    Raises:
        OSError: The code cannot be read.
    """
    files = Files()
    code = ((room, files.of_folder(_ROOMS / room)) for room in rooms)
    return _joined([*code, *versions_now().items()])


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if name[0] != "." and name != "__pycache__"]
        found += [Path(place, name) for name in names if name[0] != "."]
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error


def _joined(parts: Iterable[tuple[str, str]]) -> str:
    joined = hashlib.sha256()
    for name, digest in parts:
        joined.update(f"{name}\0{digest}\0".encode("utf-8", "surrogateescape"))
    return joined.hexdigest()
