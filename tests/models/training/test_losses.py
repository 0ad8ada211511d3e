"""Each formula beside a case computed by hand; and what holds for any numbers."""

import math

import numpy as np
import pytest

pytest.importorskip("keras", reason="the training environment has it: make train-env")
from keras import ops

from models.training.losses import (
    detection_losses,
    hard_negatives,
    sigmoid_losses,
    smooth_l1,
    softmax_losses,
)
from models.training.matching import IGNORED, NEGATIVE, Matcher
from tests.models.training.conftest import small_network

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def numbers(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def floats(values):
    return np.array(values, np.float32)


def test_softmax_by_hand():
    # Column 0 is the background; class 1 of the data set is column 2.
    scores = floats([[[0, math.log(3), 0], [0, 0, math.log(2)]]])
    each, hardness = softmax_losses(scores, np.array([[1, NEGATIVE]], np.int32))
    # Shares 1/5, 3/5, 1/5 and 1/4, 1/4, 2/4.
    assert numbers(each)[0] == pytest.approx([math.log(5), math.log(4)], rel=1e-6)
    assert numbers(hardness)[0] == pytest.approx([math.log(5), math.log(4)], rel=1e-6)


def test_sigmoid_by_hand():
    third = math.log(0.5)  # a share of 1/3
    scores = floats([[[third, 0.0], [third, 0.0]]])
    each, hardness = sigmoid_losses(scores, np.array([[0, NEGATIVE]], np.int32))
    # -log(1/3) - log(1/2) where class 0 is there, -log(2/3) - log(1/2) where nothing is.
    assert numbers(each)[0] == pytest.approx([math.log(6), math.log(3)], rel=1e-6)
    # The largest of -log(2/3) and -log(1/2).
    assert numbers(hardness)[0] == pytest.approx([math.log(2)] * 2, rel=1e-6)


def test_sigmoid_of_large_logits_stays_finite():
    scores = floats([[[200.0, -200.0]]])
    each, _ = sigmoid_losses(scores, np.array([[1]], np.int32))
    assert numbers(each)[0, 0] == pytest.approx(400.0)


def test_smooth_l1_by_hand():
    errors = floats([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0])
    assert numbers(smooth_l1(errors)).tolist() == [1.5, 0.5, 0.125, 0, 0.125, 0.5, 1.5]


def test_the_hardest_negatives_are_taken():
    hardness = floats([[5, 1, 4, 3, 2], [1, 1, 1, 1, 1]])
    able = floats([[0, 1, 1, 1, 1], [1, 1, 1, 1, 1]])
    chosen = numbers(hard_negatives(hardness, able, floats([[2], [3]])))
    assert chosen[0].tolist() == [0, 0, 1, 1, 0]
    assert chosen[1].sum() == 3  # as many as wanted, though all are alike
    assert numbers(hard_negatives(hardness, able, floats([[9], [0]]))).sum(axis=1).tolist() == [
        4,
        0,
    ]


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_three_negatives_a_matched_anchor(activation):
    random = np.random.default_rng(0)
    scores = random.normal(size=(1, 40, 3)).astype(np.float32)
    columns = np.full((1, 40), NEGATIVE, np.int32)
    columns[0, :2] = 1
    columns[0, 2:5] = IGNORED
    zeros = np.zeros((1, 40, 4), np.float32)
    loss, _ = detection_losses(scores, zeros, columns, zeros, activation)
    each, hardness = (softmax_losses if activation == "softmax" else sigmoid_losses)(
        scores, columns
    )
    each, hardness = numbers(each)[0], numbers(hardness)[0]
    hardest = 5 + np.argsort(-hardness[5:])[:6]
    assert float(loss) == pytest.approx((each[:2].sum() + each[hardest].sum()) / 2, rel=1e-5)


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_a_batch_without_objects_has_a_finite_loss(activation):
    scores = np.zeros((2, 10, 3), np.float32)
    columns = np.full((2, 10), NEGATIVE, np.int32)
    offsets = np.ones((2, 10, 4), np.float32)
    classes, boxes = detection_losses(scores, offsets, columns, 0 * offsets, activation)
    one = math.log(3) if activation == "softmax" else 3 * math.log(2)
    assert float(classes) == pytest.approx(2 * 3 * one, rel=1e-6)  # three negatives a picture
    assert float(boxes) == 0
    nothing, _ = detection_losses(scores, offsets, columns, offsets, activation, (3.0, 0))
    assert float(nothing) == 0


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_a_perfect_answer_has_no_box_loss_and_almost_no_class_loss(activation):
    network = small_network(activation)
    boxes = floats([[0.1, 0.1, 0.4, 0.45], [0.5, 0.4, 0.9, 0.9]])
    targets = Matcher(network)(boxes, np.array([0, 1]), np.ones(2, bool))
    softmax = activation == "softmax"
    scores = np.full((1, len(targets.columns), 2 + softmax), -30, np.float32)
    for anchor, column in enumerate(targets.columns):
        if column >= 0 or softmax:
            scores[0, anchor, max(column + softmax, 0)] = 30
    offsets, columns = targets.offsets[None], targets.columns[None]
    classes, box = detection_losses(scores, offsets, columns, offsets, activation)
    assert float(box) == 0
    assert float(classes) < 1e-6


def test_ignored_anchors_change_nothing():
    scores = np.zeros((1, 6, 2), np.float32)
    columns = np.array([[0, NEGATIVE, NEGATIVE, NEGATIVE, IGNORED, IGNORED]], np.int32)
    zeros = np.zeros((1, 6, 4), np.float32)
    for activation in ("sigmoid", "softmax"):
        before = [
            float(each) for each in detection_losses(scores, zeros, columns, zeros, activation)
        ]
        other = scores.copy()
        other[0, 4:] = 50
        after = [float(each) for each in detection_losses(other, zeros, columns, zeros, activation)]
        assert before == after
