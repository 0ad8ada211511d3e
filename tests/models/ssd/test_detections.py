import json

import numpy as np
import pytest

from models.ssd.detections import Detections


def found(*boxes, height=100, width=200, scores=None):
    count = len(boxes)
    return Detections(
        names=("cat",) * count,
        class_ids=np.full(count, 17, np.int64),
        scores=np.full(count, 0.9, np.float32) if scores is None else np.float32(scores),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        height=height,
        width=width,
    )


@pytest.mark.parametrize(
    ("box", "pixels"),
    [
        ((10.2, 20.8, 30.1, 40.0), [10, 20, 31, 40]),
        ((0, 0, 100, 200), [0, 0, 100, 200]),
        ((10.4, 10.4, 10.6, 10.6), [10, 10, 11, 11]),  # less than a pixel is one
        ((99.9, 199.9, 100, 200), [99, 199, 100, 200]),
        ((100, 200, 100, 200), [99, 199, 100, 200]),  # on the last edge: the last pixel
        ((-0.4, -0.4, 5, 5), [0, 0, 5, 5]),
    ],
)
def test_pixels_cover_the_box_and_lie_in_the_picture(box, pixels):
    assert found(box).pixels().tolist() == [pixels]


def test_no_detections():
    nothing = found()
    assert len(nothing) == 0
    assert nothing.objects() == []
    assert nothing.pixels().shape == (0, 4)


def test_objects_are_plain_and_their_confidence_is_short():
    (one, two) = found((1, 2, 3, 4), (1, 2, 3, 4), scores=[0.1, 1 / 3]).objects()
    assert one == {
        "class": "cat", "class_id": 17, "confidence": 0.1, "xmin": 2, "ymin": 1, "xmax": 4,
        "ymax": 3,
    }  # fmt: skip
    assert json.dumps(two["confidence"]) == "0.33333334"
    assert np.float32(two["confidence"]) == np.float32(1 / 3)
