"""The archives a gateway holds: uploaded by digest, unpacked once by digest."""

import asyncio
import compileall
import hashlib
import os
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from dcf.archive import MAX_ARCHIVE_BYTES, Entry, digest_of_image, is_digest, read_entry, unpack
from dcf.errors import ArchiveError
from dcf.providers.home import Home
from dcf.providers.removal import remove

_GRACE_SECONDS = 3600.0


class Archives:
    """Code named by the sha256 of its tar."""

    def __init__(self, home: Home) -> None:
        self._uploads, self._code = home.archives, home.code
        self._unpacking: dict[str, asyncio.Task[Entry]] = {}
        self._spoken_of: dict[str, float] = {}
        remove(self._uploads.glob("*.partial"))  # of a gateway that was killed
        remove(self._code.glob("*.partial"))

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
        found, size = hashlib.sha256(), 0
        try:
            with partial.open("xb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > MAX_ARCHIVE_BYTES:
                        raise ArchiveError(
                            f"the archive is over {MAX_ARCHIVE_BYTES} bytes: use handler.exclude"
                        )
                    found.update(chunk)
                    file.write(chunk)
            if found.hexdigest() != digest:
                raise ArchiveError(
                    f"the archive's sha256 is {found.hexdigest()}, not {digest}: upload it again"
                )
            partial.replace(self._uploads / digest)
            self._spoken_of[digest] = time.monotonic()
        finally:
            partial.unlink(missing_ok=True)

    def check(self, image: str) -> None:
        """Raise `ArchiveError` unless a deploy of this image can be prepared."""
        digest = digest_of_image(image)
        if not self._has(digest):
            raise ArchiveError(
                f"archive {digest} is not here: PUT it to /system/archives/{digest} first"
            )

    def keep_only(self, images: Iterable[str]) -> None:
        """Delete what no image names, but for what is being uploaded or about to be deployed."""
        limit = time.monotonic() - _GRACE_SECONDS
        self._spoken_of = {key: when for key, when in self._spoken_of.items() if when > limit}
        kept = {digest_of_image(image) for image in images} | set(self._spoken_of)
        found = [*self._uploads.iterdir(), *self._code.iterdir()]
        remove(each for each in found if each.name not in kept and each.suffix != ".partial")

    def put_aside(self, images: Iterable[str], end: str) -> None:
        """Move what no image names out of the way of `keep_only`: to `archives<end>`."""
        kept = {digest_of_image(image) for image in images} | set(self._spoken_of)
        unnamed = [each for each in self._uploads.iterdir() if each.name not in kept]
        if unnamed:
            folder = self._uploads.with_name(self._uploads.name + end)
            folder.mkdir(exist_ok=True)
            for each in unnamed:
                each.rename(folder / each.name)

    def code(self, image: str) -> tuple[Path, Entry] | None:
        """The folder of an image's code, if it was unpacked before."""
        folder = self._code / digest_of_image(image)
        try:
            return (folder, read_entry(folder)) if folder.is_dir() else None
        except ArchiveError:
            return None

    async def unpacked(self, image: str) -> tuple[Path, Entry]:
        """The folder of an image's code, unpacked and compiled if this is the first time."""
        digest = digest_of_image(image)
        folder = self._code / digest
        if digest not in self._unpacking:
            if folder.is_dir():
                return folder, read_entry(folder)
            # A task of its own: who asks may be cancelled, the unpacking thread cannot.
            task = asyncio.create_task(asyncio.to_thread(_unpack, self._uploads / digest, folder))
            self._unpacking[digest] = task
            task.add_done_callback(lambda _: self._unpacking.pop(digest))
        return folder, await asyncio.shield(self._unpacking[digest])


def _unpack(source: Path, folder: Path) -> Entry:
    entry = unpack(source, folder)
    # Without compiled files the imports of a cold start take three times as long.
    compileall.compile_dir(folder, quiet=2, force=False)
    return entry
