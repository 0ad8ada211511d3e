"""What a function is made of on disk, and whether that has changed."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from ..config import FunctionConfig

_POLL_SECONDS = 0.3
_CACHES = frozenset({"__pycache__", ".git"})
Stamp = dict[Path, tuple[int, int]]


class Sources:
    """The config file, the handler's folder and what is included."""

    def __init__(self, config: Path, function: FunctionConfig) -> None:
        self._places = (
            config,
            *(function.root / each for each in (function.entry.directory, *function.include)),
        )
        self._seen = self._stamp()

    async def changed(self) -> None:
        """Wait until something is not as it was, and an editor has finished writing it."""
        while (now := self._stamp()) == self._seen:
            await asyncio.sleep(_POLL_SECONDS)
        self._seen = {}
        while now != self._seen:
            self._seen = now
            await asyncio.sleep(_POLL_SECONDS / 3)
            now = self._stamp()

    def _stamp(self) -> Stamp:
        stamp: Stamp = {}
        for path in self._files():
            try:
                found = path.stat()
            except OSError:  # it went while we looked
                continue
            stamp[path] = (found.st_mtime_ns, found.st_size)
        return stamp

    def _files(self) -> Iterator[Path]:
        for place in self._places:
            if place.is_dir():
                for folder, folders, names in os.walk(place):
                    folders[:] = [each for each in folders if each not in _CACHES]
                    yield from (Path(folder, name) for name in names)
            else:
                yield place
