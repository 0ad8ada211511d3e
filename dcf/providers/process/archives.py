"""The archives a gateway holds, of code and attachments: uploaded and unpacked once by digest."""

import asyncio
import contextlib
import hashlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ...archive import MAX_ARCHIVE_BYTES, TOO_LARGE, Entry, digest_of_image, is_digest
from ...attachment import ATTACHMENT_PREFIX, check_attachments
from ...errors import ArchiveError
from ..packed.unpack import read_entry
from .program_run import run_program
from .removal import remove
from .state_dir import StateDir
from .unpacking import ATTACHMENT

_GRACE_SECONDS = 3600.0
_PIECE = 1 << 20
_AT_ONCE = 2
# The program keeps to a shorter time of its own.
_LONGEST_SECONDS = 660.0


@dataclass
class _Unpacking:
    """One archive that is being unpacked, and how many wait for it."""

    task: asyncio.Task[str]  # gives a line for the function's log, or nothing
    waiting: int = 0


class Archives:
    """Code and attachments named by the sha256 of their tars."""

    def __init__(self, home: StateDir) -> None:
        self._uploads, self._code, self._attached = home.archives, home.code, home.attached
        self._unpacking: dict[Path, _Unpacking] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._spoken_of: dict[str, float] = {}
        remove(self._uploads.glob("*.partial"))  # of a gateway that was killed
        remove(self._code.glob("*.partial"))
        remove(self._attached.glob("*.partial"))

    async def has(self, digest: str) -> bool:
        """Tell whether an archive is here; then there is an hour to deploy it."""
        return self._has(digest)

    def _has(self, digest: str) -> bool:
        if not is_digest(digest) or not (self._uploads / digest).is_file():
            return False
        self._spoken_of[digest] = time.monotonic()
        return True

    async def put(self, digest: str, chunks: AsyncIterator[bytes]) -> None:
        """Store an upload; raises `ArchiveError` unless its bytes have the digest in its name."""
        if not is_digest(digest):
            raise ArchiveError(
                f"archive name {digest!r} is not a sha256 as 64 lower-case hex digits"
            )
        partial = self._uploads / f"{digest}.{os.urandom(4).hex()}.partial"
        try:
            with partial.open("xb") as file:
                found = await _store(chunks, file)
            if found != digest:
                raise ArchiveError(
                    f"the archive's sha256 is {found}, not {digest}: upload it again"
                )
            partial.replace(self._uploads / digest)
            self._spoken_of[digest] = time.monotonic()
        finally:
            partial.unlink(missing_ok=True)

    def check(self, image: str, env: Mapping[str, str]) -> None:
        """Raise `ArchiveError` unless a deploy of this image and environment can be prepared."""
        digest = digest_of_image(image)
        if not self._has(digest):
            raise ArchiveError(
                f"archive {digest} is not here: PUT it to /system/archives/{digest} first"
            )
        check_attachments(env, self._has)

    def keep_only(self, contents: Iterable[str]) -> None:
        """Delete what is not named, but for what is being uploaded or about to be deployed."""
        limit = time.monotonic() - _GRACE_SECONDS
        self._spoken_of = {key: when for key, when in self._spoken_of.items() if when > limit}
        kept = set(map(_digest, contents)) | set(self._spoken_of)
        folders = self._uploads, self._code, self._attached
        found = [each for folder in folders for each in folder.iterdir()]
        remove(each for each in found if each.name not in kept and each.suffix != ".partial")

    def put_aside(self, contents: Iterable[str], end: str) -> None:
        """Move what is not named out of the way of `keep_only`: to `archives<end>`."""
        kept = set(map(_digest, contents)) | set(self._spoken_of)
        unnamed = [each for each in self._uploads.iterdir() if each.name not in kept]
        if unnamed:
            folder = self._uploads.with_name(self._uploads.name + end)
            folder.mkdir(exist_ok=True)
            for each in unnamed:
                each.rename(folder / each.name)

    def code(self, content: str) -> tuple[Path, Entry] | None:
        """The folder of an image's code, if it is one and was unpacked before."""
        folder = self._code / _digest(content)
        try:
            return (folder, read_entry(folder)) if folder.is_dir() else None
        except ArchiveError:
            return None

    async def unpacked(self, image: str, log: Callable[[str], None]) -> tuple[Path, Entry]:
        """The folder of an image's code, unpacked and compiled if this is the first time.

        Those who ask for the same while it is being unpacked wait together; when the last of them
        is cancelled, so is the unpacking.

        Args:
            image: It was uploaded.
            log: Takes a line if there is something to say.

        Raises:
            ArchiveError: It cannot be unpacked.
        """
        folder = self._code / digest_of_image(image)
        if note := await self._prepared(folder):
            log(note)
        return folder, read_entry(folder)

    async def attached(self, digest: str) -> Path:
        """The folder of an attachment, likewise; nobody can write into it.

        Raises:
            ArchiveError: It cannot be unpacked.
        """
        folder = self._attached / digest
        await self._prepared(folder)
        return folder

    async def _prepared(self, folder: Path) -> str:
        work = self._unpacking.get(folder)
        if work is None:
            if folder.is_dir():
                return ""
            work = self._unpacking[folder] = _Unpacking(asyncio.create_task(self._unpack(folder)))
        work.waiting += 1
        try:
            return await asyncio.shield(work.task)
        finally:
            work.waiting -= 1
            if not work.waiting:
                work.task.cancel()
                if self._unpacking.get(folder) is work:
                    del self._unpacking[folder]
                await asyncio.wait({work.task})  # its program has ended, too

    async def _unpack(self, folder: Path) -> str:
        partial = folder.with_name(f"{folder.name}.{os.urandom(4).hex()}.partial")
        kind = (ATTACHMENT,) if folder.parent == self._attached else ()
        try:
            async with self._turns:
                answer = await run_program(
                    *(f"{__package__}.unpacking", self._uploads / folder.name, partial, *kind),
                    seconds=_LONGEST_SECONDS,
                )
            if "fault" in answer:
                raise ArchiveError(answer["fault"])
            with contextlib.suppress(FileExistsError):  # no other than the same
                partial.rename(folder)
            return str(answer["note"])
        finally:
            remove([partial])


def _digest(content: str) -> str:
    """The digest of an image or an attachment."""
    if content.startswith(ATTACHMENT_PREFIX):
        return content.removeprefix(ATTACHMENT_PREFIX)
    return digest_of_image(content)


async def _store(chunks: AsyncIterator[bytes], file: IO[bytes]) -> str:
    """Write an upload; gives its sha256. The event loop neither hashes nor waits for the disk."""
    found, size, piece = hashlib.sha256(), 0, bytearray()

    def work() -> None:
        found.update(piece)
        file.write(piece)
        piece.clear()

    async for chunk in chunks:
        size += len(chunk)
        if size > MAX_ARCHIVE_BYTES:
            raise ArchiveError(f"the upload is over {MAX_ARCHIVE_BYTES} bytes: {TOO_LARGE}")
        piece += chunk
        if len(piece) >= _PIECE:
            await asyncio.to_thread(work)
    await asyncio.to_thread(work)
    return found.hexdigest()
