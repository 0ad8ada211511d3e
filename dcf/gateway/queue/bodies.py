"""Bodies at rest. Small ones go into the database, large ones straight from the wire to a file."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

from dcf.errors import InvalidRequest
from dcf.gateway.queue.records import Body

IN_DATABASE = 64 << 10
_Result = TypeVar("_Result")


class BodyTooLarge(InvalidRequest):
    """A body over the limit of one."""

    code = "body_too_large"


class Bodies:
    """A folder of bodies, written by a few threads of its own: a disk may be slow."""

    def __init__(self, folder: Path, limit: int) -> None:
        folder.mkdir(exist_ok=True)
        self._folder, self._limit = folder, limit
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
        """
        pieces, kept = self._bounded(chunks, grown), bytearray()
        async for piece in pieces:
            kept += piece
            if len(kept) > IN_DATABASE:
                return await self._receive_file(kept, pieces)
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

    async def _receive_file(self, kept: bytearray, pieces: AsyncIterator[bytes]) -> Body:
        name = uuid.uuid4().hex
        path = self._folder / name
        file: IO[bytes] = await self._do(lambda: path.open("xb"))
        try:
            size = await self._do(partial(file.write, kept))
            async for piece in pieces:
                size += await self._do(partial(file.write, piece))
            await self._do(partial(self._flush, file))
        except BaseException:
            self._threads.submit(_give_up, file, path)
            raise
        return Body(size, None, name)

    def _flush(self, file: IO[bytes]) -> None:
        """Onto the disk, name and all, before the database speaks of it."""
        file.flush()
        os.fsync(file.fileno())
        file.close()
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def remove(self, *names: str) -> None:
        """Forget files that no item names any more."""
        for name in filter(None, names):
            await self._do(partial((self._folder / name).unlink, missing_ok=True))

    def keep_only(self, names: Collection[str]) -> None:
        """Remove what a killed gateway left behind."""
        for path in self._folder.iterdir():
            if path.name not in names:
                path.unlink()

    async def close(self) -> None:
        """End the threads."""
        await asyncio.to_thread(self._threads.shutdown)

    async def _do(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _give_up(file: IO[bytes], path: Path) -> None:
    file.close()
    path.unlink(missing_ok=True)
