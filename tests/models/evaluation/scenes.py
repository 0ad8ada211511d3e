"""Pictures and detections in a few words, for tests of what is made from them."""

from pathlib import Path

import numpy as np

from models.datasets.record import Annotated, DataSet
from models.evaluation.matching import FoundIn

NAMES = ("cat", "dog")


def picture(number, *objects, file=Path("none.jpg")):
    """An object is (column, ymin, xmin, ymax, xmax), and "crowd" or "difficult" behind that."""
    return Annotated(
        image_id=number,
        name=f"{number}.jpg",
        file=file,
        size=(100, 100),
        boxes=np.array([each[1:5] for each in objects], np.float32).reshape(-1, 4),
        columns=np.array([each[0] for each in objects], np.intp),
        crowd=np.array(["crowd" in each for each in objects], np.bool_),
        difficult=np.array(["difficult" in each for each in objects], np.bool_),
    )


def found(*detections):
    """A detection is (column, score, ymin, xmin, ymax, xmax)."""
    table = np.array(detections, np.float64).reshape(-1, 6)
    return FoundIn(table[:, 2:], table[:, 1], table[:, 0].astype(np.intp))


def data(*pictures):
    return DataSet(NAMES, (1, 2), tuple(pictures))
