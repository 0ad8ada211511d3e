"""Each kind of layer against loops over taps, as ``nets.layers`` describes it."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.ssd.convert.check import run_graph
from models.ssd.convert.graph import float_graph
from models.ssd.nets.apply import apply_layer, raw_layer, run_network
from models.ssd.nets.layers import Layer, LayerWeights

pytestmark = pytest.mark.tensorflow

IMAGE = np.arange(2 * 4 * 4 * 2, dtype=np.float32).reshape(2, 4, 4, 2) - 20


def layer(kind, kernel=(), **settings):
    return Layer("it", kind, ("x",), kernel, **settings)


def test_a_convolution_by_hand():
    kernel = np.float32([[[[1, 0], [10, 1]]]])  # two channels in, two out
    weights = LayerWeights(kernel, np.float32([0.5, -0.5]))
    found = apply_layer(layer("conv", (1, 1, 2, 2), stride=2), weights, [IMAGE])
    every_other = IMAGE[:, ::2, ::2]
    assert np.array_equal(found[..., 0], every_other[..., 0] + 10 * every_other[..., 1] + 0.5)
    assert np.array_equal(found[..., 1], every_other[..., 1] - 0.5)


def test_a_depthwise_convolution_with_holes_reads_no_border():
    kernel = np.zeros((3, 3, 2, 1), np.float32)
    kernel[0, 0], kernel[2, 2] = 1, 2
    weights = LayerWeights(kernel, np.zeros(2, np.float32))
    big = np.pad(IMAGE, ((0, 0), (0, 1), (0, 1), (0, 0)))
    valid = layer("depthwise", (3, 3, 2, 1), dilation=2, padding="valid")
    found = apply_layer(valid, weights, [big])
    assert np.array_equal(found, big[:, :1, :1] + 2 * big[:, 4:5, 4:5])


def test_pools_pads_sums_and_norms():
    pooled = apply_layer(layer("max_pool", (2, 2), stride=2), None, [IMAGE])
    assert np.array_equal(pooled, IMAGE[:, 1::2, 1::2])  # rising numbers: the last is greatest
    padded = apply_layer(layer("pad"), None, [IMAGE])
    assert padded.shape == (2, 6, 6, 2)
    assert padded.sum() == IMAGE.sum()
    assert np.array_equal(apply_layer(layer("add"), None, [IMAGE, IMAGE]), 2 * IMAGE)
    weights = LayerWeights(np.float32([1, 5]), np.empty(0, np.float32))
    found = apply_layer(layer("l2_norm", (2,)), weights, [np.float32([[[[3, 4], [0, 0]]]])])
    assert found[0, 0].tolist() == [pytest.approx([0.6, 4.0]), [0, 0]]


def test_the_activation_comes_last_and_inputs_stay_as_they_are():
    before = IMAGE.copy()
    clipped = layer("add", activation="relu6")
    assert raw_layer(clipped, None, [IMAGE, IMAGE]).min() < 0
    found = apply_layer(clipped, None, [IMAGE, IMAGE])
    assert (found.min(), found.max()) == (0, 6)
    assert np.array_equal(IMAGE, before)


def test_weights_that_are_not_there():
    with pytest.raises(ValueError, match="layer it needs weights"):
        raw_layer(layer("conv", (1, 1, 2, 2)), None, [IMAGE])


@pytest.mark.parametrize("name", ["network", "atrous_network"])
def test_a_whole_network_is_what_litert_computes(name, request):
    network = request.getfixturevalue(name)
    weights = request.getfixturevalue("weights" if name == "network" else "atrous_weights")
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype(np.float32)
    tensors = run_network(network, weights, images)
    assert tensors["image"] is images
    for head, wanted in run_graph(float_graph(network, weights), images).items():
        assert tensors[head] == pytest.approx(wanted, abs=1e-4)
