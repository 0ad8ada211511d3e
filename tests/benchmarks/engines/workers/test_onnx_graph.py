"""A network written as ONNX answers what the network itself does; every kind of layer is in it."""

import os
import pickle
import subprocess
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from benchmarks.engines.products import ENGINES, HOW_TO_INSTALL
from benchmarks.harness.environment import ROOT
from models.ssd.nets.layers import INPUT, Kind, Layer, LayerWeights, Network
from models.ssd.spec import AnchorLayer, BoxCoderSpec, InputSpec

PROGRAM = Path(__file__).with_name("programs") / "run_onnx.py"
# 12 x 8: SAME has an odd zero at the bottom and at the right of the first layer, and other numbers
# of them down and across in the atrous one: no two sides can be mistaken for each other.
LAYERS = (
    Layer("stem", "conv", (INPUT,), (3, 3, 3, 6), 2, activation="relu6"),
    Layer("block/depthwise", "depthwise", ("stem",), (3, 3, 6, 1), activation="relu"),
    Layer("block/sum", "add", ("stem", "block/depthwise")),
    Layer("pool", "max_pool", ("block/sum",), (3, 3)),
    Layer("half", "max_pool", ("pool",), (2, 2), 2),
    Layer("atrous", "conv", ("half",), (3, 2, 6, 5), dilation=2, activation="relu"),
    Layer("norm", "l2_norm", ("pool",), (6,)),
    Layer("pad", "pad", ("atrous",)),
    Layer("valid", "conv", ("pad",), (3, 3, 5, 4), 2, padding="valid", activation="relu"),
    Layer("scores_0", "conv", ("norm",), (3, 3, 6, 2)),
    Layer("scores_1", "conv", ("valid",), (1, 1, 4, 2)),
    Layer("offsets_0", "conv", ("norm",), (1, 3, 6, 4)),
    Layer("offsets_1", "conv", ("valid",), (1, 1, 4, 4)),
)


@pytest.fixture
def network():
    return Network(
        name="every_kind",
        input=InputSpec(height=12, width=8, mean=(0.0,) * 3, scale=(1.0,) * 3),
        layers=LAYERS,
        scores=("scores_0", "scores_1"),
        offsets=("offsets_0", "offsets_1"),
        activation="softmax",
        background=0,
        anchors=(AnchorLayer(grid=(6, 4), step=(0.2, 0.2), sizes=((0.5, 0.5),)),) * 2,
        box_coder=BoxCoderSpec(order="xywh", variances=(0.1, 0.1, 0.2, 0.2)),
    )


def test_every_kind_of_layer_is_in_the_network():
    assert {layer.kind for layer in LAYERS} == set(get_args(Kind))


@pytest.mark.tensorflow
@pytest.mark.skipif(not ENGINES.exists(), reason=HOW_TO_INSTALL[ENGINES])
def test_onnx_answers_what_the_network_answers(network, tmp_path):
    from models.ssd.nets.apply import run_network

    random = np.random.default_rng(5)
    image = random.normal(0, 3, (1, 12, 8, 3)).astype(np.float32)
    weights = {
        layer.name: LayerWeights(
            random.normal(0, 0.5, layer.kernel).astype(np.float32),
            random.normal(0, 0.5, layer.bias).astype(np.float32),
        )
        for layer in LAYERS
        if layer.weighted
    }
    (tmp_path / "network.pickle").write_bytes(pickle.dumps((network, weights, image)))
    done = subprocess.run(
        [ENGINES, "-P", PROGRAM, tmp_path],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    wanted = run_network(network, weights, image)
    with np.load(tmp_path / "answers.npz") as answers:
        for head in network.heads:
            assert answers[head].shape == wanted[head].shape
            np.testing.assert_allclose(answers[head], wanted[head], rtol=1e-4, atol=1e-4)
