"""Bodies at rest. Small ones go into the database, large ones straight from the wire to a file."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from ...errors import InvalidRequest
from .body_file import BodyFile, LostBodyError, Spare
from .records import Body

IN_DATABASE = 64 << 10
# Answers together, as far as the disk refuses them.
SPARE_BYTES = 32 << 20
_NO_SPARE = Spare(0)
_Result = TypeVar("_Result")
_log = logging.getLogger(__name__)


class BodyTooLarge(InvalidRequest):
    """A body over the limit of one."""

    code = "body_too_large"


class Bodies:
    """A folder of bodies, written by a few threads of its own: a disk may be slow."""

    def __init__(self, folder: Path, limit: int) -> None:
        folder.mkdir(exist_ok=True)
        self._folder, self._limit = folder, limit
        self._spare = Spare(SPARE_BYTES)
        self._unfinished: dict[str, BodyFile] = {}
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="queue bodies")

    def path(self, body: Body) -> Path:
        """Where a body's file is."""
        return self._folder / body.file

    async def receive(
        self, chunks: AsyncIterator[bytes], grown: Callable[[int], None] | None = None
    ) -> Body:
        """Take a body; when this returns a large one is on disk.

        Args:
            chunks: The body in pieces.
            grown: Told of every piece's size before it is kept; what it raises ends the reception.

        Raises:
            BodyTooLarge: More than the limit of one body.
            OSError: The disk does not take it.
        """
        body = await self._receive(self._bounded(chunks, grown), _NO_SPARE)
        try:
            await self.complete(body)
        except BaseException:
            self._forget(body.file)
            raise
        return body

    async def receive_answer(self, chunks: AsyncIterator[bytes]) -> Body:
        """Take an answer, which nobody can send again; `complete` it before a database names it.

        Raises:
            BodyTooLarge: More than the limit of one body.
            LostBodyError: The disk does not take it, and memory has no room for it.
        """
        body = await self._receive(self._bounded(chunks, None), self._spare)
        try:
            await self.complete(body)
        except LostBodyError:
            raise
        except OSError:
            pass  # it waits in memory
        except BaseException:
            self._forget(body.file)
            raise
        return body

    async def complete(self, body: Body) -> None:
        """Put onto disk what it did not take of an answer before.

        Raises:
            OSError: It does not yet.
            LostBodyError: It never will.
        """
        file = self._unfinished.get(body.file)
        if file is None:
            return
        try:
            await self._do(file.finish)
        except LostBodyError:
            self._forget(body.file)
            raise
        self._unfinished.pop(body.file, None)

    async def fault(self, body: Body) -> str:
        """Why a body cannot be sent, ever; or nothing."""
        return await self._do(partial(_fault, self.path(body), body.size)) if body.file else ""

    async def _receive(self, pieces: AsyncIterator[bytes], spare: Spare) -> Body:
        kept = bytearray()
        async for piece in pieces:
            kept += piece
            if len(kept) > IN_DATABASE:
                return await self._receive_file(kept, pieces, spare)
        return Body(len(kept), bytes(kept))

    async def _bounded(
        self, chunks: AsyncIterator[bytes], grown: Callable[[int], None] | None
    ) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size > self._limit:
                raise BodyTooLarge(f"a queued body may have {self._limit} bytes at most")
            if grown is not None:
                grown(len(chunk))
            yield chunk

    async def _receive_file(
        self, kept: bytearray, pieces: AsyncIterator[bytes], spare: Spare
    ) -> Body:
        name = uuid.uuid4().hex
        file = self._unfinished[name] = BodyFile(self._folder / name, spare)
        try:
            size = await self._do(partial(file.write, kept))
            async for piece in pieces:
                size += await self._do(partial(file.write, piece))
        except BaseException:
            self._forget(name)
            raise
        return Body(size, None, name)

    async def remove(self, *names: str) -> None:
        """Forget files that no item names any more; what cannot be removed is swept at a start."""
        for name in filter(None, names):
            self._forget(name)
            try:
                await self._do(partial((self._folder / name).unlink, missing_ok=True))
            except OSError as fault:
                _log.warning("body %s cannot be removed: %s", name, fault.strerror)

    def keep_only(self, names: Collection[str], aside: str = "") -> None:
        """Remove what a killed gateway left behind.

        Args:
            names: What is still named.
            aside: Where the database was damaged: what the name of a folder ends with that
                takes what it may have named.
        """
        for path in self._folder.iterdir():
            if path.name in names:
                continue
            try:
                if aside:
                    kept = self._folder.with_name(self._folder.name + aside)
                    kept.mkdir(mode=0o700, exist_ok=True)
                    path.rename(kept / path.name)
                else:
                    path.unlink()
            except OSError as fault:
                _log.warning("%s cannot be removed: %s", path, fault.strerror)

    async def close(self) -> None:
        """End the threads."""
        for name in tuple(self._unfinished):
            self._forget(name)
        await asyncio.to_thread(self._threads.shutdown)

    def _forget(self, name: str) -> None:
        if file := self._unfinished.pop(name, None):
            self._threads.submit(_give_up, file)

    async def _do(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _give_up(file: BodyFile) -> None:
    with contextlib.suppress(OSError):  # the next start sweeps what nothing names
        file.give_up()


def _fault(path: Path, size: int) -> str:
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        return "its body's file is missing from the queue's folder"
    return "" if found == size else f"its body's file is damaged: {found} of {size} bytes"
