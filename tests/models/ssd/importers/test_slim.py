"""SSD-300's variables by the names of the port's checkpoint."""

import numpy as np
import pytest

from models.ssd.importers.errors import VariablesDiffer
from models.ssd.importers.slim import compare_variables, network_weights, variable_shapes
from models.ssd.nets.layers import check_weights
from models.ssd.nets.vgg16 import ssd300_vgg16


@pytest.fixture(scope="module")
def network():
    return ssd300_vgg16()


@pytest.fixture
def shapes(network):
    return variable_shapes(network)


def test_names_and_shapes_of_the_checkpoint(shapes):
    assert len(shapes) == 71
    known = {
        "ssd_300_vgg/conv1/conv1_1/weights": (3, 3, 3, 64),
        "ssd_300_vgg/conv7/biases": (1024,),
        "ssd_300_vgg/block4_box/L2Normalization/gamma": (512,),
        "ssd_300_vgg/block4_box/conv_cls/weights": (3, 3, 512, 84),
        "ssd_300_vgg/block11_box/conv_loc/biases": (16,),
    }
    assert known.items() <= shapes.items()


def test_every_variable_lands_in_its_layer(network, shapes):
    # Each is filled with its own number.
    numbers = {name: float(number) for number, name in enumerate(shapes)}
    weights = network_weights(
        network, shapes, lambda name: np.full(shapes[name], numbers[name], np.float64)
    )
    check_weights(network, weights)
    kernel, bias = weights["scores_2"]
    assert kernel.dtype == np.float32
    assert set(kernel.ravel()) == {numbers["ssd_300_vgg/block8_box/conv_cls/weights"]}
    assert set(bias) == {numbers["ssd_300_vgg/block8_box/conv_cls/biases"]}
    gamma = weights["block4_box/L2Normalization"]
    assert set(gamma.kernel) == {numbers["ssd_300_vgg/block4_box/L2Normalization/gamma"]}
    assert gamma.bias.shape == (0,)


def test_differences_are_listed_and_nothing_is_read(network, shapes):
    wrong = dict(shapes)
    del wrong["ssd_300_vgg/conv6/weights"]
    wrong["ssd_300_vgg/conv7/biases"] = (7,)
    wrong["global_step"] = ()
    with pytest.raises(VariablesDiffer, match="3 of its variables differ") as caught:
        network_weights(network, wrong, None)
    assert caught.value.differences == (
        "ssd_300_vgg/conv6/weights is missing",
        "ssd_300_vgg/conv7/biases is [7] instead of [1024]",
        "global_step is unknown",
    )
    assert caught.value.code == "unreadable_model"


def test_the_same_variables_do_not_differ(shapes):
    assert compare_variables(shapes, dict(reversed(shapes.items()))) == ()
