"""Finds pictures by name, however the name is composed.

Korean names that went through a Mac come apart into their letters (Unicode's NFD): the same name to
a person, another to the file system.
"""

import unicodedata
from pathlib import Path

from .pictures import SUFFIXES, names_below


class Finder:
    """Finds the pictures of a folder.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._composed: dict[str, str] | None = None

    def find(self, name: str) -> Path:
        """The file of a name; where it would be if it is not there.

        Args:
            name: Path below the folder, with ``/``, composed in any way.
        """
        file = self._folder / name
        if name.isascii() or file.is_file():
            return file
        if self._composed is None:  # one look at the folder, however many names are missing
            names = names_below(self._folder, SUFFIXES)
            self._composed = {composed(found): found for found in names}
        return self._folder / self._composed.get(composed(name), name)


def composed(name: str) -> str:
    """The name as most systems write it: Unicode's NFC."""
    return unicodedata.normalize("NFC", name)
