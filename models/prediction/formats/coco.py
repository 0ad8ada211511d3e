"""COCO's results file (cocodataset.org, "Results Format"): what its evaluation reads."""

import json

from ..pictures import Wanted
from ..record import Predicted
from .port import FileFormat


def _entries(picture: Wanted, answer: Predicted) -> list[bytes]:
    """``bbox`` is x, y, width, height in pixels."""
    return [
        json.dumps(
            {
                "image_id": picture.image_id,
                "category_id": box.class_id,
                "bbox": [
                    round(value, 2)
                    for value in (box.xmin, box.ymin, box.xmax - box.xmin, box.ymax - box.ymin)
                ],
                "score": round(box.score, 5),
            }
        ).encode()
        for box in answer.boxes
    ]


FORMAT = FileFormat(_entries, b"[", b",\n", b"]\n", weak=True)
