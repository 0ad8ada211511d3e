"""A network of every kind of layer, small enough to compute by hand: 8 x 8, two heads."""

import numpy as np
import pytest

from models.ssd.nets.layers import INPUT, Layer, LayerWeights, Network
from models.ssd.spec import AnchorLayer, BoxCoderSpec

LAYERS = (
    Layer("stem", "conv", (INPUT,), (3, 3, 3, 8), 2, relu6=True),
    Layer("a/project", "conv", ("stem",), (1, 1, 8, 6)),
    Layer("b/expand", "conv", ("a/project",), (1, 1, 6, 12), relu6=True),
    Layer("b/depthwise", "depthwise", ("b/expand",), (3, 3, 12, 1), relu6=True),
    Layer("b/project", "conv", ("b/depthwise",), (1, 1, 12, 6)),
    Layer("b/add", "add", ("a/project", "b/project")),
    Layer("scores", "conv", ("b/add",), (1, 1, 6, 2)),
    Layer("offsets", "conv", ("b/add",), (1, 1, 6, 4)),
)


@pytest.fixture
def network():
    return Network(
        name="small",
        input_size=(8, 8),
        layers=LAYERS,
        scores=("scores",),
        offsets=("offsets",),
        anchors=(AnchorLayer(grid=(4, 4), step=(0.25, 0.25), sizes=((0.5, 0.5),)),),
        box_coder=BoxCoderSpec(order="yxhw", variances=(0.1, 0.1, 0.2, 0.2)),
    )


@pytest.fixture
def weights():
    random = np.random.default_rng(3)
    return {
        layer.name: LayerWeights(
            random.normal(0, 0.5, layer.kernel).astype(np.float32),
            random.normal(0, 0.3, layer.bias).astype(np.float32),
        )
        for layer in LAYERS
        if layer.kind != "add"
    }


@pytest.fixture
def pixels():
    return np.random.default_rng(4).integers(0, 256, (3, 8, 8, 3), np.uint8)
