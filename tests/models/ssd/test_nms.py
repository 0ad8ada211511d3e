import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.ssd import nms
from models.ssd.nms import overlaps, suppress

corners = arrays(
    np.float32, st.tuples(st.integers(0, 12), st.just(4)), elements=st.floats(0, 1, width=32)
)


def boxes_of(raw):
    return np.concatenate(
        [np.minimum(raw[:, :2], raw[:, 2:]), np.maximum(raw[:, :2], raw[:, 2:])], 1
    )


def share(one, other):
    """Intersection over union of two boxes, one number at a time."""
    high = max(np.float32(0), min(one[2], other[2]) - max(one[0], other[0]))
    wide = max(np.float32(0), min(one[3], other[3]) - max(one[1], other[1]))
    area, another = ((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    union = area + another - high * wide
    return high * wide / union if union > 0 else np.float32(0)


def slow_suppress(boxes, columns, iou, most):
    kept = []
    for index in range(len(boxes)):
        rivals = [other for other in kept if columns[other] == columns[index]]
        if not any(share(boxes[index], boxes[other]) > iou for other in rivals):
            kept.append(index)
    return kept[:most]


def test_overlap_by_hand():
    one = np.float32([[0, 0, 2, 2]])
    others = np.float32([[0, 0, 2, 2], [1, 1, 3, 3], [2, 2, 3, 3], [0, 0, 1, 2], [1, 1, 1, 1]])
    assert overlaps(one, others)[0] == pytest.approx([1, 1 / 7, 0, 0.5, 0])


def test_weaker_box_of_the_same_class_goes_and_of_another_stays():
    boxes = np.float32([[0, 0, 1, 1], [0, 0, 1, 0.9], [0, 0, 1, 0.9]])
    assert suppress(boxes, np.array([3, 3, 4]), 0.5, 9).tolist() == [0, 2]


def test_a_suppressed_box_suppresses_nothing():
    # Each overlaps the next by more than half, the first and the third by less.
    boxes = np.float32([[0, 0, 1, 1], [0, 0.3, 1, 1.3], [0, 0.6, 1, 1.6]])
    assert suppress(boxes, np.zeros(3, int), 0.5, 9).tolist() == [0, 2]


@pytest.mark.parametrize("count", [0, 1])
def test_none_and_one(count):
    boxes, columns = np.zeros((count, 4), np.float32), np.zeros(count, int)
    assert suppress(boxes, columns, 0.5, 9).tolist() == list(range(count))


@given(corners, st.floats(0, 1), st.data())
def test_agrees_with_the_slow_way_and_is_idempotent(raw, iou, data):
    boxes = boxes_of(raw)
    columns = np.array(
        data.draw(st.lists(st.integers(0, 2), min_size=len(boxes), max_size=len(boxes))), int
    )
    kept = suppress(boxes, columns, iou, 12)
    assert kept.tolist() == slow_suppress(boxes, columns, iou, 12)
    assert suppress(boxes[kept], columns[kept], iou, 12).tolist() == list(range(len(kept)))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.sampled_from([2, 127, 128, 129, 256, 300, 400]),
    classes=st.sampled_from([1, 3, 90]),
    corners_at=st.sampled_from([0, 3, 12]),
    iou=st.sampled_from([0.0, 1e-9, 0.3, 0.5, 0.6, 0.999, 1.0]),
    most=st.sampled_from([1, 5, 127, 128, 129, 1000]),
)
def test_agrees_with_the_slow_way_over_several_blocks(seed, count, classes, corners_at, iou, most):
    """With corners on a grid many boxes are equal, touch, or have no area."""
    chance = np.random.default_rng(seed)
    raw = chance.random((count, 4), np.float32)
    if corners_at:
        raw = np.round(raw * corners_at).astype(np.float32)
    boxes, columns = boxes_of(raw), chance.integers(0, classes, count)
    expected = slow_suppress(boxes, columns, iou, most)
    assert suppress(boxes, columns, iou, most).tolist() == expected


def test_no_box_that_is_not_a_number_takes_another_with_it():
    boxes = np.full((300, 4), np.nan, np.float32)
    boxes[[0, 150, 299]] = [0, 0, 1, 1]
    kept = suppress(boxes, np.zeros(300, int), 0, 300)
    assert kept.tolist() == [index for index in range(300) if index not in {150, 299}]


def a_grid_again_and_again(side, count):
    """Boxes side by side, then the same ones again: all but the first of each go."""
    rows, columns = np.divmod(np.arange(count) % side**2, side)
    return np.stack([rows, columns, rows + 1, columns + 1], 1).astype(np.float32)


@pytest.mark.parametrize(
    ("boxes", "iou", "kept"),
    [
        (a_grid_again_and_again(31, 10_000), 0.5, 961),
        (a_grid_again_and_again(1, 10_000), 0.0, 1),
        (a_grid_again_and_again(1, 10_000), 1.0, 1000),
    ],
    ids=["nearly-all-answers", "one-answer", "nothing-goes"],
)
def test_ten_thousand_boxes_take_time_and_memory_of_the_answers(boxes, iou, kept, monkeypatch):
    pairs = []
    whole = nms.overlaps
    monkeypatch.setattr(nms, "overlaps", lambda a, b: pairs.append(len(a) * len(b)) or whole(a, b))
    tracemalloc.start()
    try:
        assert len(suppress(boxes, np.zeros(10_000, int), iou, 1000)) == kept
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(pairs) <= 10_000 * (kept + 150)
    assert peak < 10e6


@given(corners)
def test_overlap_is_symmetric_and_a_share(raw):
    boxes = boxes_of(raw)
    shares = overlaps(boxes, boxes)
    np.testing.assert_allclose(shares, shares.T, atol=1e-6)
    assert ((shares >= 0) & (shares <= 1 + 1e-5)).all()
