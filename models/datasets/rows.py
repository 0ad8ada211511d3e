"""What a layout of annotated pictures says, before anything of it is believed."""

from dataclasses import dataclass
from pathlib import Path

from .record import BadRow


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """An object, as a file has it.

    Attributes:
        where: The file, and the row in it, as a person finds it.
        column: Position of its class among the data set's classes.
        edges: ymin, xmin, ymax, xmax: in pixels, or in shares of the picture's height and width.
        crowd: Whether it is a group that is not annotated one by one.
        difficult: Whether it is an object that VOC does not judge by.
    """

    where: str
    column: int
    edges: tuple[float, float, float, float]
    crowd: bool = False
    difficult: bool = False


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture, as a file has it.

    Attributes:
        where: The file, and the row in it, as a person finds it.
        name: Its path below the folder of the data set's pictures, with ``/``.
        file: Where it should be.
        objects: What is in it.
        image_id: Its number; None where the layout has none.
        size: Height and width that the file tells; None where it tells none.
        in_shares: Whether the objects' edges are shares of its size.
        split: Part of the data set; empty where it is not divided.
        source: Where it came from; may be empty.
        licence: Under which licence; may be empty.
    """

    where: str
    name: str
    file: Path
    objects: tuple[ObjectRow, ...] = ()
    image_id: int | None = None
    size: tuple[int, int] | None = None
    in_shares: bool = False
    split: str = ""
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A data set, as its files have it.

    Attributes:
        names: Name of each class, in order of id.
        class_ids: Id of each class, as the files number it.
        pictures: The pictures.
        bad: What was found to be wrong while the files were read.
    """

    names: tuple[str, ...]
    class_ids: tuple[int, ...]
    pictures: tuple[PictureRow, ...]
    bad: tuple[BadRow, ...] = ()

    @property
    def count(self) -> int:
        """Pictures and objects, good and bad."""
        return len(self.bad) + sum(1 + len(picture.objects) for picture in self.pictures)
