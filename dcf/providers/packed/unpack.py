"""From a tar that may be hostile to a folder, whole or not at all."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TypeVar

from ...archive import MANIFEST, MAX_MANIFEST_BYTES, Entry, Measure, shown
from ...errors import ArchiveError
from .tar_reader import Member, members

_PIECE = 1 << 20
_Result = TypeVar("_Result")


def unpack(source: Path, target: Path) -> Entry:
    """Unpack a function's code; raises what `_unpack` raises."""
    return _unpack(source, target, read_entry)


def unpack_attachment(source: Path, target: Path) -> None:
    """Unpack an attachment, which nobody can write into; raises what `_unpack` raises."""
    _unpack(source, target, _seal)


def _unpack(source: Path, target: Path, finish: Callable[[Path], _Result]) -> _Result:
    """Unpack a tar into a folder that does not exist yet; after a failure, there is none.

    Args:
        source: The tar.
        target: The folder.
        finish: Does the rest, once everything is there.

    Raises:
        ArchiveError: A member is a link or device, leaves the folder, comes twice, or is too much.
    """
    try:
        target.mkdir()
        with source.open("rb") as tar:
            _extract(tar, target)
        return finish(target)
    except OSError as fault:
        shutil.rmtree(target, ignore_errors=True)
        where = Path(fault.filename or target)
        name = where.relative_to(target) if where.is_relative_to(target) else where
        raise ArchiveError(
            f"the archive cannot be unpacked: {fault.strerror}: {shown(str(name))}"
        ) from fault
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _extract(tar: IO[bytes], folder: Path) -> None:
    for member in checked(tar):
        path = folder / member.name
        if member.is_folder:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                _copy(tar, member, file)


def checked(tar: IO[bytes]) -> Iterator[Member]:
    """Give each member as `members` does; raises `ArchiveError` for one that may not be."""
    measure = Measure()
    for member in members(tar):
        _check_name(member.name)
        measure.add(member.name, member.size)
        yield member


def _copy(tar: IO[bytes], member: Member, file: IO[bytes]) -> None:
    left = member.size
    while left:
        piece = tar.read(min(left, _PIECE))
        if not piece:
            raise ArchiveError(
                f"the archive cannot be unpacked: it ends within {shown(member.name)}"
            )
        file.write(piece)
        left -= len(piece)


def _seal(folder: Path) -> None:
    for at, _, files in os.walk(folder, topdown=False):
        for name in files:
            Path(at, name).chmod(0o400)
        Path(at).chmod(0o500)


def _check_name(name: str) -> None:
    if "\\" in name or "\0" in name or any(part in {"", ".", ".."} for part in name.split("/")):
        raise ArchiveError(f"the archive's {shown(name)} is no plain relative path")


def read_entry(folder: Path) -> Entry:
    """Read how to start an unpacked archive; raises `ArchiveError`."""
    try:
        with (folder / MANIFEST).open("rb") as file:
            content = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as fault:
        raise _no_manifest() from fault
    return entry_of(content)


def entry_of(content: bytes) -> Entry:
    """Read how to start an archive from its manifest; raises `ArchiveError`."""
    if len(content) > MAX_MANIFEST_BYTES:
        raise ArchiveError(f"the archive's {MANIFEST} is over {MAX_MANIFEST_BYTES} bytes")
    try:
        handler = json.loads(content)["handler"]
        entry = Entry(*(handler[key] for key in ("dir", "file", "name")))
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise _no_manifest() from fault
    _check_entry(entry)
    return entry


def _no_manifest() -> ArchiveError:
    return ArchiveError(f"the archive has no usable {MANIFEST}: pack it with `dcf function create`")


def _check_entry(entry: Entry) -> None:
    parts = (entry.directory, entry.file, entry.name)
    if not all(isinstance(part, str) and part.isprintable() for part in parts):
        raise ArchiveError(
            f"the archive's {MANIFEST} must name handler dir, file and name as printable text"
        )
    where = f"{entry.directory}/{entry.file}"
    # Nothing in an unpacked archive is a link.
    is_absolute = where.startswith("/") or entry.file.startswith("/")
    if is_absolute or os.path.normpath(where).split("/")[0] == "..":
        raise ArchiveError(f"the archive's handler {shown(where)} lies outside of it")
