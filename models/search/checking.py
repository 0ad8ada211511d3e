"""What is learnt from, read once before the first trial: a fault of it would fail each of them."""

from pathlib import Path

from ..datasets.tolerance import Tolerance
from ..training.parts import read_parts
from .errors import SearchError
from .study_folder import StudyNote

_SHARE = "validation"
"""The key of a recipe by which pictures are held back to measure on."""


def check_data(note: StudyNote) -> str:
    """Reads the data as each trial will; gives what is there, in a line.

    Args:
        note: What is searched.

    Raises:
        DataSetError: A data set cannot be read.
        NothingToLearn: There is no object to learn, or the other data set has other classes.
        SearchError: There is nothing to measure on, so no trial could be judged.
    """
    base = note.plan.base
    other = Path(note.validation) if note.validation else None
    parts = read_parts(
        Path(note.data), other, base.validation, base.seed, Tolerance.parse(note.max_bad)
    )
    if parts.to_measure_on() is None and _SHARE not in note.plan.space:
        raise SearchError(
            f"{note.validation or note.data} has no object to measure trials on, in "
            f"{len(parts.measured)} pictures: give --validation, or hold back more by "
            f"`{_SHARE}` of the recipe"
        )
    return (
        f"{len(parts.learnt)} pictures to learn from, {len(parts.measured)} to measure on, "
        f"{parts.set_aside} set aside, {len(parts.names)} classes"
    )
