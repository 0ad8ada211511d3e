"""What a function's replicas wrote: stamped lines in rotating files, one set a function.

Whoever reads, reads the files, in pieces and in another thread: a reader that stands still costs
no memory and holds nobody up, and one that follows goes from file to file as they rotate.
"""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

from ..stamp import now, stamp_of
from ..stores import LogLine, LogQuery
from .log_pieces import Piece, count, next_lines, rewind, wanted_by

_MAX_FILE_BYTES = 4 << 20
_KEPT = 3


class FunctionLog:
    """The log of one function. Lines are `<time> <instance> <text>`; old files end in .1 and .2."""

    def __init__(self, folder: Path, name: str, max_bytes: int = _MAX_FILE_BYTES) -> None:
        self._name, self._max = name, max_bytes
        self._path = folder / f"{name}.log"
        # Without a buffer: whether a line is written is known at once.
        self._file = self._path.open("ab", buffering=0)
        self._lost = 0
        self._rotations = _KEPT  # of files so far; those of an earlier run count, too
        self._readers: set[asyncio.Event] = set()

    def write(self, instance: str, text: str) -> None:
        """Keep one line, stamped with the time it came; closed, or on a full disk, it is lost.

        Lost lines are counted in the log as soon as there is room again.
        """
        if self._file.closed:
            return
        if self._lost:
            said = f"{self._lost} lines are lost: the disk of the gateway was full, or failed"
            if not self._append(f"{now()} {self._name} {said}\n"):
                self._lost += 1
                return
            self._lost = 0
        if not self._append(f"{now()} {instance} {text}\n"):
            self._lost = 1
        self._wake()

    def _append(self, line: str) -> bool:
        """Write a line whole or not at all; whether it is written."""
        data = line.encode(errors="replace")
        try:
            size = os.fstat(self._file.fileno()).st_size
            if self._file.write(data) < len(data):
                self._file.truncate(size)
                return False
        except OSError:
            return False
        if size + len(data) > self._max:
            with contextlib.suppress(OSError):  # it grows until it can be
                self._rotate()
        return True

    def _rotate(self) -> None:
        following = self._path.with_suffix(".next")
        file = following.open("ab", buffering=0)  # first: if this fails, all stays as it is
        for age in range(_KEPT - 1, 0, -1):
            older = self._age(age - 1)
            if older.exists():
                older.replace(self._age(age))
        following.replace(self._path)
        self._rotations += 1
        self._file.close()
        self._file = file

    def _age(self, age: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{age}") if age else self._path

    def _wake(self) -> None:
        for reader in self._readers:
            reader.set()

    async def lines(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """The lines asked for, oldest first.

        With `follow` it goes on until its reader leaves or the log is closed; a follower that is
        so slow that whole files rotate away under it goes on with the oldest that is left.

        Raises:
            InvalidRequest: `since` is no time.
        """
        since = stamp_of(query.since)
        wanted = wanted_by(query, since)
        news = asyncio.Event()
        self._readers.add(news)
        with ExitStack() as files:
            files.callback(self._readers.discard, news)
            pieces = deque(self._pieces(files, 0, query.follow))
            before = 0  # lines of the call that are older than those asked for
            if query.tail > 0 and query.call:
                # A line of a trace is known by those above it, so nothing is read backwards.
                lines = await asyncio.to_thread(count, pieces, wanted_by(query, since))
                before = max(0, lines - query.tail)
            elif query.tail > 0:
                pieces = await asyncio.to_thread(rewind, pieces, wanted, query.tail)
            while pieces:
                news.clear()
                rotations = self._rotations
                found = await asyncio.to_thread(next_lines, pieces[0], wanted)
                for line in (found or ())[before:]:
                    yield line
                before = max(0, before - len(found or ()))
                # Of a file that is still written to, more may have come while it was read.
                if found is None and not (pieces[0].number == rotations and news.is_set()):
                    await self._go_on(files, pieces, news, query.follow)

    async def _go_on(
        self, files: ExitStack, pieces: deque[Piece], news: asyncio.Event, follow: bool
    ) -> None:
        """At the end of a file: on to the next one, or wait, or be at the end of all."""
        last = pieces[0].number
        if follow and last == self._rotations and not self._file.closed:
            await news.wait()
            return
        pieces.popleft().file.close()
        if follow and not pieces:
            pieces.extend(self._pieces(files, last + 1, follow))

    def _pieces(self, files: ExitStack, first: int, follow: bool) -> Iterator[Piece]:
        """The files from a number of rotations on, oldest first, as far as they are still here."""
        for age in range(_KEPT - 1, -1, -1):
            number = self._rotations - age
            if number >= first and self._age(age).exists():
                file = files.enter_context(self._age(age).open("rb"))
                yield Piece(number, file, None if follow else os.fstat(file.fileno()).st_size)

    def close(self) -> None:
        """Close the file and end its followers; the lines stay."""
        self._file.close()
        self._wake()

    def remove(self) -> None:
        """Delete the lines of a function that is no more."""
        self.close()
        for age in range(_KEPT):
            self._age(age).unlink(missing_ok=True)
