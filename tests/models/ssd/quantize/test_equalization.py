import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.ssd.convert import as_float32
from models.ssd.nets.apply import run_network
from models.ssd.nets.layers import LayerWeights
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from models.ssd.quantize.equalization import equalize, linear_chains
from models.ssd.quantize.statistics import measure

pytestmark = pytest.mark.tensorflow


def silent(step, share):
    pass


@pytest.fixture
def lopsided(weights):
    """A channel of the first bottleneck is a hundred times the others."""
    kernel, bias = weights["a/project"]
    factors = np.array([100, 1, 1, 1, 0.1, 1], np.float32)
    return weights | {"a/project": LayerWeights(kernel * factors, bias * factors)}


def test_the_float_networks_answers_stay(network, lopsided, pixels):
    images = as_float32(pixels, network.input)
    before = run_network(network, lopsided, images)
    equal = equalize(network, lopsided, measure(network, lopsided, images, silent))
    after = run_network(network, equal, images)
    for name in network.heads:
        scale = np.abs(before[name]).max()
        assert np.abs(after[name] - before[name]).max() < 1e-5 * scale
    assert not np.array_equal(equal["a/project"].kernel, lopsided["a/project"].kernel)


def test_channels_come_closer(network, lopsided, pixels):
    images = as_float32(pixels, network.input)
    statistics = measure(network, lopsided, images, silent)
    after = measure(network, equalize(network, lopsided, statistics), images, silent)

    def spread(found):
        reach = np.maximum(found["b/add"].most, -found["b/add"].least)
        return reach.max() / reach.min()

    assert spread(after) < spread(statistics) / 4


def test_sums_join_chains_and_relu6_tensors_are_left_alone(network):
    assert [sorted(chain) for chain in linear_chains(network)] == [
        ["a/project", "b/add", "b/project"]
    ]
    chains = linear_chains(ssdlite_mobilenet_v2())
    assert [len(chain) for chain in chains] == [1, 3, 5, 7, 5, 5, 1]
