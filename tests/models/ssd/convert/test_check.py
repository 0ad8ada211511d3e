"""A graph is only let through when it answers as what it was made from."""

import numpy as np
import pytest

from models.ssd.convert import as_float32
from models.ssd.convert.check import (
    answer_error,
    check_answers,
    check_graph,
    difference,
    run_graph,
)
from models.ssd.convert.errors import ConversionFailed
from models.ssd.convert.graph import float_graph
from models.ssd.spec import OutputSpec

OUTPUTS = OutputSpec(
    scores=("scores",), offsets=("offsets",), activation="sigmoid", class_ids=(1, 2)
)


@pytest.fixture
def images(network, pixels):
    return as_float32(pixels, network.input)


@pytest.fixture
def expected(network, weights, images):
    return run_graph(float_graph(network, weights), images)


def test_the_same_graph_passes(network, weights, images, expected):
    content = float_graph(network, weights)
    assert check_graph(content, images, expected, 1e-6) == 0
    assert check_answers(content, images, {"scores": expected["scores"]}, OUTPUTS, 0.01) == 0


def test_a_graph_of_other_weights_is_refused(network, weights, images, expected):
    weights["scores"].bias[0] += 0.1
    with pytest.raises(ConversionFailed, match=r"scores .* nothing was written"):
        check_graph(float_graph(network, weights), images, expected, 1e-3)


def test_an_answer_that_is_no_number_is_refused(network, weights, images, expected):
    expected["offsets"][0, 0, 0, 0] = np.nan
    with pytest.raises(ConversionFailed, match="offsets"):
        check_graph(float_graph(network, weights), images, expected, 1e3)


@pytest.mark.parametrize("shape", [(3, 8, 8, 3), (3, 4, 4, 3)])
def test_a_missing_output_or_another_shape_is_refused(network, weights, images, shape):
    name = "masks" if shape[1] == 8 else "scores"
    with pytest.raises(ConversionFailed, match=f"no output {name} of"):
        check_graph(
            float_graph(network, weights), images, {name: np.zeros(shape, np.float32)}, 1e-3
        )


def test_answers_that_are_far_off_are_refused(network, weights, images, expected):
    scores = {"scores": expected["scores"] + 5}
    with pytest.raises(ConversionFailed, match="nothing was written"):
        check_answers(float_graph(network, weights), images, scores, OUTPUTS, 0.5)


def test_a_difference_is_a_root_mean_square():
    assert difference(np.float32([1, 2, 3, 4]), np.float32([1, 2, 3, 0])) == 2


def test_only_logits_worth_an_answer_count():
    wanted = {"scores": np.array([-9.0, -3.0, 1.0, 2.0], np.float32)}
    found = {"scores": np.array([5.0, 5.0, 1.3, 1.6], np.float32)}
    assert answer_error(found, wanted, OUTPUTS) == pytest.approx(
        np.sqrt((0.09 + 0.16) / 2), abs=1e-6
    )
    assert answer_error(found, {"scores": np.full(4, -9, np.float32)}, OUTPUTS) == 0


def test_confident_logits_are_alike_as_far_as_int8_has_them():
    found = {"scores": np.array([6.0, 6.0, 5.0], np.float32)}
    wanted = {"scores": np.array([6.5, 40.0, 9.0], np.float32)}
    assert answer_error(found, wanted, OUTPUTS) == pytest.approx(np.sqrt(1 / 3))


def test_under_a_softmax_only_scores_are_compared():
    outputs = OutputSpec(
        scores=("scores",), offsets=("offsets",), activation="softmax", background=0,
        class_ids=(0, 1, 2),
    )  # fmt: skip
    wanted = {"scores": np.array([[[0.0, 4.0, 1.0, 9.0, 0.0, 0.0]]], np.float32)}
    shifted = {"scores": wanted["scores"] + 5}
    assert answer_error(shifted, wanted, outputs) == pytest.approx(0, abs=1e-5)
    # Of the six logits one is worth an answer: 4, in the first row; 9 is the background's.
    other = {"scores": np.array([[[0.0, 3.0, 1.0, 2.0, 0.0, 0.0]]], np.float32)}
    expected = np.log(np.exp(4) / np.exp([0, 4, 1]).sum()) - np.log(
        np.exp(3) / np.exp([0, 3, 1]).sum()
    )
    assert answer_error(other, wanted, outputs) == pytest.approx(expected, abs=1e-5)
