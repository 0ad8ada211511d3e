import numpy as np
import pytest

from models.ssd.convert.grids import Grid
from models.ssd.nets.layers import INPUT
from models.ssd.quantize.sidebyside import Tensors


@pytest.fixture
def tensors(network):
    grids = {layer.name: Grid(0.1, 0) for layer in network.layers} | {INPUT: Grid(2 / 255, 0)}
    return Tensors(network, grids, np.zeros((1, 8, 8, 3), np.float32))


def put(tensors, name, exact, quantized):
    tensors.put(tensors.network.layer(name), np.float32([exact]), np.float32([quantized]))


def test_both_versions_are_clipped_and_only_one_is_put_on_the_grid(tensors):
    put(tensors, "stem", [7.0, -1.0, 0.33], [7.0, -1.0, 0.33])
    assert tensors.exact["stem"][0].tolist() == pytest.approx([6.0, 0.0, 0.33])
    assert tensors.quantized("stem")[0] == pytest.approx([6.0, 0.0, 0.3])


def test_a_tensor_goes_with_its_last_reader(tensors):
    put(tensors, "stem", [1.0], [1.0])
    assert INPUT not in tensors.exact
    put(tensors, "a/project", [1.0], [1.0])
    assert "stem" not in tensors.exact
    for name in ("b/expand", "b/depthwise", "b/project"):
        put(tensors, name, [1.0], [1.0])
        assert "a/project" in tensors.exact  # the sum still wants it
    put(tensors, "b/add", [2.0], [2.0])
    assert list(tensors.exact) == ["b/add"]
    put(tensors, "scores", [1.0], [1.0])
    put(tensors, "offsets", [1.0], [1.0])
    assert not tensors.exact
    with pytest.raises(KeyError):
        tensors.quantized("b/add")


def test_an_input_that_is_no_pixel_goes_on_its_grid(atrous_network):
    grids = {layer.name: Grid(0.1, 0) for layer in atrous_network.layers} | {INPUT: Grid(0.5, 10)}
    images = np.full((1, 8, 8, 3), 1.3, np.float32)
    assert Tensors(atrous_network, grids, images).quantized(INPUT).max() == 1.5
