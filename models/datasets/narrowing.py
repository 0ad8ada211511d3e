"""A data set with some of its classes alone."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .record import Annotated, DataSet


def only_classes(data: DataSet, names: AbstractSet[str]) -> DataSet:
    """The same pictures with the objects of some classes alone.

    Args:
        data: The data set.
        names: Names of the classes, in small letters; where none is known, all are kept.

    Returns:
        Classes and objects of these names; every picture.
    """
    kept = [at for at, name in enumerate(data.names) if name.casefold() in names]
    if not kept or len(kept) == len(data.names):
        return data
    places = np.full(len(data.names), -1, np.intp)
    places[kept] = np.arange(len(kept))
    return replace(
        data,
        names=tuple(data.names[at] for at in kept),
        class_ids=tuple(data.class_ids[at] for at in kept),
        pictures=tuple(_narrowed(each, places) for each in data.pictures),
    )


def _narrowed(picture: Annotated, places: npt.NDArray[np.intp]) -> Annotated:
    known = places[picture.columns] >= 0
    return replace(
        picture,
        boxes=picture.boxes[known],
        columns=places[picture.columns[known]],
        crowd=picture.crowd[known],
        difficult=picture.difficult[known],
    )
