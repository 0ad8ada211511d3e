"""Pascal VOC: an XML file a picture (VOC2012 development kit, "Annotation").

Pixels count from 1 there and the last one belongs to the box, so that ``xmin`` is one more than
here and ``xmax`` the same. A picture without objects has a file without objects.
"""

import math
import re
from pathlib import PurePosixPath
from xml.sax.saxutils import escape

from ..pictures import Wanted
from ..record import Box, Predicted
from .port import Classes, FolderFormat

# Characters that no XML 1.0 document can hold.
_UNKNOWN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _content(picture: Wanted, answer: Predicted, classes: Classes) -> bytes:
    del classes  # the names are written out
    path = PurePosixPath(picture.name)
    folder = "" if path.parent == PurePosixPath() else str(path.parent)
    objects = "".join(_object(box, answer) for box in answer.boxes)
    return (
        "<annotation>\n"
        f"  <folder>{_text(folder)}</folder>\n"
        f"  <filename>{_text(path.name)}</filename>\n"
        f"  <size><width>{answer.width}</width><height>{answer.height}</height>"
        "<depth>3</depth></size>\n"
        f"{objects}</annotation>\n"
    ).encode()


def _object(box: Box, answer: Predicted) -> str:
    xmin = min(math.floor(box.xmin), answer.width - 1) + 1
    ymin = min(math.floor(box.ymin), answer.height - 1) + 1
    xmax, ymax = min(math.ceil(box.xmax), answer.width), min(math.ceil(box.ymax), answer.height)
    return (
        f"  <object><name>{_text(box.name)}</name><difficult>0</difficult>"
        f"<confidence>{box.score}</confidence><bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin>"
        f"<xmax>{max(xmax, xmin)}</xmax><ymax>{max(ymax, ymin)}</ymax></bndbox></object>\n"
    )


def _text(text: str) -> str:
    return escape(_UNKNOWN.sub("\ufffd", text))


def _name(picture: Wanted) -> str:
    return str(PurePosixPath(picture.name).with_suffix(".xml"))


FORMAT = FolderFormat(_name, _content, lambda _: ())
