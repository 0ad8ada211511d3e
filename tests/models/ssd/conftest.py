"""Models small enough to compute by hand.

The tiny one is a manifest alone: 2 x 2 cells, one anchor each, three columns. The small one and the
atrous one are networks, together of every kind of layer, with weights and pixels: 8 x 8, two heads.
"""

import msgspec
import numpy as np
import pytest

from models.ssd.labels import Labels
from models.ssd.manifest import SCHEMA_VERSION, Manifest
from models.ssd.nets.layers import INPUT, Layer, LayerWeights, Network
from models.ssd.spec import AnchorLayer, BoxCoderSpec, InputSpec


def tiny_document(**changes):
    document = {
        "schema_version": SCHEMA_VERSION,
        "name": "tiny",
        "version": "1.0.0",
        "network": "tiny",
        "engine": "litert",
        "precision": "float32",
        "graph": "model.tflite",
        "input": {"height": 4, "width": 4, "mean": [0, 0, 0], "scale": [1, 1, 1]},
        "outputs": {
            "scores": ["scores"],
            "offsets": ["offsets"],
            "activation": "none",
            "background": 0,
            "class_ids": [0, 7, 9],
        },
        "anchors": [{"grid": [2, 2], "step": [0.5, 0.5], "sizes": [[0.5, 0.5]]}],
        "box_coder": {"order": "yxhw", "variances": [0.1, 0.1, 0.2, 0.2]},
        "defaults": {"threshold": 0.5, "iou": 0.5, "top_k": 10, "max_detections": 10},
        "files": {},
        "license": "CC0-1.0",
    }
    return document | changes


@pytest.fixture(scope="session")
def tiny_manifest():
    def make(**changes):
        return msgspec.convert(tiny_document(**changes), Manifest)

    return make


@pytest.fixture(scope="session")
def tiny_labels():
    return Labels(("background", "cat", "dog"), (0, 7, 9))


SMALL_LAYERS = (
    Layer("stem", "conv", (INPUT,), (3, 3, 3, 8), 2, activation="relu6"),
    Layer("a/project", "conv", ("stem",), (1, 1, 8, 6)),
    Layer("b/expand", "conv", ("a/project",), (1, 1, 6, 12), activation="relu6"),
    Layer("b/depthwise", "depthwise", ("b/expand",), (3, 3, 12, 1), activation="relu6"),
    Layer("b/project", "conv", ("b/depthwise",), (1, 1, 12, 6)),
    Layer("b/add", "add", ("a/project", "b/project")),
    Layer("scores", "conv", ("b/add",), (1, 1, 6, 2)),
    Layer("offsets", "conv", ("b/add",), (1, 1, 6, 4)),
)


@pytest.fixture
def network():
    return Network(
        name="small",
        input=InputSpec(height=8, width=8, mean=(127.5,) * 3, scale=(1 / 127.5,) * 3),
        layers=SMALL_LAYERS,
        scores=("scores",),
        offsets=("offsets",),
        activation="sigmoid",
        background=None,
        anchors=(AnchorLayer(grid=(4, 4), step=(0.25, 0.25), sizes=((0.5, 0.5),)),),
        box_coder=BoxCoderSpec(order="yxhw", variances=(0.1, 0.1, 0.2, 0.2)),
    )


def drawn_weights(layers, spread):
    random = np.random.default_rng(3)
    return {
        layer.name: LayerWeights(
            random.normal(0, spread, layer.kernel).astype(np.float32),
            random.normal(0, 0.3, layer.bias).astype(np.float32),
        )
        for layer in layers
        if layer.weighted
    }


@pytest.fixture
def weights():
    return drawn_weights(SMALL_LAYERS, 0.5)


ATROUS_LAYERS = (
    Layer("stem", "conv", (INPUT,), (3, 3, 3, 8), activation="relu"),
    Layer("pool", "max_pool", ("stem",), (2, 2), 2),
    Layer("wide", "conv", ("pool",), (3, 3, 8, 8), dilation=2, activation="relu"),
    Layer("flat", "max_pool", ("wide",), (3, 3)),
    Layer("pad", "pad", ("flat",)),
    Layer("inner", "conv", ("pad",), (3, 3, 8, 8), 2, padding="valid", activation="relu"),
    Layer("norm", "l2_norm", ("flat",), (8,)),
    Layer("scores", "conv", ("norm",), (3, 3, 8, 3)),
    Layer("offsets", "conv", ("norm",), (3, 3, 8, 4)),
    Layer("scores_1", "conv", ("inner",), (1, 1, 8, 3)),
    Layer("offsets_1", "conv", ("inner",), (1, 1, 8, 4)),
)


@pytest.fixture
def atrous_network():
    """As SSD-300 VGG16 is made: its input is no whole pixel, its scores go through a softmax."""
    return Network(
        name="atrous",
        input=InputSpec(height=8, width=8, mean=(123, 117, 104), scale=(1 / 64,) * 3),
        layers=ATROUS_LAYERS,
        scores=("scores", "scores_1"),
        offsets=("offsets", "offsets_1"),
        activation="softmax",
        background=0,
        anchors=(
            AnchorLayer(grid=(4, 4), step=(0.25, 0.25), sizes=((0.5, 0.5),)),
            AnchorLayer(grid=(2, 2), step=(0.5, 0.5), sizes=((0.9, 0.9),)),
        ),
        box_coder=BoxCoderSpec(order="xywh", variances=(0.1, 0.1, 0.2, 0.2)),
    )


@pytest.fixture
def atrous_weights():
    return drawn_weights(ATROUS_LAYERS, 0.2)


@pytest.fixture
def pixels():
    return np.random.default_rng(4).integers(0, 256, (3, 8, 8, 3), np.uint8)
