"""Divides a data set into parts whose classes are as mixed as those of the whole."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from .errors import DataSetError
from .record import Annotated, DataSet

_NAMES = {2: ("train", "val"), 3: ("train", "val", "test")}

Key = Callable[[str], str]
"""The group of a picture, from its name: pictures of one group stay together."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How large the parts are to be.

    Attributes:
        names: Of the parts.
        shares: Of each, of the pictures; together 1.
    """

    names: tuple[str, ...]
    shares: tuple[float, ...]


def parse_shares(text: str) -> Shares:
    """Reads ``80/10/10`` (train, val, test) or ``80/20`` (train, val).

    Raises:
        DataSetError: It is neither.
    """
    try:
        numbers = [float(word) for word in text.split("/")]
    except ValueError:
        numbers = []
    if len(numbers) not in _NAMES or not all(0 < number < 1e6 for number in numbers):
        raise DataSetError(
            f"--shares is {text!r}: two numbers for train and val, or three for train, val and "
            "test, such as 80/10/10"
        )
    return Shares(_NAMES[len(numbers)], tuple(number / sum(numbers) for number in numbers))


def key_by_pattern(pattern: str) -> Key:
    """Groups by what a regular expression finds in the name: its first group, or all of it.

    Raises:
        DataSetError: It is no regular expression; from the key, that it finds nothing.
    """
    try:
        # However a name is composed, it is one name: a city's pictures stay together.
        compiled = re.compile(normalize("NFC", pattern))
    except re.error as error:
        raise DataSetError(f"--by is {pattern!r}, no regular expression: {error}") from error

    def key(name: str) -> str:
        found = compiled.search(normalize("NFC", name))
        if found is None:
            raise DataSetError(f"--by {pattern!r} finds nothing in {name!r}")
        return (found[1] if compiled.groups else found[0]) or ""

    return key


def key_by_part(text: str) -> Key:
    """Groups by a part of the name: ``_:0`` is what stands before the first ``_``.

    Raises:
        DataSetError: It is not written so; from the key, that a name has no such part.
    """
    delimiter, colon, position = text.rpartition(":")
    if not colon or not delimiter or not re.fullmatch(r"-?\d{1,3}", position):
        raise DataSetError(
            f"--by-part is {text!r}: it is a delimiter, a colon and a position from 0 on, or from "
            "the end below 0, such as _:0"
        )

    def key(name: str) -> str:
        parts = normalize("NFC", name).split(delimiter)
        if not -len(parts) <= int(position) < len(parts):
            raise DataSetError(f"--by-part {text}: {name!r} has {len(parts)} parts")
        return parts[int(position)]

    return key


def divide(data: DataSet, shares: Shares, key: Key, seed: int) -> DataSet:
    """Gives every picture a part; neither the order nor the ids of the pictures matter.

    Classes are dealt out from the rarest on, each group to the part that lacks most objects of it
    (Sechidis, Tsoumakas and Vlahavas, 2011, "On the stratification of multi-label data").

    Args:
        data: The data set.
        shares: The parts.
        key: The group of a picture.
        seed: What chance begins with.

    Returns:
        The same pictures, each with its part as split.

    Raises:
        DataSetError: There are fewer groups than parts, or a part got none.
    """
    groups: dict[str, list[Annotated]] = defaultdict(list)
    for picture in data.pictures:
        groups[key(picture.name)].append(picture)
    if len(groups) < len(shares.names):
        raise DataSetError(
            f"{len(data.pictures):,} pictures make {len(groups)} groups: too few for "
            f"{len(shares.names)} parts"
        )
    names = sorted(groups)
    order = [names[at] for at in np.random.default_rng(seed).permutation(len(names))]
    order.sort(key=lambda name: -len(groups[name]))  # small groups even out what large ones leave
    counts = np.array([_counts(groups[name], len(data.names)) for name in order])
    parts = dict(zip(order, _deal(counts, np.array(shares.shares)), strict=True))
    missing = set(range(len(shares.names))) - set(parts.values())
    if missing:
        raise DataSetError(
            f"nothing is left for {shares.names[min(missing)]}: its share of {len(groups):,} "
            "groups is too small"
        )
    pictures = tuple(
        replace(picture, split=shares.names[parts[key(picture.name)]]) for picture in data.pictures
    )
    return replace(data, pictures=pictures)


def _counts(pictures: Sequence[Annotated], classes: int) -> npt.NDArray[np.float64]:
    """``[1 + C]``: how many pictures, and how many objects of each class."""
    columns = np.concatenate([picture.columns for picture in pictures])
    return np.concatenate([[len(pictures)], np.bincount(columns, minlength=classes)])


def _deal(counts: npt.NDArray[np.float64], shares: npt.NDArray[np.float64]) -> list[int]:
    """The part of each group.

    Args:
        counts: ``[G, 1 + C]``: pictures, and objects of each class, of each group.
        shares: ``[P]``.
    """
    lacking = shares[:, None] * counts.sum(0)  # of pictures and objects, [P, 1 + C]
    parts = np.full(len(counts), -1)
    totals = counts[:, 1:].sum(0)
    rarest_first = [1 + at for at in np.argsort(totals, kind="stable") if totals[at]]
    for column in [*rarest_first, 0]:
        for group in np.flatnonzero((counts[:, column] > 0) & (parts < 0)):
            lacks = lacking[:, column]
            tied = np.flatnonzero(lacks >= lacks.max() - 1e-9)
            parts[group] = tied[np.argmax(lacking[tied, 0])]
            lacking[parts[group]] -= counts[group]
    return [int(part) for part in parts]
