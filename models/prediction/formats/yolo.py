"""YOLO's text files: a line an object, ``class x y width height confidence``.

The class is a number from 0; x and y are the middle of the box; all four are shares of the picture.
``classes.txt`` has the names in the order of those numbers.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

from ..pictures import Wanted
from ..record import Box, Predicted
from .port import Classes, FolderFormat


def _content(picture: Wanted, answer: Predicted, classes: Classes) -> bytes:
    del picture  # the name of the file says it
    numbers = {class_id: number for number, (class_id, _) in enumerate(classes)}
    return "".join(_line(box, numbers[box.class_id], answer) for box in answer.boxes).encode()


def _line(box: Box, number: int, answer: Predicted) -> str:
    shares = (
        (box.xmin + box.xmax) / 2 / answer.width,
        (box.ymin + box.ymax) / 2 / answer.height,
        (box.xmax - box.xmin) / answer.width,
        (box.ymax - box.ymin) / answer.height,
    )
    return f"{number} {' '.join(f'{share:.6f}' for share in shares)} {box.score:.5f}\n"


def _name(picture: Wanted) -> str:
    return str(PurePosixPath("labels", picture.name).with_suffix(".txt"))


def _others(classes: Classes) -> Iterable[tuple[str, bytes]]:
    yield "classes.txt", "".join(f"{name}\n" for _, name in classes).encode()


FORMAT = FolderFormat(_name, _content, _others)
