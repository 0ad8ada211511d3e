"""A data set as pycocotools judges by it, in the classes that a bundle and the data set share."""

import contextlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools.coco import COCO

from ..datasets.errors import DataSetError
from ..datasets.record import Annotated, DataSet
from ..ssd.labels import Labels


@dataclass(frozen=True, slots=True)
class AnnotatedImages:
    """What a bundle's detections are judged by.

    Attributes:
        coco: The annotations, indexed; of shared classes alone. ``difficult`` is VOC's flag.
        files: Picture file of each image id, in order of id.
        shared: The data set's class id of each class id of the bundle that is shared.
        unknown: Names of the data set's classes that the bundle does not know: not judged.
        by_id: Whether no name was known, so that classes were matched by id.
    """

    coco: COCO
    files: dict[int, Path]
    shared: Mapping[int, int]
    unknown: tuple[str, ...]
    by_id: bool


def annotated_images(data: DataSet, labels: Labels) -> AnnotatedImages:
    """Matches a data set with a bundle's classes: by name, or by id where no name is known.

    Args:
        data: The data set.
        labels: The bundle's classes.

    Returns:
        What to judge by.

    Raises:
        DataSetError: They share no class, or no object of one is annotated.
    """
    named = _named(data, labels)
    known = named or _numbered(data, labels)
    if not known:
        raise DataSetError(
            f"the bundle knows none of the data set's {len(data.names)} classes, such as "
            f"{data.names[0]!r}: it knows {len(labels.names)}, such as {labels.names[-1]!r}"
        )
    annotations: list[dict[str, Any]] = []
    for picture in data.pictures:
        annotations += _annotations(picture, data.class_ids, known, len(annotations))
    if not annotations:
        raise DataSetError("no object is annotated of a class that the bundle knows")
    coco = COCO()
    coco.dataset = {
        "images": [{"id": picture.image_id} for picture in data.pictures],
        "annotations": annotations,
        "categories": [{"id": data.class_ids[column]} for column in known],
    }
    with contextlib.redirect_stdout(io.StringIO()):  # the library prints its progress
        coco.createIndex()
    return AnnotatedImages(
        coco,
        {picture.image_id: picture.file for picture in data.pictures},
        {class_id: data.class_ids[column] for column, class_id in known.items()},
        tuple(name for column, name in enumerate(data.names) if column not in known),
        by_id=not named,
    )


def _named(data: DataSet, labels: Labels) -> dict[int, int]:
    """The bundle's class id of each column of the data set whose name it knows."""
    by_name = {
        name.casefold(): class_id
        for name, class_id in zip(labels.names, labels.class_ids, strict=True)
    }
    return {
        column: by_name[name.casefold()]
        for column, name in enumerate(data.names)
        if name.casefold() in by_name
    }


def _numbered(data: DataSet, labels: Labels) -> dict[int, int]:
    """The same by id."""
    ids = frozenset(labels.class_ids)
    return {column: class_id for column, class_id in enumerate(data.class_ids) if class_id in ids}


def _annotations(
    picture: Annotated, class_ids: tuple[int, ...], known: Mapping[int, int], before: int
) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for at in np.flatnonzero(np.isin(picture.columns, list(known))).tolist():
        ymin, xmin, ymax, xmax = picture.boxes[at].tolist()
        width, height = xmax - xmin, ymax - ymin
        entries.append({
            "id": before + len(entries) + 1,  # the library takes 0 for no match
            "image_id": picture.image_id, "category_id": class_ids[picture.columns[at]],
            "bbox": [xmin, ymin, width, height], "area": width * height,
            "iscrowd": int(picture.crowd[at]), "difficult": int(picture.difficult[at]),
        })  # fmt: skip
    return entries
