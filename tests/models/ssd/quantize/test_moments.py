import numpy as np
import pytest

from models.ssd.nets.layers import Layer
from models.ssd.quantize import moments as module
from models.ssd.quantize.moments import input_moment, tap_moments


@pytest.fixture
def inputs():
    return np.random.default_rng(0).normal(size=(3, 5, 6, 2)).astype(np.float32)


def windows(layer, inputs):
    """What the kernel sees at every place, by loops: ``[places, taps, channels]``."""
    _, height, width, _ = inputs.shape
    pads = [layer.margins(height, 0), layer.margins(width, 1)]
    padded = np.pad(inputs, ((0, 0), *pads, (0, 0)))
    side, far = layer.kernel[0], layer.dilation
    return np.array([
        [padded[image, y * layer.stride + i * far, x * layer.stride + j * far]
         for i in range(side) for j in range(side)]
        for image in range(len(inputs))
        for y in range(layer.steps(height, 0)) for x in range(layer.steps(width, 1))
    ])  # fmt: skip


@pytest.mark.parametrize(
    "settings",
    [{}, {"stride": 2}, {"dilation": 2}, {"padding": "valid"}, {"padding": "valid", "stride": 2}],
    ids=str,
)
def test_moments_are_means_of_products(inputs, settings):
    layer = Layer("it", "conv", ("x",), (3, 3, 2, 4), **settings)
    rows = windows(layer, inputs).reshape(-1, 18)
    assert input_moment(layer, inputs) == pytest.approx(rows.T @ rows / len(rows), abs=1e-5)
    deep = Layer("it", "depthwise", ("x",), (3, 3, 2, 1), **settings)
    seen = windows(deep, inputs)
    wanted = np.einsum("pic,pjc->cij", seen, seen) / len(seen)
    assert tap_moments(deep, inputs) == pytest.approx(wanted, abs=1e-5)


def test_of_many_images_some_are_enough(inputs, monkeypatch):
    layer = Layer("it", "conv", ("x",), (1, 1, 2, 4))
    monkeypatch.setattr(module, "_ROWS", 30)  # a single image has as many places
    assert np.array_equal(input_moment(layer, inputs), input_moment(layer, inputs[:1]))
