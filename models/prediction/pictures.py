"""Which pictures are wanted, in which order, and the id of each."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..datasets.layouts.finding import Finder
from .errors import PredictionError

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".bmp", ".gif", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture to answer.

    Attributes:
        image_id: Its number in the answers; no other picture has it.
        name: Its path below the folder, with ``/``, as the list or the folder writes it.
        file: The picture.
    """

    image_id: int
    name: str
    file: Path


def find_pictures(folder: Path) -> list[Wanted]:
    """Lists a folder's pictures, its folders' too, in order of their names.

    Names that begin with a dot are left out. A picture's id is the number that is its name
    (``000000000139.jpg``), where every name is another number; else its place in the order, from 1.

    Args:
        folder: The folder.

    Returns:
        The pictures.

    Raises:
        PredictionError: There are none.
    """
    names = sorted(_names(folder))
    if not names:
        known = " ".join(sorted(_SUFFIXES))
        raise PredictionError(f"{folder} has no pictures, by the ends of their names: {known}")
    return [
        Wanted(image_id, name, folder / name)
        for image_id, name in zip(_ids(names), names, strict=True)
    ]


def read_information(folder: Path, information: Path) -> list[Wanted]:
    """Reads a list of pictures with their ids, in its order.

    Args:
        folder: Folder of the pictures.
        information: JSON: ``{"images": [{"id": 1, "file_name": "a.png"}, ...]}``; a COCO instances
            file will do.

    Returns:
        The pictures. One that is not there stays in the list: it fails when it is read.

    Raises:
        PredictionError: It is no such list, or says an id or a name twice.
    """
    try:
        document = json.loads(information.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PredictionError(f"{information} is not JSON: {error}") from error
    entries = document.get("images") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise PredictionError(
            f'{information} must be {{"images": [{{"id": 1, "file_name": "a.png"}}, ...]}}'
        )
    there = Finder(folder)
    wanted = [
        _entry(there, f"{information}: images[{at}]", entry) for at, entry in enumerate(entries)
    ]
    _require_unique(information, "id", (picture.image_id for picture in wanted))
    _require_unique(information, "file_name", (picture.name for picture in wanted))
    return wanted


def _entry(folder: Finder, where: str, entry: Any) -> Wanted:  # noqa: ANN401 - JSON
    image_id = entry.get("id") if isinstance(entry, dict) else None
    name = entry.get("file_name") if isinstance(entry, dict) else None
    if not isinstance(image_id, int) or isinstance(image_id, bool):
        raise PredictionError(f"{where}.id must be a whole number, got {image_id!r}")
    if not isinstance(name, str) or not name or "\0" in name:
        raise PredictionError(f"{where}.file_name must be a name, got {name!r}")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise PredictionError(f"{where}.file_name must lie below the folder, got {name!r}")
    return Wanted(image_id, str(path), folder.find(str(path)))


def _require_unique(information: Path, field: str, values: Iterable[object]) -> None:
    seen = set()
    for value in values:
        if value in seen:
            raise PredictionError(f"{information} has the {field} {value!r} twice")
        seen.add(value)


def _names(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and Path(name).suffix.lower() in _SUFFIXES:
                yield (Path(parent) / name).relative_to(folder).as_posix()


def _ids(names: list[str]) -> list[int]:
    stems = [PurePosixPath(name).stem for name in names]
    if all(stem.isascii() and stem.isdecimal() and len(stem) < 19 for stem in stems):
        numbers = [int(stem) for stem in stems]
        if len(set(numbers)) == len(numbers):
            return numbers
    return list(range(1, len(names) + 1))
