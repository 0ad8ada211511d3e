"""The table."""

import csv
import io

from models.prediction.formats.csv_table import FORMAT
from models.prediction.record import Box, Predicted


def test_names_with_commas_and_whole_pixels(wanted, answers):
    answer = Predicted(at=1, state=(0, 0), height=50, width=100, boxes=answers[0].boxes)
    text = (FORMAT.begin + b"".join(FORMAT.entries(wanted[1], answer))).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows[0] == {
        "file_name": "b, c.jpg",
        "image_id": "9",
        "class": "cup",
        "class_id": "47",
        "confidence": "0.91234567",
        "xmin": "20",
        "ymin": "10",
        "xmax": "100",
        "ymax": "50",
    }
    assert (rows[1]["class"], rows[1]["xmax"]) == ("dog & cat", "1")


def test_pixels_are_those_of_the_functions_reply(wanted):
    import numpy as np

    from models.ssd.detections import Detections

    random = np.random.default_rng(0)
    corners = np.sort(random.uniform(0, 1, (200, 2, 2)), axis=1) * (50, 100)
    corners[:5] = corners[:5, :1]  # nothing between them
    boxes = corners.reshape(-1, 4).astype(np.float32)
    names, scores = ("cup",) * 200, np.full(200, 0.5, np.float32)
    reply = Detections(names, np.full(200, 47), scores, boxes, 50, 100).objects()
    answer = Predicted(
        at=0,
        state=(0, 0),
        height=50,
        width=100,
        boxes=tuple(Box("cup", 47, 0.5, *box) for box in boxes.tolist()),
    )
    for found, entry in zip(reply, FORMAT.entries(wanted[0], answer), strict=True):
        pixels = [int(value) for value in entry.decode().split(",")[-4:]]
        assert pixels == [found[edge] for edge in ("xmin", "ymin", "xmax", "ymax")]
