"""COCO's layout: a folder of pictures, and JSON files of images, annotations and categories."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import DataSetError
from ..record import BadRow
from ..rows import ObjectRow, PictureRow, Rows
from .finding import Finder
from .json_values import field, number, shown, text
from .names import names_elsewhere, table_file
from .port import inner_path, read_bounded

_PARTS = ("images", "annotations")


@dataclass(frozen=True, slots=True)
class CocoFile:
    """A file of annotations, and the part of the data set that it is about.

    Attributes:
        file: The file.
        split: The part; empty where it is about all.
    """

    file: Path
    split: str = ""


@dataclass(slots=True)
class _Classes:
    """The classes of all files: an id has one name, and a name one id."""

    names: dict[int, str] = dataclasses.field(default_factory=dict)

    def add(self, entry: Any, file: Path) -> None:  # noqa: ANN401 - from a file
        """Adds a category.

        Raises:
            DataSetError: It lacks an id, or its id or its name is another's.
        """
        class_id = number(entry, "id")
        if class_id is None:
            raise DataSetError(f"{file}: a category lacks an id: {shown(entry)}")
        name = text(entry, "name") or str(class_id)
        known = self.names.setdefault(class_id, name)
        if known != name:
            raise DataSetError(f"{file}: category {class_id} is {name!r}, but also {known!r}")
        if list(self.names.values()).count(name) > 1:
            raise DataSetError(f"{file}: two categories are called {name!r}: rename or join them")

    def columns(self) -> dict[int | None, int]:
        """Column of each id, in order of id."""
        return {class_id: column for column, class_id in enumerate(sorted(self.names))}


class Coco:
    """Reads COCO's layout, whole or divided into splits."""

    name = "coco"
    told_by = "instances.json, annotations/instances_*.json or */_annotations.coco.json"

    def fits(self, folder: Path) -> bool:
        """Whether a folder has such files."""
        return bool(_files(folder))

    def read(self, folder: Path) -> Rows:
        """Reads all files of a folder.

        Raises:
            DataSetError: There is none, or one is no such file.
        """
        files = _files(folder)
        if not files:
            raise DataSetError(f"{folder} has no annotations of COCO: {self.told_by}")
        return read_files(files, folder)


def read_files(
    files: list[CocoFile], folder: Path, images: Path | None = None, names: Path | None = None
) -> Rows:
    """Reads files of annotations.

    Args:
        files: Them.
        folder: The data set's folder.
        images: Folder of the pictures, where it is known.
        names: File with the names of the classes, for files without categories; looked for in the
            folder where it is not given.

    Returns:
        What they say.

    Raises:
        DataSetError: One is no such file.
    """
    documents = [(each, _document(each.file)) for each in files]
    classes = _Classes()
    for each, document in documents:
        for entry in document["categories"]:
            classes.add(entry, each.file)
    if not classes.names:
        classes.names = names_elsewhere(files[0].file, names or table_file(folder))
    columns = classes.columns()
    below = folder / "images"
    finder = Finder(images or (below if below.is_dir() else folder))
    bad: list[BadRow] = []
    pictures: list[PictureRow] = []
    for each, document in documents:
        pictures += _pictures(each, document, columns, finder, bad)
    return Rows(
        tuple(classes.names[each] for each in sorted(classes.names)),
        tuple(sorted(classes.names)),
        tuple(pictures),
        tuple(bad),
    )


def _files(folder: Path) -> list[CocoFile]:
    """The files of annotations of a folder: one for all or one a split, where tools put them."""
    whole = folder / "instances.json"
    if whole.is_file():
        return [CocoFile(whole)]
    by_name = [
        CocoFile(file, file.stem.removeprefix("instances_"))
        for file in sorted((folder / "annotations").glob("instances_*.json"))
    ]
    return by_name or [
        CocoFile(file, file.parent.name if file.parent != folder else "")
        for pattern in ("_annotations.coco.json", "*/_annotations.coco.json")
        for file in sorted(folder.glob(pattern))
    ]


