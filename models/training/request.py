"""What one run is asked for; read before Keras is, so that mistakes are told at once."""

from dataclasses import dataclass
from pathlib import Path

from ..datasets.tolerance import USUAL, Tolerance
from .recipe import Recipe
from .recipe_file import read_recipe
from .run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class Request:
    """What one run is asked for.

    Attributes:
        data: The data set's folder.
        out: The run's folder.
        recipe: Its hyper-parameters.
        validation: Folder of pictures to measure on; None where the data set has them.
        tolerance: How many rows may be bad.
        deterministic: Whether the environment was prepared for exactness.
        resume: Whether to go on with the run that is there.
    """

    data: Path
    out: Path
    recipe: Recipe
    validation: Path | None = None
    tolerance: Tolerance = USUAL
    deterministic: bool = False
    resume: bool = False


def resumed(
    out: Path, data: Path | None, tolerance: Tolerance | None, *, deterministic: bool
) -> Request:
    """The request that goes on with a run.

    Args:
        out: The run's folder.
        data: The data set's folder, where it lies elsewhere by now.
        tolerance: How many rows may be bad; as many as at the run's start when None.
        deterministic: Whether the environment was prepared for exactness.

    Raises:
        BadRun: The folder is no run.
    """
    folder = RunFolder(out)
    note = folder.note()
    other = note.data.measured_folder
    return Request(
        data or Path(note.data.folder),
        out,
        read_recipe(folder.recipe),
        Path(other) if other else None,
        tolerance or Tolerance.parse(note.data.max_bad),
        deterministic,
        resume=True,
    )
