"""A function's code as one reproducible tar, named by the sha256 of its bytes.

The same files always give the same bytes: names are sorted, times and owners are zero, nothing is
compressed. The gateway unpacks it (`dcf.providers.packed`), under the same limits.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from .errors import ArchiveError

IMAGE_PREFIX = "archive:sha256:"
MANIFEST = ".dcf-function.json"
MAX_ARCHIVE_BYTES = 1 << 30
TOO_LARGE = (
    "leave files out, of a function's code by handler.exclude, or put what is large into an image "
    "(`dcf function build`)"
)
MAX_MEMBERS = 20_000
MAX_NAME_BYTES = 1024
MAX_DEPTH = 64
MAX_MANIFEST_BYTES = 1 << 16
_NEVER = (
    "__pycache__", ".git", ".dcf", ".venv*", "*.pyc", ".DS_Store",
    ".mypy_cache", ".pytest_cache", ".ruff_cache",
)  # fmt: skip
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """How to start what an archive holds: the handler's folder below the root, file, name."""

    directory: str
    file: str
    name: str


@dataclass(frozen=True)
class Archive:
    """A packed function: the tar's bytes, their sha256 as hex, and the names inside, sorted."""

    data: bytes
    digest: str
    names: tuple[str, ...]

    @property
    def image(self) -> str:
        """What a deploy calls it."""
        return IMAGE_PREFIX + self.digest


@dataclass
class Measure:
    """What an archive holds so far: bytes of files, and names of files and folders."""

    _bytes: int = 0
    _told: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)

    def add(self, name: str, size: int) -> None:
        """Count a member and the folders that it lies in; raises `ArchiveError` over a limit."""
        if len(os.fsencode(name)) > MAX_NAME_BYTES or name.count("/") > MAX_DEPTH:
            raise ArchiveError(
                f"the archive's {shown(name)} is too long a path: at most {MAX_NAME_BYTES} bytes "
                f"and {MAX_DEPTH} folders deep fit"
            )
        if name in self._told:
            raise ArchiveError(f"the archive holds {shown(name)} twice")
        self._told.add(name)
        while name and name not in self._names:
            self._names.add(name)
            name = name.rpartition("/")[0]
        self._bytes += size
        if self._bytes > MAX_ARCHIVE_BYTES:
            raise ArchiveError(
                f"the archive's files are over {MAX_ARCHIVE_BYTES} bytes: {TOO_LARGE}"
            )
        if len(self._names) > MAX_MEMBERS:
            raise ArchiveError(f"the archive is over {MAX_MEMBERS} files and folders: {TOO_LARGE}")


def shown(name: str) -> str:
    """A name that somebody else chose, as a line can hold it."""
    return repr(name if len(name) <= 100 else f"{name[:100]}...")


def digest_of_image(image: str) -> str:
    """Take the digest out of `archive:sha256:<64 hex digits>`; raises `ArchiveError`."""
    digest = image.removeprefix(IMAGE_PREFIX)
    if not image.startswith(IMAGE_PREFIX) or not is_digest(digest):
        raise ArchiveError(
            f"image {image!r} cannot run here: local processes run {IMAGE_PREFIX}<64 hex digits>, "
            "which `dcf function create` makes from a config file"
        )
    return digest


def is_digest(text: str) -> bool:
    """Tell whether it is 64 lower-case hex digits."""
    return _DIGEST.fullmatch(text) is not None


