"""Boxes in the forms of other programs: COCO's results, pandas, supervision."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .box import Box

if TYPE_CHECKING:
    from pandas import DataFrame
    from supervision import Detections

_COLUMNS = ("name", "class_id", "confidence", "xmin", "ymin", "xmax", "ymax")


def to_coco(boxes: Sequence[Box], image_id: int) -> list[dict[str, object]]:
    """Entries of a COCO result file: ``bbox`` is left, upper edge, width, height."""
    return [
        {
            "image_id": image_id,
            "category_id": box.class_id,
            "bbox": list(box.xywh),
            "score": box.confidence,
        }
        for box in boxes
    ]


def to_pandas(boxes: Sequence[Box]) -> "DataFrame":
    """A row for each box; the same columns where there is none."""
    pandas = _optional("pandas")
    rows = [[getattr(box, column) for column in _COLUMNS] for box in boxes]
    table: DataFrame = pandas.DataFrame(rows, columns=list(_COLUMNS))
    return table


def to_supervision(boxes: Sequence[Box]) -> "Detections":
    """``Detections``: ``xyxy``, ``confidence``, ``class_id``, and names in ``class_name``."""
    supervision = _optional("supervision")
    import numpy as np

    found: Detections = supervision.Detections(
        xyxy=np.array([box.xyxy for box in boxes], np.float32).reshape(-1, 4),
        confidence=np.array([box.confidence for box in boxes], np.float32),
        class_id=np.array([box.class_id for box in boxes], np.int64),
        data={"class_name": np.array([box.name for box in boxes], np.str_)},
    )
    return found


def _optional(library: str) -> Any:  # noqa: ANN401 - a module that may have no types
    try:
        return import_module(library)
    except ModuleNotFoundError as error:
        if error.name != library:
            raise
        raise ImportError(
            f"{library} is not installed: pip install 'dcf-detect[{library}]'"
        ) from error
