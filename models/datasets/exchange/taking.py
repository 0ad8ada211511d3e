"""From rows of a place to files and to rows of a data set; nothing that they say is believed."""

import errno
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..layouts.json_values import number, shown, text
from ..layouts.port import inner_path
from ..record import BadRow
from ..rows import ObjectRow, PictureRow, Rows

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
"""What is wrong with the disk, not with a row."""
_KEPT = ("image_id", "width", "height", "split", "source", "licence", "boxes")
_EDGES = ("ymin", "xmin", "ymax", "xmax")


@dataclass(slots=True)
class Taken:
    """What was taken from a place so far.

    Attributes:
        images: Folder that pictures are written to.
        rows: What rows say, but for the pictures' bytes.
        bad: Those that cannot be used.
        names: Names of pictures that are there.
    """

    images: Path
    rows: list[dict[str, Any]] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def take(self, values: dict[str, Any], where: str) -> None:
        """Writes a row's picture, or sets the row aside."""
        content = values.get("bytes")
        name = text(values, "name")
        path = inner_path(name)
        if path is None:
            reason = f"name {shown(values.get('name'))} is none of a file in a folder"
        elif not isinstance(content, bytes) or not content:
            reason = f"{name}: bytes are missing"
        elif path.as_posix() in self.names:
            reason = f"{name} is in the place already"
        else:
            reason = _told_trouble(values, content) or self._write(path.as_posix(), content)
            reason = f"{name}: {reason}" if reason else ""
        if reason:
            self.bad.append(BadRow(where, reason))
            return
        assert path is not None
        self.names.add(path.as_posix())
        kept = {key: values.get(key) for key in _KEPT}
        self.rows.append(kept | {"name": path.as_posix(), "where": where})

    def _write(self, name: str, content: bytes) -> str:
        file = self.images / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        except (OSError, ValueError) as error:
            if getattr(error, "errno", None) in _FULL:
                raise
            return f"cannot be written: {getattr(error, 'strerror', None) or error}"
        return ""

    def as_rows(self) -> Rows:
        """All of it, as a layout of files gives it."""
        classes: dict[int, str] = {}
        bad = list(self.bad)
        for row in self.rows:
            for box in _boxes(row):
                _add_class(classes, box)
        ids = sorted(classes)
        columns = {class_id: column for column, class_id in enumerate(ids)}
        pictures = tuple(_picture(row, self.images, classes, columns, bad) for row in self.rows)
        return Rows(tuple(classes[each] for each in ids), tuple(ids), pictures, tuple(bad))


def _told_trouble(values: dict[str, Any], content: bytes) -> str:
    told = values.get("sha256")
    if told and told != hashlib.sha256(content).hexdigest():
        return "bytes were changed: their SHA-256 is not what the row says"
    if number(values, "image_id") is None:
        return f"image_id {shown(values.get('image_id'))} is no number"
    return ""


def _boxes(row: dict[str, Any]) -> list[Any]:
    boxes = row.get("boxes")
    return boxes if isinstance(boxes, list) else []


def _add_class(classes: dict[int, str], box: Any) -> None:  # noqa: ANN401 - from a file
    """A class that is told first stays; an id has one name, and a name one id."""
    class_id, name = number(box, "class_id"), text(box, "class")
    if class_id is not None and name and name not in classes.values():
        classes.setdefault(class_id, name)


def _picture(
    row: dict[str, Any],
    images: Path,
    classes: dict[int, str],
    columns: dict[int, int],
    bad: list[BadRow],
) -> PictureRow:
    objects = []
    for position, box in enumerate(_boxes(row)):
        where = f"{row['where']}: boxes[{position}]"
        class_id, name = number(box, "class_id"), text(box, "class")
        edges = [box.get(edge) for edge in _EDGES] if isinstance(box, dict) else []
        if class_id is None or classes.get(class_id) != name:
            told = f"class {shown(name)} with class_id {class_id}"
            bad.append(BadRow(where, f"{row['name']}: {told} is none, or another row's otherwise"))
        elif not all(isinstance(edge, int | float) for edge in edges):
            bad.append(BadRow(where, f"{row['name']}: an edge is missing: {shown(edges)}"))
        else:
            ymin, xmin, ymax, xmax = (float(edge or 0) for edge in edges)
            crowd, difficult = bool(box.get("crowd")), bool(box.get("difficult"))
            column = columns[class_id]
            objects.append(ObjectRow(where, column, (ymin, xmin, ymax, xmax), crowd, difficult))
    height, width = number(row, "height"), number(row, "width")
    return PictureRow(
        row["where"],
        row["name"],
        images / row["name"],
        tuple(objects),
        image_id=number(row, "image_id"),
        size=(height, width) if height and width else None,
        split=text(row, "split"),
        source=text(row, "source"),
        licence=text(row, "licence"),
    )