def gather(
    root: Path,
    entry: Entry,
    include: Iterable[str],
    exclude: Iterable[str],
    within: tuple[Path, ...] = (),
) -> dict[str, Path]:
    """Find what a function is made of: files by the names that an archive of it gives them.

    Args:
        root: The folder that names are relative to; everything gathered lies in it.
        entry: The handler; its folder is always taken.
        include: Files and folders to take along, relative to the root.
        exclude: Paths or globs, relative to the root, to leave out.
        within: The folders that links may lead to; none for the root.

    Raises:
        ArchiveError: Something named is missing, lies outside the root, or is a link out.
    """
    base = root.resolve()
    inside = tuple(each.resolve() for each in within) or (base,)
    excluded = tuple(pattern.removeprefix("./").rstrip("/") for pattern in exclude)
    files: dict[str, Path] = {}
    for wanted in (entry.directory, *include):
        for path in _below(base, wanted, inside):
            name = path.relative_to(base).as_posix()
            if not _is_left_out(name, excluded):
                files[name] = path
    if f"{_clean(entry.directory)}{entry.file}" not in files:
        raise ArchiveError(
            f"handler file {entry.file} is not in {entry.directory}: create it or mend handler.file"
        )
    files.update(_package_marks(base, files, inside))
    return files


def pack(
    root: Path,
    entry: Entry,
    include: Iterable[str],
    exclude: Iterable[str],
    within: tuple[Path, ...] = (),
) -> Archive:
    """Pack what `gather` finds, under the same names; raises `ArchiveError`."""
    files = gather(root, entry, include, exclude, within)
    measure = Measure()
    for name, path in files.items():
        measure.add(name, path.stat().st_size)
    data = _tar(files, entry)
    if len(data) > MAX_ARCHIVE_BYTES:
        raise ArchiveError(f"the archive is over {MAX_ARCHIVE_BYTES} bytes: {TOO_LARGE}")
    return Archive(data, hashlib.sha256(data).hexdigest(), tuple(sorted(files)))


def _clean(directory: str) -> str:
    """A folder's prefix in names: empty for the root, else with a slash at its end."""
    text = PurePosixPath(directory).as_posix()
    return "" if text == "." else text + "/"


def _below(base: Path, wanted: str, inside: tuple[Path, ...]) -> Iterator[Path]:
    start = base / wanted
    if not start.exists():
        raise ArchiveError(
            f"{wanted} does not exist in {base}: create it, or mend handler.dir or include"
        )
    start = Path(os.path.normpath(start))
    if not start.is_relative_to(base):
        raise ArchiveError(
            f"{wanted} lies outside {base}: only what is below the config file can be packed"
        )
    _refuse_link_out(start, inside)
    found = [start] if start.is_file() else sorted(start.rglob("*"))
    for path in found:
        if path.is_file():
            _refuse_link_out(path, inside)
            yield path


def _refuse_link_out(path: Path, inside: tuple[Path, ...]) -> None:
    real = path.resolve()
    if real != path and not any(map(real.is_relative_to, inside)):
        raise ArchiveError(
            f"{path} is a link that leaves {inside[0]}, and lies outside then: put the file itself "
            "there, or allow it with --allow-outside"
        )


def _is_left_out(name: str, excluded: tuple[str, ...]) -> bool:
    if any(fnmatch(part, pattern) for part in name.split("/") for pattern in _NEVER):
        return True
    return any(
        name == pattern or name.startswith(pattern + "/") or fnmatch(name, pattern)
        for pattern in excluded
    )


def _package_marks(base: Path, files: dict[str, Path], inside: tuple[Path, ...]) -> dict[str, Path]:
    """The `__init__.py` of every parent, so that an included sub-package stays importable."""
    parents = {parent for name in files for parent in PurePosixPath(name).parents}
    marks = {(parent / "__init__.py").as_posix() for parent in parents if parent != PurePosixPath()}
    found = {mark: base / mark for mark in marks if (base / mark).is_file()}
    for path in found.values():
        _refuse_link_out(path, inside)
    return found


def _tar(files: dict[str, Path], entry: Entry) -> bytes:
    manifest = {
        "handler": {"dir": entry.directory, "file": entry.file, "name": entry.name},
        "schema": 1,
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, MANIFEST, json.dumps(manifest, sort_keys=True).encode())
        for name in sorted(files):
            _add(tar, name, files[name].read_bytes())
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(data), 0o644, 0
    tar.addfile(member, io.BytesIO(data))
