"""What every layout of annotated pictures is read into."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Annotated:
    """A picture and the objects in it.

    Attributes:
        image_id: Its number; no other picture of the data set has it.
        name: Its path below the folder of the data set's pictures, with ``/``; no other has it.
        file: The picture.
        size: Height and width in pixels, as decoded and turned by its EXIF entry.
        boxes: float32 ``[K, 4]``, ymin, xmin, ymax, xmax of each object in those pixels; inside the
            picture, and not empty.
        columns: intp ``[K]``, position of each object's class among the data set's classes.
        crowd: bool ``[K]``, a group that is not annotated one by one: neither learnt nor missed.
        difficult: bool ``[K]``, an object that VOC does not judge by: neither learnt nor missed.
        split: Part of the data set, such as ``train``; empty where it is not divided.
        source: Where it came from, as the data set says it; may be empty.
        licence: Under which licence, as the data set says it; may be empty.
    """

    image_id: int
    name: str
    file: Path
    size: tuple[int, int]
    boxes: npt.NDArray[np.float32]
    columns: npt.NDArray[np.intp]
    crowd: npt.NDArray[np.bool_]
    difficult: npt.NDArray[np.bool_]
    split: str = ""
    source: str = ""
    licence: str = ""

    @property
    def judged(self) -> npt.NDArray[np.bool_]:
        """Bool ``[K]``: the objects that are learnt and judged by."""
        return ~(self.crowd | self.difficult)


@dataclass(frozen=True, slots=True)
class BadRow:
    """An entry of a data set that cannot be used.

    Attributes:
        where: The file that says it, and the row, as a person finds it.
        reason: What is wrong with it.
    """

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class DataSet:
    """Annotated pictures.

    Attributes:
        names: Name of each class, in order of id.
        class_ids: Id of each class, as the files number it.
        pictures: The pictures, in order of id; those without objects, too.
        bad: What was set aside.
    """

    names: tuple[str, ...]
    class_ids: tuple[int, ...]
    pictures: tuple[Annotated, ...]
    bad: tuple[BadRow, ...] = ()
