import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.ssd.nms import overlaps, suppress

corners = arrays(
    np.float32, st.tuples(st.integers(0, 12), st.just(4)), elements=st.floats(0, 1, width=32)
)


def boxes_of(raw):
    return np.concatenate(
        [np.minimum(raw[:, :2], raw[:, 2:]), np.maximum(raw[:, :2], raw[:, 2:])], 1
    )


def slow_suppress(boxes, columns, iou):
    kept = []
    for index in range(len(boxes)):
        rivals = [other for other in kept if columns[other] == columns[index]]
        if all(overlaps(boxes[[index]], boxes[[other]])[0, 0] <= iou for other in rivals):
            kept.append(index)
    return kept


def test_overlap_by_hand():
    one = np.float32([[0, 0, 2, 2]])
    others = np.float32([[0, 0, 2, 2], [1, 1, 3, 3], [2, 2, 3, 3], [0, 0, 1, 2], [1, 1, 1, 1]])
    assert overlaps(one, others)[0] == pytest.approx([1, 1 / 7, 0, 0.5, 0])


def test_weaker_box_of_the_same_class_goes_and_of_another_stays():
    boxes = np.float32([[0, 0, 1, 1], [0, 0, 1, 0.9], [0, 0, 1, 0.9]])
    assert suppress(boxes, np.array([3, 3, 4]), 0.5).tolist() == [0, 2]


def test_a_suppressed_box_suppresses_nothing():
    # Each overlaps the next by more than half, the first and the third by less.
    boxes = np.float32([[0, 0, 1, 1], [0, 0.3, 1, 1.3], [0, 0.6, 1, 1.6]])
    assert suppress(boxes, np.zeros(3, int), 0.5).tolist() == [0, 2]


@pytest.mark.parametrize("count", [0, 1])
def test_none_and_one(count):
    assert suppress(np.zeros((count, 4), np.float32), np.zeros(count, int), 0.5).tolist() == list(
        range(count)
    )


@given(corners, st.floats(0, 1), st.data())
def test_agrees_with_the_slow_way_and_is_idempotent(raw, iou, data):
    boxes = boxes_of(raw)
    columns = np.array(
        data.draw(st.lists(st.integers(0, 2), min_size=len(boxes), max_size=len(boxes))), int
    )
    kept = suppress(boxes, columns, iou)
    assert kept.tolist() == slow_suppress(boxes, columns, iou)
    assert suppress(boxes[kept], columns[kept], iou).tolist() == list(range(len(kept)))


@given(corners)
def test_overlap_is_symmetric_and_a_share(raw):
    boxes = boxes_of(raw)
    shares = overlaps(boxes, boxes)
    np.testing.assert_allclose(shares, shares.T, atol=1e-6)
    assert ((shares >= 0) & (shares <= 1 + 1e-5)).all()
