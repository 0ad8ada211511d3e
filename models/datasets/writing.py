"""Writes a data set in COCO's layout: pictures as links to their files, a file for each split."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .errors import DataSetError
from .files import write_json
from .record import Annotated, DataSet

Put = Callable[[Path, Path], None]
"""Puts a picture, the first path, at its place in the new folder, the second."""


def write_coco(
    data: DataSet, out: Path, progress: Callable[[int, int], None], put: Put | None = None
) -> None:
    """Writes ``images/`` and ``annotations/instances_SPLIT.json``; all of it, or nothing.

    Args:
        data: The data set.
        out: The folder; it must be free.
        progress: Called with the number of pictures that are there, and of all.
        put: How pictures get there; ``put_picture`` by default.

    Raises:
        DataSetError: The folder is not free.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataSetError(f"{out} is not empty: choose another --out")
    made = not out.exists()
    beside = out / f".{os.getpid()}.part"
    try:
        (beside / "annotations").mkdir(parents=True)
        for done, picture in enumerate(data.pictures, 1):
            (put or put_picture)(picture.file, beside / "images" / picture.name)
            progress(done, len(data.pictures))
        for split in sorted({picture.split for picture in data.pictures}):
            write_json(beside / f"annotations/instances_{split}.json", _document(data, split))
        for name in ("images", "annotations"):  # without annotations it is no data set
            (beside / name).replace(out / name)
        beside.rmdir()
    except BaseException:
        shutil.rmtree(out if made else beside, ignore_errors=True)
        raise


def put_picture(file: Path, place: Path) -> None:
    """A hard link where the file system has them, else a copy."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # another file system, or one without such links
        place.hardlink_to(file.resolve())
        return
    shutil.copyfile(file, place)


def put_link(file: Path, place: Path) -> None:
    """A symbolic link, for pictures on another disk that stay there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(file.resolve())


def _document(data: DataSet, split: str) -> dict[str, Any]:
    pictures = [picture for picture in data.pictures if picture.split == split]
    annotations: list[dict[str, Any]] = []
    licences = sorted({picture.licence for picture in pictures} - {""})
    ids = {licence: number for number, licence in enumerate(licences, 1)}
    for picture in pictures:
        annotations += _annotations(picture, data.class_ids, len(annotations))
    return {
        "info": {"description": f"{split} of {len(data.pictures)} pictures"},
        "images": [
            {"id": picture.image_id, "file_name": picture.name, "height": picture.size[0],
             "width": picture.size[1], "source": picture.source}
            | ({"license": ids[picture.licence]} if picture.licence else {})
            for picture in pictures
        ],
        "licenses": [{"id": number, "name": licence} for licence, number in ids.items()],
        "annotations": annotations,
        "categories": [
            {"id": class_id, "name": name}
            for class_id, name in zip(data.class_ids, data.names, strict=True)
        ],
    }  # fmt: skip


def _annotations(
    picture: Annotated, class_ids: tuple[int, ...], before: int
) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    rows = zip(picture.boxes.tolist(), picture.columns, picture.crowd, strict=True)
    for at, ((ymin, xmin, ymax, xmax), column, crowd) in enumerate(rows):
        box = [xmin, ymin, xmax - xmin, ymax - ymin]
        entry = {
            "id": before + at + 1, "image_id": picture.image_id, "category_id": class_ids[column],
            "bbox": box, "area": box[2] * box[3], "iscrowd": int(crowd),
        }  # fmt: skip
        entries.append(entry | ({"ignore": 1} if picture.difficult[at] else {}))
    return entries
