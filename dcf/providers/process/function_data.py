"""The folders in which functions keep what they like, and what a killed deletion left of them.

What is deleted is marked first (`NAME.deleted`): a folder is never removed only because no function
of its name is known, which a lost or restored database could not tell from one that is deployed.
"""

from collections.abc import Container
from pathlib import Path

from .removal import DOOMED, remove

_MARK = ".deleted"


class FunctionData:
    """The data of all functions.

    Args:
        folder: Where their folders lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def mark(self, name: str) -> None:
        """Notes, before a function is forgotten, that its data is to be removed."""
        (self._folder / f"{name}{_MARK}").touch(mode=0o600)

    def remove(self, name: str, *, keep: bool) -> None:
        """Removes a function's data, or keeps it for another one of that name."""
        remove([*([] if keep else [self._folder / name]), self._folder / f"{name}{_MARK}"])

    def remove_left_over(self, names: Container[str]) -> None:
        """Ends deletions that an earlier gateway had begun.

        Args:
            names: The functions that are deployed.
        """
        remove(self._folder.glob(f"*{DOOMED}"))
        for mark in self._folder.glob(f"*{_MARK}"):
            name = mark.name.removesuffix(_MARK)
            self.remove(name, keep=name in names)
