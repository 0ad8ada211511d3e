"""A data set looked through: every row, every pixel, and what is in it twice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .duplicates import Pair, find_pairs
from .fingerprint import Fingerprint, fingerprints
from .reading import check_rows, read_rows
from .record import Annotated, BadRow, DataSet

Say = Callable[[str], Callable[[int, int], None]]
"""Given what is counted, gives what is called with how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A data set that was looked through.

    Attributes:
        data: What can be used, and what was set aside; pictures that cannot be decoded, too.
        prints: The fingerprint of each of its pictures.
        rows: Pictures and objects that its files list, good and bad.
    """

    data: DataSet
    prints: tuple[Fingerprint, ...]
    rows: int


def inspect_data_set(folder: Path, layout: str, split: str, say: Say) -> Inspected:
    """Reads a data set and decodes all its pictures.

    Args:
        folder: It.
        layout: Name of its layout; found out when empty.
        split: The part wanted; all when empty.
        say: Where progress is told.

    Raises:
        DataSetError: There is none.
    """
    rows = read_rows(folder, layout, split)
    data = check_rows(rows, say("pictures looked at"))
    prints = fingerprints(data.pictures, say("pictures decoded"))
    both = tuple(zip(data.pictures, prints, strict=True))
    broken = tuple(
        BadRow(str(picture.file), f"{picture.name}: {each.trouble}")
        for picture, each in both
        if each.trouble
    )
    whole = [(picture, each) for picture, each in both if not each.trouble]
    data = replace(data, pictures=tuple(one for one, _ in whole), bad=data.bad + broken)
    return Inspected(data, tuple(each for _, each in whole), rows.count)


def pairs_among(inspected: dict[str, Inspected], say: Say) -> list[Pair]:
    """Finds what is in data sets twice; each of several counts as a split of its own.

    Args:
        inspected: Data sets by name.
        say: Where progress is told.
    """
    pictures: list[Annotated] = []
    prints: list[Fingerprint] = []
    for name, each in inspected.items():
        prints += each.prints
        pictures += each.data.pictures if len(inspected) == 1 else _of(name, each.data)
    return find_pairs(pictures, prints, say("pictures compared"))


def _of(name: str, data: DataSet) -> list[Annotated]:
    return [replace(picture, split=f"{name} {picture.split}".rstrip()) for picture in data.pictures]
