"""YOLO's layout: a text file for each picture, a line for each object, in shares of its size."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path

from ..errors import DataSetError
from ..record import BadRow
from ..rows import ObjectRow, PictureRow, Rows
from .names import LISTS, TABLES, names_file, read_names
from .pictures import SUFFIXES, names_below, stem
from .port import read_bounded

_TEXT = frozenset({".txt"})
_MOST_BYTES = 16 << 20
_NO_LABELS = {"classes.txt", "train.txt", "val.txt", "valid.txt", "test.txt", "README.txt"}
_BOX = 5
_POLYGON = 7
"""Fewest words of an outline: the class, and three corners."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Pictures and their text files.

    Attributes:
        pictures: Folder of the pictures.
        labels: Folder of the text files.
        start: What the pictures' names begin with in the data set.
        split: The part of the data set; None where the first folder of a name says it.
    """

    pictures: Path
    labels: Path
    start: str = ""
    split: str | None = None


class Yolo:
    """Reads YOLO's layout: ``images`` beside ``labels``, so below each split, or all in one."""

    name = "yolo"
    told_by = "images/ and labels/, */images/ and */labels/, or classes.txt and *.txt beside"

    def fits(self, folder: Path) -> bool:
        """Whether a folder has names of classes and text files, or folders of them."""
        parts = _parts(folder)
        return bool(parts) and (names_file(folder) is not None or parts[0].labels != folder)

    def read(self, folder: Path) -> Rows:
        """Reads all text files of a folder.

        Raises:
            DataSetError: There is none, or no names of classes.
        """
        parts = _parts(folder)
        if not parts:
            raise DataSetError(f"{folder} has no annotations of YOLO: {self.told_by}")
        named = names_file(folder)
        if named is None:
            raise DataSetError(
                f"{folder} does not say what its classes are called: it needs {TABLES[0]} with "
                f"`names`, or {LISTS[0]}"
            )
        classes = read_names(named)
        columns = {class_id: column for column, class_id in enumerate(sorted(classes))}
        bad: list[BadRow] = []
        pictures = [row for part in parts for row in _pictures(part, columns, bad)]
        names = tuple(classes[class_id] for class_id in columns)
        return Rows(names, tuple(columns), tuple(pictures), tuple(bad))


def _parts(folder: Path) -> list[_Part]:
    if (folder / "labels").is_dir():
        return [_Part(folder / "images", folder / "labels")]
    below = [
        _Part(labels.with_name("images"), labels, f"{labels.parent.name}/", labels.parent.name)
        for labels in sorted(folder.glob("*/labels"))
        if labels.is_dir()
    ]
    beside = folder.is_dir() and set(names_below(folder, _TEXT)) - _NO_LABELS
    return below or ([_Part(folder, folder, split="")] if beside else [])


def _pictures(part: _Part, columns: dict[int, int], bad: list[BadRow]) -> Iterator[PictureRow]:
    names = names_below(part.pictures, SUFFIXES)
    told = [each for each in names_below(part.labels, _TEXT) if each not in _NO_LABELS]
    known = {stem(name) for name in names}
    bad += [
        BadRow(str(part.labels / text), f"no such picture, {stem(text)} is missing")
        for text in told
        if stem(text) not in known
    ]
    labelled = {stem(text) for text in told}
    for name in names:
        file = part.labels / f"{stem(name)}.txt"
        objects = tuple(_objects(file, columns, bad)) if stem(name) in labelled else ()
        first, slash, _rest = name.partition("/")
        yield PictureRow(
            str(file),
            part.start + name,
            part.pictures / name,
            objects,
            in_shares=True,
            split=(first if slash else "") if part.split is None else part.split,
        )


def _objects(file: Path, columns: dict[int, int], bad: list[BadRow]) -> Iterator[ObjectRow]:
    """A line is a class and a centre with a size, or a class and the corners of an outline."""
    lines = read_bounded(file, _MOST_BYTES).decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words:
            continue
        where = f"{file}: line {number}"
        try:
            class_id, *values = int(words[0]), *map(float, words[1:])
        except ValueError:
            bad.append(BadRow(where, f"it is not numbers alone: {line.strip()[:80]}"))
            continue
        if class_id not in columns:
            bad.append(BadRow(where, f"class {class_id} has no name"))
        elif len(words) != _BOX and (len(words) < _POLYGON or not len(words) % 2):
            bad.append(BadRow(where, f"{len(words)} numbers: 5 are a box, 7, 9, 11 ... an outline"))
        else:
            yield ObjectRow(where, columns[class_id], _edges(values))


def _edges(values: list[float]) -> tuple[float, float, float, float]:
    """ymin, xmin, ymax, xmax in shares; no numbers where a value is none."""
    if not all(map(isfinite, values)):
        return nan, nan, nan, nan
    if len(values) == _BOX - 1:
        x, y, width, height = values
        return y - height / 2, x - width / 2, y + height / 2, x + width / 2
    across, down = values[::2], values[1::2]
    return min(down), min(across), max(down), max(across)
