"""Secrets: one file each, readable by their owner alone, and a folder of its own a revision.

A revision's folder holds just the secrets it wants; the values in it follow every change. No value
is ever part of a listing, a message or a log line: errors name secrets, never what is in them.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from ...state.disk import writing
from ..secret_rules import check_size, check_there, check_wanted, missing
from .state_dir import StateDir


class Secrets:
    """The secrets of one gateway."""

    def __init__(self, home: StateDir) -> None:
        self._folder, self._mounts = home.secrets, home.mounts
        # What a killed gateway left to its functions, which ended with it.
        shutil.rmtree(self._mounts, ignore_errors=True)
        self._mounts.mkdir(mode=0o700)
        self._mounted: dict[Path, frozenset[str]] = {}

    def names(self) -> list[str]:
        """All of them, sorted."""
        return sorted(each.name for each in self._folder.iterdir() if each.name[0] != ".")

    def put(self, name: str, value: bytes, replace: bool) -> None:
        """Keep a value, and show it to those who want the secret.

        Raises:
            AlreadyExists: Without `replace`, and it is here.
            NotFound: With `replace`, and it is not here.
            InvalidRequest: It is over 1 MiB.
            StorageFailed: It cannot be written; then nothing has changed.
        """
        check_size(name, value)
        check_there(name, self._is_here(name), replace)
        wanting = (mount for mount, wanted in self._mounted.items() if name in wanted)
        with writing(f"secret {name}"):
            _write([folder / name for folder in (self._folder, *wanting)], value)

    def delete(self, name: str) -> None:
        """Forget a secret; raises `NotFound`."""
        if not self._is_here(name):
            raise missing(name)
        with writing(f"what is left without secret {name}"):
            (self._folder / name).unlink(missing_ok=True)

    def check(self, wanted: Collection[str]) -> None:
        """Raise `InvalidRequest` with the name of a wanted secret that is not here."""
        check_wanted(wanted, set(filter(self._is_here, wanted)))

    def mount(self, wanted: Iterable[str]) -> Path | None:
        """A new folder with the wanted secrets, or None if there are none."""
        here = frozenset(set(filter(self._is_here, wanted)))
        if not here:
            return None
        folder = Path(tempfile.mkdtemp(dir=self._mounts))
        try:
            for name in here:
                _write([folder / name], (self._folder / name).read_bytes(), is_to_last=False)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._mounted[folder] = here
        return folder

    def _is_here(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def unmount(self, folder: Path) -> None:
        """Remove what `mount` made, when its last reader has ended."""
        del self._mounted[folder]
        shutil.rmtree(folder, ignore_errors=True)


def _write(paths: Sequence[Path], value: bytes, *, is_to_last: bool = True) -> None:
    """Write files whole, all or none of them, 0600 from their first byte on.

    What is mounted is made anew at each start, so that nobody waits for the disk to have it.
    """
    partials = [path.with_name(f".{os.urandom(8).hex()}.partial") for path in paths]
    try:
        for partial in partials:
            _make(partial, value, is_to_last)
        for partial, path in zip(partials, paths, strict=True):
            partial.replace(path)  # which takes no room
    finally:
        for partial in partials:
            with contextlib.suppress(OSError):
                partial.unlink()


def _make(path: Path, value: bytes, is_to_last: bool) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(value)
        if is_to_last:
            file.flush()
            os.fsync(file.fileno())
