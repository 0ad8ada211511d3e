"""A function's code as one reproducible tar, named by the sha256 of its bytes.

`pack` and `unpack` are each other's inverse. The same files always give the same bytes: names are
sorted, times and owners are zero, nothing is compressed. `unpack` believes nothing it reads.
"""

import hashlib
import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from dcf.errors import ArchiveError

IMAGE_PREFIX = "archive:sha256:"
MANIFEST = ".dcf-function.json"
MAX_ARCHIVE_BYTES = 1 << 30
MAX_MEMBERS = 20_000
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
    data = _tar(files, entry)
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


def unpack(source: Path, target: Path) -> Entry:
    """Unpack a tar into a folder that does not exist yet, whole or not at all.

    Raises:
        ArchiveError: A member is a link or device, leaves the folder, comes twice, or is too much.
    """
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        with tarfile.open(source, mode="r:") as tar:
            _extract(tar, partial)
        entry = read_entry(partial)
        partial.rename(target)
    except (tarfile.TarError, OSError, ValueError, EOFError) as fault:
        raise ArchiveError(f"the archive cannot be unpacked: {fault}") from fault
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return entry


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    seen: set[str] = set()
    total = 0
    for member in tar:
        name = _safe_name(member)
        total += member.size
        if name in seen:
            raise ArchiveError(f"the archive holds {name} twice")
        seen.add(name)
        if total > MAX_ARCHIVE_BYTES or len(seen) > MAX_MEMBERS:
            raise ArchiveError(
                f"the archive is over {MAX_ARCHIVE_BYTES} bytes or {MAX_MEMBERS} files"
            )
        path = folder / name
        if member.isdir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        content = tar.extractfile(member)
        if content is None:
            raise ArchiveError(f"the archive's {name} has no content")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            shutil.copyfileobj(content, file)


def _safe_name(member: tarfile.TarInfo) -> str:
    name = member.name
    if not (member.isreg() or member.isdir()):
        raise ArchiveError(
            f"the archive's {name!r} is a link or device; only files and folders are taken"
        )
    parts = name.split("/")
    if (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or any(part in {"", ".", ".."} for part in parts)
    ):
        raise ArchiveError(f"the archive's {name!r} is no plain relative path")
    return name


def read_entry(folder: Path) -> Entry:
    """Read how to start an unpacked archive; raises `ArchiveError`."""
    try:
        handler = json.loads((folder / MANIFEST).read_bytes())["handler"]
        entry = Entry(*(handler[key] for key in ("dir", "file", "name")))
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise ArchiveError(
            f"the archive has no usable {MANIFEST}: pack it with `dcf function create`"
        ) from fault
    if not all(isinstance(part, str) for part in (entry.directory, entry.file, entry.name)):
        raise ArchiveError(f"the archive's {MANIFEST} must name handler dir, file and name as text")
    if not (folder / entry.directory / entry.file).resolve().is_relative_to(folder.resolve()):
        raise ArchiveError(
            f"the archive's handler {entry.directory}/{entry.file} lies outside of it"
        )
    return entry
