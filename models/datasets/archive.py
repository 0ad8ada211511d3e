"""Unpacks a zip of pictures and annotations: inside one folder, all of it or nothing."""

import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import DataSetError
from .layouts.port import inner_path

_MOST_FILES = 2_000_000
_UTF8 = 0x800
"""The flag of an entry whose name is UTF-8; without it, zipfile takes it for cp437."""
_ENCRYPTED = 0x1
_CHUNK = 1 << 20
_LEFT_FREE = 64 << 20
"""What is left of the disk."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the archive, and its path below the folder."""

    entry: zipfile.ZipInfo
    path: str


def unpack(archive: Path, folder: Path, progress: Progress) -> int:
    """Unpacks an archive into a new folder.

    The folder appears when it is complete. What a run that was ended had unpacked lies beside it,
    in ``.NAME.part``, and is not unpacked again. A folder of the same name that holds the whole
    archive (``train/`` in ``train.zip``) becomes the folder itself.

    Args:
        archive: The zip.
        folder: Where its content is to be; must not be there, or be empty.
        progress: Called with the number of files that are there, and of all.

    Returns:
        The number of files.

    Raises:
        DataSetError: It is no zip, is damaged or encrypted, leads out of the folder, or does not
            fit the disk.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataSetError(f"{folder} is not empty: {archive.name} is unpacked into a new folder")
    beside = folder.with_name(f".{folder.name}.part")
    try:
        with zipfile.ZipFile(archive) as opened:
            files = _files(opened, archive, folder.name)
            left = [each for each in files if not _there(beside / each.path, each.entry)]
            beside.mkdir(parents=True, exist_ok=True)
            _check_room(left, beside, archive)
            for done, each in enumerate(left, len(files) - len(left) + 1):
                _extract(opened, each.entry, beside / each.path)
                progress(done, len(files))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DataSetError(f"{archive} is no zip, or is damaged: {error}") from error
    except OSError as error:
        raise DataSetError(
            f"{archive} cannot be unpacked to {folder}: {error.strerror or error}"
        ) from error
    if folder.exists():
        folder.rmdir()
    beside.rename(folder)
    return len(files)


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name of an entry, composed (NFC).

    Tools in Korea write UTF-8 or cp949 without the flag that says so.
    """
    if entry.flag_bits & _UTF8:
        return unicodedata.normalize("NFC", entry.filename)
    raw = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp949"):
        try:
            return unicodedata.normalize("NFC", raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return entry.filename


def _files(opened: zipfile.ZipFile, archive: Path, top: str) -> list[_File]:
    """The files to unpack; hidden ones and those that a Mac adds are left out."""
    entries = [each for each in opened.infolist() if not each.is_dir()]
    if len(entries) > _MOST_FILES:
        raise DataSetError(f"{archive} has {len(entries):,} files, more than {_MOST_FILES:,}")
    paths: dict[str, _File] = {}
    for entry in entries:
        name = name_of(entry)
        path = inner_path(name)
        if path is None or path.parts[0].endswith(":") or stat.S_ISLNK(entry.external_attr >> 16):
            raise DataSetError(f"{archive}: {name!r} leads out of the folder: nothing was unpacked")
        if entry.flag_bits & _ENCRYPTED:
            raise DataSetError(f"{archive}: {name!r} is encrypted: unpack it by hand")
        if any(part.startswith(".") or part == "__MACOSX" for part in path.parts):
            continue
        if path.as_posix() in paths:
            raise DataSetError(f"{archive} has {name!r} twice")
        paths[path.as_posix()] = _File(entry, path.as_posix())
    if not paths:
        raise DataSetError(f"{archive} has no files")
    start = f"{top}/"
    if all(path.startswith(start) for path in paths):
        return [_File(each.entry, path.removeprefix(start)) for path, each in paths.items()]
    return list(paths.values())


def _there(file: Path, entry: zipfile.ZipInfo) -> bool:
    return file.is_file() and file.stat().st_size == entry.file_size


def _check_room(files: list[_File], folder: Path, archive: Path) -> None:
    need = sum(each.entry.file_size for each in files)
    free = shutil.disk_usage(folder).free - _LEFT_FREE
    if need > free:
        raise DataSetError(
            f"{archive} needs {need / 1e9:.1f} GB, {folder} has {max(free, 0) / 1e9:.1f} GB free"
        )


def _extract(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path) -> None:
    """One file, whole or not at all; the reader stops at the size told, and checks its sum."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(".part")
    with opened.open(entry) as packed, beside.open("wb") as file:
        shutil.copyfileobj(packed, file, _CHUNK)
    beside.replace(place)
