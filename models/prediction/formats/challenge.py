"""The answer of detection challenges: COCO's, rounded, with an empty ``segmentation``.

A challenge shows what it takes in a file, ``sample_submission.json``: its keys and their order.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import PredictionError
from ..pictures import Wanted
from ..record import Box, Predicted
from .port import FileFormat

_Value = Callable[[Wanted, Box], Any]
_NEEDED = ("image_id", "category_id", "bbox", "score")
_MOST_BYTES = 64 << 20


def _bbox(_picture: Wanted, box: Box) -> list[float]:
    """X, y, width, height in tenths of pixels."""
    edges = (box.xmin, box.ymin, box.xmax - box.xmin, box.ymax - box.ymin)
    return [round(value, 1) for value in edges]


_VALUES: Mapping[str, _Value] = {
    "image_id": lambda picture, _box: picture.image_id,
    "category_id": lambda _picture, box: box.class_id,
    "bbox": _bbox,
    "score": lambda _picture, box: round(box.score, 4),
    "segmentation": lambda _picture, _box: [],
    "area": lambda _picture, box: round((box.xmax - box.xmin) * (box.ymax - box.ymin), 1),
    "iscrowd": lambda _picture, _box: 0,
    "category_name": lambda _picture, box: box.name,
    "file_name": lambda picture, _box: picture.name,
}


def like(sample: Path) -> FileFormat:
    """The format of a challenge's sample: its keys in their order, and what is around the list.

    Args:
        sample: A list of answers, or an object with one such list.

    Raises:
        PredictionError: It is neither, lacks what an answer needs, or has a key that this program
            knows no value for.
    """
    try:
        with sample.open("rb") as file:
            document: Any = json.loads(file.read(_MOST_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise PredictionError(f"{sample} is no sample of answers: {error}") from error
    begin, end, entries = b"[", b"]", document
    if isinstance(document, dict) and len(document) == 1:
        ((name, entries),) = document.items()
        begin, end = f"{{{json.dumps(name)}:[".encode(), b"]}"
    if not isinstance(entries, list) or (entries and not isinstance(entries[0], dict)):
        raise PredictionError(
            f"{sample} is no sample of answers: it must be a list of objects, "
            'or {"annotations": a list of objects}'
        )
    values = _values(sample, entries[0]) if entries else _VALUES_USUAL
    return _format(values, begin, end)


def _values(sample: Path, entry: dict[str, Any]) -> dict[str, _Value]:
    missing = [key for key in _NEEDED if key not in entry]
    if missing:
        raise PredictionError(f"{sample}: its answers have no {missing[0]!r}, which is needed")
    unknown = [key for key, value in entry.items() if key not in _VALUES and value]
    if unknown:
        known = ", ".join(_VALUES)
        raise PredictionError(
            f"{sample}: no value is known for {unknown[0]!r}, there are {known}, and whatever is "
            "empty in the sample"
        )
    return {key: _VALUES.get(key, _constant(value)) for key, value in entry.items()}


def _constant(value: Any) -> _Value:  # noqa: ANN401 - from a file
    """What is empty in the sample stays as it is there."""
    return lambda _picture, _box: value


def _format(values: Mapping[str, _Value], begin: bytes, end: bytes) -> FileFormat:
    def entries(picture: Wanted, answer: Predicted) -> list[bytes]:
        return [
            json.dumps(
                {key: value(picture, box) for key, value in values.items()}, separators=(",", ":")
            ).encode()
            for box in answer.boxes
        ]

    return FileFormat(entries, begin, b",", end, weak=True)


_VALUES_USUAL = {key: _VALUES[key] for key in (*_NEEDED, "segmentation")}
FORMAT = _format(_VALUES_USUAL, b"[", b"]")