def _document(file: Path) -> dict[str, list[Any]]:
    """The document, with the lists that are needed, and the licences.

    Raises:
        DataSetError: It is another one.
    """
    try:
        document: Any = json.loads(read_bounded(file))
    except (ValueError, RecursionError) as error:
        raise DataSetError(f"{file} is not an instances file of COCO: {error}") from error
    for part in _PARTS:
        if not isinstance(document, dict) or not isinstance(document.get(part), list):
            raise DataSetError(f"{file} is not an instances file of COCO: it has no list of {part}")
    categories, licences = document.get("categories", []), document.get("licenses")
    if not isinstance(categories, list):
        raise DataSetError(f"{file} is not an instances file of COCO: categories are no list")
    return {part: document[part] for part in _PARTS} | {
        "categories": categories,
        "licenses": licences if isinstance(licences, list) else [],
    }


def _pictures(
    told: CocoFile,
    document: dict[str, list[Any]],
    columns: Mapping[int | None, int],
    finder: Finder,
    bad: list[BadRow],
) -> list[PictureRow]:
    rows: dict[int, PictureRow] = {}
    named = ((number(each, "id"), text(each, "name")) for each in document["licenses"])
    licences = {key: name for key, name in named if key is not None}
    for position, entry in enumerate(document["images"]):
        where = f"{told.file}: images[{position}]"
        image_id, path = number(entry, "id"), inner_path(text(entry, "file_name"))
        if image_id is None or path is None:
            bad.append(BadRow(where, f"lacks an id or a file_name in the folder: {shown(entry)}"))
        elif image_id in rows:
            bad.append(BadRow(where, f"image id {image_id} is that of {rows[image_id].name}, too"))
        else:
            name, file = _place(finder, path.as_posix(), told.split)
            size = number(entry, "height"), number(entry, "width")
            rows[image_id] = PictureRow(
                where,
                name,
                file,
                image_id=image_id,
                size=(size[0], size[1]) if size[0] and size[1] else None,
                split=told.split,
                source=str(entry.get("source", "")),
                licence=licences.get(number(entry, "license") or 0, ""),
            )
    objects = _objects(told.file, document["annotations"], columns, rows, bad)
    return [replace(row, objects=tuple(objects[key])) for key, row in rows.items()]


def _place(finder: Finder, name: str, split: str) -> tuple[str, Path]:
    """A picture's name in the data set, and its file: in the folder, or in one of its split."""
    inner = f"{split}/{name}"
    file = finder.find(name)
    if split and not file.is_file() and finder.find(inner).is_file():
        return inner, finder.find(inner)
    return name, file


def _objects(
    file: Path,
    entries: list[Any],
    columns: Mapping[int | None, int],
    pictures: dict[int, PictureRow],
    bad: list[BadRow],
) -> dict[int, list[ObjectRow]]:
    """The objects of each picture, by its id."""
    objects: dict[int, list[ObjectRow]] = {image_id: [] for image_id in pictures}
    taken: set[int] = set()
    for position, entry in enumerate(entries):
        own = number(entry, "id")
        where = f"{file}: annotations[{position}]" + (f", id {own}" if own else "")
        image_id = number(entry, "image_id")
        column = columns.get(number(entry, "category_id"))
        edges = _edges(entry)
        if own is not None and own in taken:
            reason = "its id is another annotation's, too"
        elif image_id is None or image_id not in pictures:
            reason = f"image_id {shown(field(entry, 'image_id'))} is no picture's"
        elif column is None:
            reason = f"category_id {shown(field(entry, 'category_id'))} is no category's"
        elif edges is None:
            reason = f"bbox is no list of four numbers: {shown(field(entry, 'bbox'))}"
        else:
            crowd, difficult = bool(entry.get("iscrowd")), bool(entry.get("ignore"))
            objects[image_id].append(ObjectRow(where, column, edges, crowd, difficult))
            reason = ""
        if reason:
            bad.append(BadRow(where, reason))
        if own is not None:
            taken.add(own)
    return objects


def _edges(entry: Any) -> tuple[float, float, float, float] | None:  # noqa: ANN401 - from a file
    """ymin, xmin, ymax, xmax of COCO's x, y, width, height; whatever numbers these are."""
    box = field(entry, "bbox")
    if not isinstance(box, list) or len(box) != 4:
        return None
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in box):
        return None
    try:
        x, y, width, height = map(float, box)
    except OverflowError:  # an integer of hundreds of digits
        return None
    return y, x, y + height, x + width
