"""A data set in folds: each picture is held out once, and learnt from in all other folds."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from models.datasets.record import DataSet
from models.datasets.writing import put_link, write_coco


@dataclass(frozen=True, slots=True)
class Fold:
    """One division of the pictures.

    Attributes:
        folder: What comes of it lies there.
        learnt: The pictures to train with.
        held_out: The others, which are measured on.
    """

    folder: Path
    learnt: DataSet
    held_out: DataSet


def divide(data: DataSet, count: int, seed: int, out: Path) -> list[Fold]:
    """Divides the pictures.

    Args:
        data: All of them.
        count: How many folds there are to be.
        seed: Draws which picture is held out where.
        out: Each fold gets a folder below it.

    Returns:
        The folds; their held out pictures are all pictures, each once.

    Raises:
        ValueError: A fold would have no picture, or none to learn from.
    """
    if not 2 <= count <= len(data.pictures):
        raise ValueError(
            f"--folds is {count}: {len(data.pictures)} pictures make 2..{len(data.pictures)} folds"
        )
    order = np.random.default_rng(seed).permutation(len(data.pictures))
    folds = []
    for at in range(count):
        held = set(order[at::count].tolist())
        folds.append(Fold(
            out / str(at),
            *(
                replace(data, pictures=tuple(
                    replace(picture, split="train" if is_learnt else "test")
                    for place, picture in enumerate(data.pictures)
                    if (place not in held) == is_learnt
                ))
                for is_learnt in (True, False)
            ),
        ))  # fmt: skip
    return folds


def write_learnt(fold: Fold) -> Path:
    """Writes the pictures to train with, as links, unless an earlier run did."""
    place = fold.folder / "pictures"
    if not place.exists():
        write_coco(fold.learnt, place, lambda _done, _whole: None, put_link)
    return place
