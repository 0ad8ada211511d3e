"""The answer of detection challenges: COCO's, rounded, with an empty ``segmentation``."""

import json

from ..pictures import Wanted
from ..record import Predicted
from .port import FileFormat


def _entries(picture: Wanted, answer: Predicted) -> list[bytes]:
    """``bbox`` is x, y, width, height in tenths of pixels; scores have four digits."""
    return [
        json.dumps(
            {
                "image_id": picture.image_id,
                "category_id": box.class_id,
                "bbox": [
                    round(value, 1)
                    for value in (box.xmin, box.ymin, box.xmax - box.xmin, box.ymax - box.ymin)
                ],
                "score": round(box.score, 4),
                "segmentation": [],
            },
            separators=(",", ":"),
        ).encode()
        for box in answer.boxes
    ]


FORMAT = FileFormat(_entries, b"[", b",", b"]", weak=True)
