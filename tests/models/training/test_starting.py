"""What a network starts from."""

import numpy as np
import pytest

from models.ssd.labels import Labels
from models.ssd.nets.layers import check_weights
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from models.ssd.nets.vgg16 import ssd300_vgg16
from models.training.starting import as_trained, column_labels, draw_weights, keep_weights
from tests.models.training.conftest import small_network


@pytest.mark.parametrize("network", [ssdlite_mobilenet_v2(4), ssd300_vgg16(5)], ids=["lite", "vgg"])
def test_fresh_weights_fit_and_follow_the_seed(network):
    weights = draw_weights(network, 1)
    check_weights(network, weights)
    again, other = draw_weights(network, 1), draw_weights(network, 2)
    name = network.layers[0].name
    assert (weights[name].kernel == again[name].kernel).all()
    assert (weights[name].kernel != other[name].kernel).any()


def test_sigmoid_heads_think_that_objects_are_rare():
    bias = draw_weights(small_network("sigmoid"), 0)["scores"].bias
    assert 1 / (1 + np.exp(-bias)) == pytest.approx(0.01)
    assert not draw_weights(small_network("softmax"), 0)["scores"].bias.any()


def test_columns_are_the_data_sets_with_a_background_where_there_is_one():
    names, ids = ("cat", "dog"), (3, 5)
    assert column_labels(names, ids, small_network("sigmoid")) == Labels(names, ids)
    softmax = small_network("softmax")
    assert column_labels(names, ids, softmax) == Labels(("background", *names), (0, 3, 5))
    assert column_labels(names, (0, 1), softmax) == Labels(("background", *names), (2, 0, 1))


def test_heads_of_classes_that_stay_are_kept():
    old, new = small_network(columns=3), small_network(columns=2)
    known = draw_weights(old, 1)
    known_labels = Labels(("a", "b", "c"), (1, 2, 3))
    weights, kept = keep_weights(new, Labels(("c", "x"), (1, 2)), known, known_labels, 2)
    assert kept == ("c",)
    check_weights(new, weights)
    assert (weights["body"].kernel == known["body"].kernel).all()
    assert (weights["offsets"].kernel == known["offsets"].kernel).all()
    assert (weights["scores/depthwise"].kernel == known["scores/depthwise"].kernel).all()
    fresh = draw_weights(new, 2)["scores"]
    for cell in range(2):  # columns of an anchor lie side by side
        ours, theirs = weights["scores"].kernel[..., 2 * cell], known["scores"].kernel
        assert (ours == theirs[..., 3 * cell + 2]).all()
        assert (
            weights["scores"].kernel[..., 2 * cell + 1] == fresh.kernel[..., 2 * cell + 1]
        ).all()
        assert weights["scores"].bias[2 * cell] == known["scores"].bias[3 * cell + 2]


def test_what_does_not_fit_is_drawn_anew():
    new = small_network(columns=2)
    known = draw_weights(new, 1)
    known["body"] = known["body"]._replace(kernel=np.zeros((3, 3, 16, 31), np.float32))
    del known["stem"]
    weights, kept = keep_weights(new, Labels(("a", "b"), (1, 2)), known, Labels((), ()), 5)
    assert kept == ()
    fresh = draw_weights(new, 5)
    for name in ("body", "stem", "scores"):
        assert (weights[name].kernel == fresh[name].kernel).all()


def test_pictures_are_served_as_they_are_trained():
    assert as_trained(ssd300_vgg16(3)).input.resize == "bilinear"
    assert as_trained(ssd300_vgg16(3)).layers == ssd300_vgg16(3).layers
