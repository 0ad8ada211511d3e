"""A stopped gateway's state as one file, and back.

The file is a tar: both databases, archives, secrets, the bodies of queued calls, and last a list of
all of them with their SHA-256. What a gateway makes again by itself is left out: unpacked code,
installed requirements, logs.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from ..errors import InvalidRequest
from ..state.damage import read_only
from .state_dir_check import problems_of, unused

_DATABASES = ("functions.db", "queue/queue.db")
_FOLDERS = ("archives", "secrets", "queue/bodies")
_LIST = "contents.json"
_UNPACKED = ".restoring"
_BLOCK = 1 << 20


def back_up(home: Path, target: Path, progress: Callable[[str], None]) -> int:
    """Write a stopped gateway's state into a file, whole or not at all.

    Args:
        home: The state folder.
        target: The file; there may be none yet.
        progress: Takes the name of each thing that is written.

    Returns:
        How many files it holds.

    Raises:
        CannotStart: A gateway is in, or none ever was.
        InvalidRequest: The state is not whole, or the file is there.
        OSError: It cannot be written.
    """
    if target.exists():
        raise InvalidRequest(f"{target} is there already: name another file, or remove it")
    partial = target.with_name(target.name + ".partial")
    with unused(home), TemporaryDirectory(dir=home, prefix=".backup-") as copies:
        if (problem := next(problems_of(home), None)) is not None:
            raise InvalidRequest(f"{problem}. `dcf gateway check` lists all: mend it first")
        try:
            with os.fdopen(_create(partial), "wb") as file:
                count = _write(file, _contents(home, Path(copies)), progress)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    return count


def restore(source: Path, home: Path, progress: Callable[[str], None]) -> int:
    """Put a state back where there is none.

    Args:
        source: What `back_up` wrote.
        home: The state folder, empty or not there yet.
        progress: Takes the name of each thing that is written.

    Returns:
        How many files it held.

    Raises:
        InvalidRequest: The folder is not empty, or the file is no backup or not whole.
        OSError: It cannot be read or written.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.rmtree(home / _UNPACKED, ignore_errors=True)  # of one that was interrupted
    if found := sorted(each.name for each in home.iterdir() if each.name != "lock"):
        raise InvalidRequest(
            f"{home} is not empty (it has {found[0]}): move it away, or name another with --home"
        )
    (home / "lock").touch(mode=0o600)
    with unused(home):
        unpacked = home / _UNPACKED
        try:
            count = _unpack(source, unpacked, progress)
            for each in sorted(unpacked.iterdir()):
                each.rename(home / each.name)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
    return count


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it holds secrets


def _contents(home: Path, copies: Path) -> Iterator[tuple[str, Path]]:
    """Names within the backup, and the files they are read from."""
    for name in _DATABASES:
        if (home / name).is_file():
            yield name, _copy(home / name, copies / Path(name).name)
    for folder in _FOLDERS:
        for path in sorted((home / folder).glob("*")):
            if path.is_file() and path.name[0] != "." and path.suffix != ".partial":
                yield f"{folder}/{path.name}", path


def _copy(database: Path, target: Path) -> Path:
    """A database as one file, with what its log still holds."""
    with read_only(database) as base, closing(sqlite3.connect(target)) as copy:
        base.backup(copy)
    return target


def _write(
    file: IO[bytes], contents: Iterator[tuple[str, Path]], progress: Callable[[str], None]
) -> int:
    digests = {}
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, path in contents:
            progress(name)
            with path.open("rb") as content:
                digests[name] = hashlib.file_digest(content, "sha256").hexdigest()
                content.seek(0)
                archive.addfile(_member(name, path.stat().st_size), content)
        text = json.dumps(digests, indent=1).encode()
        archive.addfile(_member(_LIST, len(text)), io.BytesIO(text))
    return len(digests)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _unpack(source: Path, folder: Path, progress: Callable[[str], None]) -> int:
    """Unpack and compare; the list comes last, so that a file that was cut is noticed."""
    found: dict[str, str] = {}
    listed: object = None
    try:
        with tarfile.open(source, mode="r:") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is None or listed is not None:
                    raise InvalidRequest(f"{source} is no backup of a gateway: {member.name}")
                if member.name == _LIST:
                    listed = json.load(content)
                    continue
                progress(member.name)
                found[member.name] = _keep(content, folder / _plain(source, member.name))
    except (tarfile.TarError, ValueError) as fault:
        raise InvalidRequest(f"{source} is no backup of a gateway, or damaged ({fault})") from fault
    if found != listed:
        raise InvalidRequest(f"{source} is not whole: its files are not those of its list")
    return len(found)


def _plain(source: Path, name: str) -> str:
    """A name that `back_up` could have written."""
    folder, _, last = name.rpartition("/")
    if name in _DATABASES or (folder in _FOLDERS and last not in {"", ".", ".."}):
        return name
    raise InvalidRequest(f"{source} is no backup of a gateway: it has {name!r}")


def _keep(content: IO[bytes], path: Path) -> str:
    """Write a file for its owner alone; gives its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with os.fdopen(_create(path), "wb") as file:
        while block := content.read(_BLOCK):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()
