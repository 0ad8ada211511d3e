"""The files of a batch: which there are, in which order, and the bytes of one."""

import errno
import logging
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path
from urllib.parse import quote_from_bytes

from ..errors import StartError
from ..failure import too_large

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DataFile:
    r"""One file of a batch.

    Attributes:
        path: where it is.
        name: its path below DATA_PATH, as text that JSON can hold: bytes that are no UTF-8 are
            written `\xff`.
        key: the same, and different for every file: percent-encoded.
    """

    path: Path
    name: str
    key: str


@dataclass(frozen=True)
class Content:
    """The bytes of a file, and what tells this state of it from a later one.

    Attributes:
        body: all of it.
        size: in bytes.
        mtime_ns: time of the last change in nanoseconds.
    """

    body: bytes
    size: int
    mtime_ns: int


def find(data_path: str, patterns: str, ours: frozenset[Path]) -> list[DataFile]:
    """Lists what is to be answered.

    Names that begin with a dot are left out, as a shell does, and so are links to folders and
    links that lead out of the tree.

    Args:
        data_path: a folder, or one file, which is taken whatever its name.
        patterns: names as in a shell, with commas between them; case does not matter.
        ours: files that this process writes itself.

    Returns:
        The files, sorted by the bytes of their path below the folder.

    Raises:
        StartError: there is nothing to answer, or it cannot be read.
    """
    if not data_path:
        raise StartError("DATA_PATH is not set; give a batch the folder of its files")
    root = Path(data_path).absolute()
    try:
        if not stat.S_ISDIR(root.stat().st_mode):
            return [_file(root, root.name)]
        with os.scandir(root):
            real = root.resolve()
    except OSError as error:
        raise StartError(f"cannot read DATA_PATH {root}: {error.strerror}") from None
    wanted = _matcher(patterns)
    taken, others = [], 0
    for relative in _walk(root):
        path = root / relative
        if wanted.match(path.name) and path not in ours and _is_inside(path, real):
            taken.append(_file(path, relative))
        else:
            others += 1
    if not taken:
        raise StartError(f"DATA_PATH {root} has no file named {patterns}; set DATA_FILES")
    if others:
        _log.info("%d other files in %s are left out", others, root)
    return sorted(taken, key=lambda file: os.fsencode(file.path.relative_to(root)))


def read(file: DataFile, limit: int) -> Content:
    """Reads one file.

    Args:
        file: which.
        limit: MAX_BODY_BYTES.

    Returns:
        Its bytes and its state.

    Raises:
        OSError: it cannot be read, or is no plain file.
        BodyTooLarge: it is over the limit.
    """
    # Without O_NONBLOCK a pipe that was put in place of a file would hold this thread for good.
    descriptor = os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file")
        if state.st_size > limit or len(body := opened.read(limit + 1)) > limit:
            raise too_large(limit)
    return Content(body, state.st_size, state.st_mtime_ns)


def _matcher(patterns: str) -> re.Pattern[str]:
    names = filter(None, (one.strip() for one in patterns.split(",")))
    return re.compile("|".join(map(translate, names)), re.IGNORECASE)


def clean(text: str) -> str:
    r"""Makes a text that is UTF-8 for sure.

    Args:
        text: anything; names of files and messages may hold halves of characters.

    Returns:
        The text, with what is no character written `\xff` or `\udcff`.
    """
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # halves of characters that are no bytes of a name
        return text.encode("utf-8", "backslashreplace").decode()


def _file(path: Path, relative: str) -> DataFile:
    return DataFile(path, clean(relative), quote_from_bytes(os.fsencode(relative)))


def _walk(root: Path) -> Iterator[str]:
    """Paths below the root of all that is no folder; a folder that cannot be read is told."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    relative = os.path.join(folder, entry.name)  # noqa: PTH118 - a piece of a path
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(relative)
                    elif not _leads_to_folder(entry):
                        yield relative
        except OSError as error:
            _log.warning("folder %s is left out: %s", root / folder, error.strerror)


def _leads_to_folder(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:
        return False  # a circle of links


def _is_inside(path: Path, real_root: Path) -> bool:
    """Whether it is a file, or a link that stays in the tree, even one that leads to nothing."""
    try:
        if not path.is_symlink():
            return True
        return path.resolve().is_relative_to(real_root)
    except (OSError, RuntimeError):
        return False  # a circle of links
