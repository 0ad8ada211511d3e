"""Which pictures are learnt from, and which are measured on."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..datasets.reading import read_data_set
from ..datasets.record import Annotated, DataSet
from ..datasets.tolerance import USUAL, Tolerance
from .errors import NothingToLearn

_MEASURED = ("val", "valid", "validation")
_PARTED = 3
"""A number of its own for what is drawn here."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A data set, divided.

    Attributes:
        names: Name of each class.
        class_ids: Id of each class.
        learnt: Pictures to learn from.
        measured: Other pictures, to measure on; may be none.
        set_aside: Number of rows that could not be used.
    """

    names: tuple[str, ...]
    class_ids: tuple[int, ...]
    learnt: tuple[Annotated, ...]
    measured: tuple[Annotated, ...]
    set_aside: int

    def to_measure_on(self) -> DataSet | None:
        """The pictures to measure on; None where there is no object in any."""
        if not any(picture.judged.any() for picture in self.measured):
            return None
        return DataSet(self.names, self.class_ids, self.measured)

    def all(self) -> DataSet:
        """Every picture that the run uses."""
        return DataSet(self.names, self.class_ids, (*self.learnt, *self.measured))


def read_parts(
    folder: Path,
    validation: Path | None,
    share: float,
    seed: int,
    tolerance: Tolerance = USUAL,
) -> Parts:
    """Reads what a run learns from.

    Args:
        folder: The data set.
        validation: Another one, to measure on; None where it is a part of the first.
        share: Share of the pictures that is held back, where nothing else is to be measured on.
        seed: Draws them.
        tolerance: How many rows may be bad.

    Returns:
        The parts; no picture is in both.

    Raises:
        DataSetError: A data set cannot be read.
        NothingToLearn: There is no object to learn, or the other data set has other classes.
    """
    data = read_data_set(folder, tolerance=tolerance)
    if validation is None:
        parts = divide(data, share, seed)
    else:
        other = read_data_set(validation, tolerance=tolerance)
        parts = replace(divide(data, 0, seed), measured=_with_columns(other, data, validation))
    if not any(picture.judged.any() for picture in parts.learnt):
        raise NothingToLearn(f"{folder} has no object to learn in {len(parts.learnt)} pictures")
    return parts


def divide(data: DataSet, share: float, seed: int) -> Parts:
    """Divides a data set: by its own parts where it has some, else by chance.

    Pictures of its parts val, valid or validation are measured on; those of train are learnt from,
    or all others but test where there is no train.

    Args:
        data: The data set.
        share: Share of the pictures to measure on, where it has no such part.
        seed: Draws them.

    Returns:
        The parts.
    """
    pictures = data.pictures
    measured = tuple(each for each in pictures if each.split in _MEASURED)
    learnt = tuple(each for each in pictures if each.split == "train")
    if not learnt:
        learnt = tuple(each for each in pictures if each.split not in (*_MEASURED, "test"))
    if not measured and share > 0 and len(learnt) > 1:
        count = min(max(1, round(share * len(learnt))), len(learnt) - 1)
        order = np.random.default_rng([seed, _PARTED]).permutation(len(learnt))
        held = set(order[:count].tolist())
        measured = tuple(each for place, each in enumerate(learnt) if place in held)
        learnt = tuple(each for place, each in enumerate(learnt) if place not in held)
    return Parts(data.names, data.class_ids, learnt, measured, len(data.bad))


def _with_columns(other: DataSet, data: DataSet, folder: Path) -> tuple[Annotated, ...]:
    """The other data set's pictures, its classes numbered as in the first."""
    unknown = [name for name in other.names if name not in data.names]
    if unknown:
        raise NothingToLearn(f"{folder} has classes that are not learnt, such as {unknown[0]!r}")
    places = np.array([data.names.index(name) for name in other.names], np.intp)
    return tuple(replace(each, columns=places[each.columns]) for each in other.pictures)
