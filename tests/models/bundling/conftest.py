"""A network small enough to be quantized in a second, made as SSD-300 VGG16 is."""

import numpy as np
import pytest

from models.bundling.trained import TrainedNetwork
from models.ssd.description import Source
from models.ssd.importers.voc_classes import CLASS_IDS, LABELS
from models.ssd.labels import Labels
from models.ssd.nets.layers import INPUT, Layer, LayerWeights, Network
from models.ssd.spec import AnchorLayer, BoxCoderSpec, InputSpec

LAYERS = (
    Layer("stem", "conv", (INPUT,), (8, 8, 3, 16), 8, activation="relu"),
    Layer("scores", "conv", ("stem",), (1, 1, 16, 21)),
    Layer("offsets", "conv", ("stem",), (1, 1, 16, 4)),
)


@pytest.fixture
def trained():
    random = np.random.default_rng(3)
    network = Network(
        name="small",
        input=InputSpec(
            height=32, width=32, mean=(123, 117, 104), scale=(1,) * 3, resize="legacy_bilinear"
        ),
        layers=LAYERS,
        scores=("scores",),
        offsets=("offsets",),
        activation="softmax",
        background=0,
        anchors=(AnchorLayer(grid=(4, 4), step=(0.25, 0.25), sizes=((0.5, 0.5),)),),
        box_coder=BoxCoderSpec(order="xywh", variances=(0.1, 0.1, 0.2, 0.2)),
    )
    spreads = {"stem": 0.005, "scores": 0.5, "offsets": 0.1}
    weights = {
        layer.name: LayerWeights(
            random.normal(0, spreads[layer.name], layer.kernel).astype(np.float32),
            random.normal(0, 0.1, layer.bias).astype(np.float32),
        )
        for layer in LAYERS
    }
    source = Source(format="TensorFlow 1 checkpoint", checkpoint="net.ckpt")
    return TrainedNetwork(network, weights, Labels(LABELS, CLASS_IDS), source)
