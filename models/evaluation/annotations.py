"""Annotated pictures in COCO's format: which files, and what is in them."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

from pycocotools.coco import COCO

from ..datasets.errors import DataSetError


@dataclass(frozen=True, slots=True)
class AnnotatedImages:
    """A data set.

    Attributes:
        coco: The annotations, indexed.
        files: Picture file of each image id, in order of id.
    """

    coco: COCO
    files: dict[int, Path]


def read_annotations(images: Path, annotations: Path) -> AnnotatedImages:
    """Opens a data set.

    Args:
        images: Folder of the pictures.
        annotations: COCO's ``instances`` file.

    Returns:
        The data set; every picture is there.

    Raises:
        DataSetError: The file is not such annotations, or a picture is missing.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the library prints its progress
            coco = COCO(annotations)
        entries = {int(entry["id"]): str(entry["file_name"]) for entry in coco.dataset["images"]}
        usable = bool(entries) and bool(coco.dataset["annotations"])
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AssertionError) as error:
        raise DataSetError(f"{annotations} is not an instances file of COCO: {error!r}") from error
    if not usable:
        raise DataSetError(f"{annotations} has no images or no annotations")
    files = {image_id: images / name for image_id, name in sorted(entries.items())}
    missing = [path.name for path in files.values() if not path.is_file()]
    if missing:
        raise DataSetError(f"{images} lacks {len(missing)} of {len(files)} images, as {missing[0]}")
    return AnnotatedImages(coco, files)
