"""Which boxes no anchor covers."""

import numpy as np
import pytest

from models.datasets.coverage import best_overlaps, unit_boxes
from models.datasets.reading import read_data_set
from models.ssd.spec import AnchorLayer

# One anchor, the middle half of the picture down and across; four small ones in its corners.
LAYERS = (
    AnchorLayer(grid=(1, 1), step=(1.0, 1.0), offset=0.5, sizes=((0.5, 0.5),)),
    AnchorLayer(grid=(2, 2), step=(0.5, 0.5), offset=0.5, sizes=((0.1, 0.1),)),
)


def best(*boxes):
    return best_overlaps(np.array(boxes, np.float32).reshape(-1, 4), LAYERS, lambda *_: None)


@pytest.mark.parametrize(
    ("box", "overlap"),
    [
        ((0.25, 0.25, 0.75, 0.75), 1),
        ((0.25, 0.25, 0.75, 0.5), 0.5),
        ((0.2, 0.2, 0.3, 0.3), 1),
        ((0, 0, 1, 1), 0.25),
        ((0.9, 0.9, 1, 1), 0),
    ],
)
def test_the_best_anchors_overlap(box, overlap):
    assert best(box).tolist() == pytest.approx([overlap], abs=1e-6)


def test_many_boxes_block_by_block():
    boxes = np.random.default_rng(0).random((300, 2, 2)).astype(np.float32)
    boxes = np.concatenate([boxes.min(1), boxes.max(1)], 1)
    seen = []
    together = best_overlaps(boxes, LAYERS, lambda *counts: seen.append(counts))
    assert together.tolist() == [best(box)[0] for box in boxes]
    assert seen == [(128, 300), (256, 300), (300, 300)]
    assert best().shape == (0,)


def test_unit_boxes_are_of_judged_objects(made):
    made.box(0, 0, 30, 10)
    made.box(0, 0, 60, 40, iscrowd=1)
    boxes = unit_boxes(read_data_set(made.write()).pictures)
    np.testing.assert_allclose(
        boxes, [[5 / 40, 10 / 60, 35 / 40, 0.5], [0, 0, 0.25, 0.5], [0, 0, 1, 1]], rtol=1e-6
    )
    assert unit_boxes(()).shape == (0, 4)
