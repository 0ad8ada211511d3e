"""One XML file of VOC, with what an annotation of a picture needs."""

from dataclasses import dataclass
from math import isfinite
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat


class NotRead(Exception):
    """An XML file that is not read; the text says why."""


@dataclass(frozen=True, slots=True)
class VocObject:
    """An object, as the file has it.

    Attributes:
        name: Its class; empty where there is none.
        edges: ymin, xmin, ymax, xmax in pixels, the first pixel being 0; None where one is missing.
        difficult: Whether it is not judged by.
    """

    name: str
    edges: tuple[float, float, float, float] | None
    difficult: bool


@dataclass(frozen=True, slots=True)
class VocPicture:
    """A picture, as the file has it.

    Attributes:
        file_name: Its name; may be empty, or another's.
        size: Height and width; None where the file tells none.
        source: The collection it is from; may be empty.
        objects: What is in it.
    """

    file_name: str
    size: tuple[int, int] | None
    source: str
    objects: tuple[VocObject, ...]


def read_voc_xml(content: bytes) -> VocPicture:
    """Reads a file; one that declares entities is refused, as they can grow.

    Raises:
        NotRead: It is no XML, or declares some.
    """
    root = _parse(content)
    height, width = (_number(root, f"size/{side}") for side in ("height", "width"))
    return VocPicture(
        _text(root, "filename"),
        (int(height), int(width)) if height and width else None,
        _text(root, "source/database"),
        tuple(map(_object, root.iter("object"))),
    )


def _object(element: Element) -> VocObject:
    edges = (_number(element, f"bndbox/{edge}") for edge in ("ymin", "xmin", "ymax", "xmax"))
    top, left, bottom, right = edges
    whole = None
    if top is not None and left is not None and bottom is not None and right is not None:
        # VOC counts pixels from 1, the last one included.
        whole = top - 1, left - 1, bottom, right
    return VocObject(_text(element, "name"), whole, _text(element, "difficult") == "1")


def _parse(content: bytes) -> Element:
    tree = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.data
    parser.EntityDeclHandler = _refuse_entities
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # also of its encoding
        raise NotRead(f"it is no XML: {error}") from error
    return tree.close()


def _refuse_entities(*_: object) -> None:
    raise NotRead("it declares entities, which annotations do not need: remove its DOCTYPE")


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _number(element: Element, path: str) -> float | None:
    """A number; None where there is none, and where it is infinite."""
    try:
        value = float(_text(element, path))
    except ValueError:
        return None
    return value if isfinite(value) else None
