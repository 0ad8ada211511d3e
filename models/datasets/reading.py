"""Reads annotated pictures of any layout into one record."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from .checking import check_pictures
from .errors import DataSetError
from .layouts.coco import Coco, CocoFile, read_files
from .layouts.port import Layout
from .layouts.voc import Voc
from .layouts.yolo import Yolo
from .record import DataSet
from .rows import Rows
from .tolerance import USUAL, Tolerance

Progress = Callable[[int, int], None]
"""Called with the number of pictures that were looked at, and of all."""
LAYOUTS: Mapping[str, Layout] = {layout.name: layout for layout in (Coco(), Voc(), Yolo())}


def read_data_set(
    folder: Path,
    *,
    layout: str = "",
    split: str = "",
    tolerance: Tolerance = USUAL,
    progress: Progress | None = None,
) -> DataSet:
    """Reads a data set.

    Args:
        folder: It.
        layout: A name of ``LAYOUTS``; found out when empty.
        split: The part wanted; all when empty.
        tolerance: How many of its rows may be bad.
        progress: Called as pictures are looked at.

    Returns:
        The pictures that can be used, and what was set aside.

    Raises:
        DataSetError: There is none, there is nothing in it, or too many of its rows are bad.
    """
    rows = read_rows(folder, layout, split)
    data = check_rows(rows, progress)
    stop_at_bad_rows(data, rows.count, tolerance, folder)
    return data


def read_coco(
    images: Path,
    annotations: Path,
    *,
    names: Path | None = None,
    tolerance: Tolerance = USUAL,
    progress: Progress | None = None,
) -> DataSet:
    """Reads a file of COCO's whose pictures lie anywhere.

    Args:
        images: Folder of the pictures.
        annotations: COCO's ``instances`` file.
        names: File with the names of the classes, for one without categories.
        tolerance: How many of its rows may be bad.
        progress: Called as pictures are looked at.

    Returns:
        As from ``read_data_set``.

    Raises:
        DataSetError: It is no such file, or too many of its rows are bad.
    """
    rows = read_files([CocoFile(annotations)], annotations.parent, images, names)
    data = check_rows(rows, progress)
    stop_at_bad_rows(data, rows.count, tolerance, annotations)
    return data


def read_rows(folder: Path, layout: str = "", split: str = "") -> Rows:
    """Reads what a data set's files say, before anything of it is looked at.

    Args:
        folder: The data set.
        layout: A name of ``LAYOUTS``; found out when empty.
        split: The part wanted; all when empty.

    Raises:
        DataSetError: There is none, its layout is not known, or it has no such split.
    """
    if not folder.is_dir():
        raise DataSetError(f"{folder} is no folder: a data set is one, with its pictures in it")
    rows = _layout(folder, layout).read(folder)
    return _part(rows, split, folder) if split else rows


def check_rows(rows: Rows, progress: Progress | None) -> DataSet:
    """Looks at the pictures, and holds the boxes against them."""
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, len(rows.pictures))

    pictures, bad = check_pictures(rows.pictures, count)
    return DataSet(rows.names, rows.class_ids, pictures, rows.bad + bad)


def stop_at_bad_rows(data: DataSet, count: int, tolerance: Tolerance, folder: Path) -> None:
    """Ends where too much of a data set cannot be used.

    Raises:
        DataSetError: Nothing can, or more rows are bad than may be.
    """
    first = f", first {data.bad[0].where}: {data.bad[0].reason}" if data.bad else ""
    if not data.pictures:
        raise DataSetError(f"{folder} has no picture that can be used{first}")
    if not tolerance.allows(len(data.bad), count):
        raise DataSetError(
            f"{folder}: {len(data.bad):,} of {count:,} rows are bad, at most {tolerance} may be"
            f"{first} (`ssd data check` lists them, --max-bad allows more)"
        )


def _layout(folder: Path, name: str) -> Layout:
    if name:
        return LAYOUTS[name]
    for each in LAYOUTS.values():
        if each.fits(folder):
            return each
    known = "; ".join(f"{each.name}: {each.told_by}" for each in LAYOUTS.values())
    raise DataSetError(f"{folder} is no data set of a known layout ({known})")


def _part(rows: Rows, split: str, folder: Path) -> Rows:
    wanted = tuple(row for row in rows.pictures if row.split == split)
    if not wanted:
        known = ", ".join(sorted({row.split for row in rows.pictures} - {""})) or "none"
        raise DataSetError(f"{folder} has no split {split!r}: it has {known}")
    return replace(rows, pictures=wanted)
