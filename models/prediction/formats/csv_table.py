"""A table (RFC 4180): a row an object, boxes in whole pixels as the function's reply gives them."""

import csv
import io
import math

from ..pictures import Wanted
from ..record import Box, Predicted
from .port import FileFormat

_COLUMNS = (
    "file_name", "image_id", "class", "class_id", "confidence", "xmin", "ymin", "xmax", "ymax",
)  # fmt: skip


def _entries(picture: Wanted, answer: Predicted) -> list[bytes]:
    return [
        _row(
            picture.name, picture.image_id, box.name, box.class_id, box.score, *_pixels(box, answer)
        )
        for box in answer.boxes
    ]


def _pixels(box: Box, answer: Predicted) -> tuple[int, int, int, int]:
    """The smallest box of whole pixels that covers it: xmin, ymin, xmax, ymax."""
    xmin = min(math.floor(box.xmin), answer.width - 1)
    ymin = min(math.floor(box.ymin), answer.height - 1)
    xmax = max(min(math.ceil(box.xmax), answer.width), xmin + 1)
    return xmin, ymin, xmax, max(min(math.ceil(box.ymax), answer.height), ymin + 1)


def _row(*values: object) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue().encode("utf-8", "surrogateescape")


FORMAT = FileFormat(_entries, _row(*_COLUMNS), b"", b"", weak=False)
