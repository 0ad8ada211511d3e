"""Where pictures come from: one, a list, a folder, a pattern of names, a video, a camera."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from .arrays import Form
from .picture import Picture, path_of, picture_of, refusal
from .video import SUFFIXES as VIDEO_SUFFIXES
from .video import open_video

SUFFIXES = (
    ".avif", ".bmp", ".dib", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff",
    ".webp",
)  # fmt: skip
_PATTERN = "*?["


@dataclass(frozen=True)
class Several:
    """More than one picture.

    Attributes:
        pictures: They, in order.
        listed: Whether they came as a list, and are answered by one.
        live: Whether the next is only there later, as with a camera: none is read ahead.
    """

    pictures: Iterator[Picture]
    listed: bool = False
    live: bool = False


def open_source(source: object, form: Form) -> Picture | Several:
    """Finds out what came.

    Args:
        source: A picture in any form, a list of them or anything that gives one after the other, a
            folder, a pattern such as ``photos/*.jpg``, a video file, or a camera's number.
        form: How arrays are to be taken.

    Raises:
        OSError: A video cannot be opened; a folder or a pattern has no picture.
        TypeError: It is none of these.
        ValueError: It is an address of the web.
    """
    if isinstance(source, str | PathLike):
        return _named(path_of(source), form)
    if isinstance(source, int) and not isinstance(source, bool):
        return Several(open_video(source), live=True)
    if isinstance(source, list | tuple):
        return Several(_each(source, form), listed=True)
    if _is_series(source):
        return Several(_each_copied(source, form))
    return picture_of(source, form)


def _named(path: Path, form: Form) -> Picture | Several:
    if path.is_dir():
        return Several(_pictures_in(path, form))
    if path.is_file() or not set(str(path)) & set(_PATTERN):
        if path.suffix.lower() in VIDEO_SUFFIXES:
            path.stat()  # what is not there is told as of any file
            return Several(open_video(path))
        return picture_of(path, form)
    return Several(_matching(str(path), form))


def _pictures_in(folder: Path, form: Form) -> Iterator[Picture]:
    """The pictures of a folder, sorted by name; folders in it are left alone."""
    files = sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
    )
    if not files:
        raise FileNotFoundError(
            f"the folder {folder} has no pictures: names that end in {', '.join(SUFFIXES)} "
            "are taken"
        )
    return (picture_of(file, form) for file in files)


def _matching(pattern: str, form: Form) -> Iterator[Picture]:
    from glob import glob

    # Path.glob takes no pattern that begins at the root.
    found = glob(pattern, recursive=True)  # noqa: PTH207 - as said
    files = sorted(file for file in found if Path(file).is_file())
    if not files:
        raise FileNotFoundError(f"no file matches {pattern!r}")
    return (picture_of(file, form) for file in files)


def _is_series(source: object) -> bool:
    """Whether it gives one picture after the other, and is not itself one."""
    unordered = isinstance(source, bytes | bytearray | memoryview | dict | set | frozenset)
    single = unordered or hasattr(source, "read") or hasattr(source, "__array__")
    return isinstance(source, Iterable) and not single


def _each(items: Iterable[object], form: Form) -> Iterator[Picture]:
    for index, item in enumerate(items):
        if isinstance(item, list | tuple | int):
            raise refusal(item)
        yield picture_of(item, form, f"item {index}")


def _each_copied(items: object, form: Form) -> Iterator[Picture]:
    """What gives pictures one after the other may use one array for all of them."""
    assert isinstance(items, Iterable)
    copies = (item.copy() if isinstance(item, np.ndarray) else item for item in items)
    return _each(copies, form)
