"""PASCAL VOC's layout: an XML file for each picture."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import DataSetError
from ..record import BadRow
from ..rows import ObjectRow, PictureRow, Rows
from .pictures import SUFFIXES, names_below, stem
from .port import inner_path, read_bounded
from .voc_xml import NotRead, VocPicture, read_voc_xml

_XML = frozenset({".xml"})
_MOST_BYTES = 16 << 20
_SPLITS = ("train", "val", "test")
_PICTURES = ("JPEGImages", "images")
_CLASSES = ("classes.txt", "labels.txt")


class Voc:
    """Reads VOC's layout: ``Annotations`` beside ``JPEGImages``, or XML beside the pictures."""

    name = "voc"
    told_by = "Annotations/*.xml, or *.xml beside the pictures"

    def fits(self, folder: Path) -> bool:
        """Whether a folder has XML files where they belong."""
        return bool(names_below(_annotations(folder), _XML))

    def read(self, folder: Path) -> Rows:
        """Reads all XML files of a folder.

        Raises:
            DataSetError: There is none, or the classes cannot be read.
        """
        return _Reading(folder).rows()


class _Reading:
    """One folder being read."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._annotations = folder, _annotations(folder)
        self._root = next((root for name in _PICTURES if (root := folder / name).is_dir()), folder)
        names = names_below(self._root, SUFFIXES)
        self._names = frozenset(names)
        self._by_stem = {stem(name): name for name in reversed(names)}
        self._bad: list[BadRow] = []

    def rows(self) -> Rows:
        """All that its files say.

        Raises:
            DataSetError: There are none.
        """
        files = names_below(self._annotations, _XML)
        if not files:
            raise DataSetError(f"{self._folder} has no annotations of VOC: {Voc.told_by}")
        told = {name: self._told(name) for name in files}
        classes = self._classes([picture for picture in told.values() if picture is not None])
        splits = self._splits({stem(name) for name in files})
        columns = {name: column for column, name in enumerate(classes)}
        pictures, used = [], set()
        for xml, picture in told.items():
            name = self._name(xml, picture)
            used.add(name)
            if picture is not None:
                row = self._picture(xml, name, picture, columns)
                pictures.append(replace(row, split=splits.get(stem(xml), "")))
        self._bad += [
            BadRow(str(self._root / name), "the picture has no XML file")
            for name in sorted(self._names - used)
        ]
        return Rows(classes, tuple(range(1, len(classes) + 1)), tuple(pictures), tuple(self._bad))

    def _told(self, name: str) -> VocPicture | None:
        file = self._annotations / name
        try:
            return read_voc_xml(read_bounded(file, _MOST_BYTES))
        except NotRead as refusal:
            self._bad.append(BadRow(str(file), str(refusal)))
            return None

    def _name(self, xml: str, told: VocPicture | None) -> str:
        """The picture that the file tells, where it is there; else the one that is called alike."""
        path = inner_path(told.file_name) if told is not None else None
        name = (Path(xml).parent / path).as_posix() if path else xml
        return name if name in self._names else self._by_stem.get(stem(xml), name)

    def _classes(self, told: list[VocPicture]) -> tuple[str, ...]:
        """Those of a list where there is one, else all that occur, in order of name."""
        for name in _CLASSES:
            if (file := self._folder / name).is_file():
                return read_names(file)
        return tuple(sorted({each.name for picture in told for each in picture.objects} - {""}))

    def _splits(self, known: set[str]) -> dict[str, str]:
        """The part of each picture that the lists name, by its stem."""
        parts: dict[str, str] = {}
        for split in _SPLITS:
            file = self._folder / f"ImageSets/Main/{split}.txt"
            if not file.is_file():
                continue
            lines = read_bounded(file, _MOST_BYTES).decode("utf-8", "replace").splitlines()
            for number, line in enumerate(lines, 1):
                name = line.split()[0] if line.split() else ""
                reason = f"{name} has no XML file" if name not in known else ""
                if name and not reason and parts.setdefault(name, split) != split:
                    reason = f"{name} is in {parts[name]}, too"
                if name and reason:
                    self._bad.append(BadRow(f"{file}: line {number}", reason))
        return parts

    def _picture(
        self, xml: str, name: str, told: VocPicture, columns: Mapping[str, int]
    ) -> PictureRow:
        file = self._annotations / xml
        objects = []
        for position, each in enumerate(told.objects):
            where = f"{file}: object[{position}]"
            if each.name not in columns:
                self._bad.append(BadRow(where, f"class {each.name[:80]!r} is none of the list's"))
            elif each.edges is None:
                self._bad.append(BadRow(where, "its bndbox lacks an edge, or one is no number"))
            else:
                column = columns[each.name]
                objects.append(ObjectRow(where, column, each.edges, difficult=each.difficult))
        picture = self._root / name
        return PictureRow(
            str(file), name, picture, tuple(objects), size=told.size, source=told.source
        )


def read_names(file: Path) -> tuple[str, ...]:
    """The names of a list, one a line, without empty ones.

    Raises:
        DataSetError: There are none, or one is there twice.
    """
    lines = read_bounded(file, _MOST_BYTES).decode("utf-8", "replace").splitlines()
    names = tuple(line.strip() for line in lines if line.strip())
    if not names or len(set(names)) != len(names):
        raise DataSetError(f"{file}: one class a line is wanted, each once")
    return names


def _annotations(folder: Path) -> Path:
    below = folder / "Annotations"
    return below if below.is_dir() else folder
