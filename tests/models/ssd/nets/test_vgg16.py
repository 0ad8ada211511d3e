import json
from pathlib import Path

import numpy as np
import pytest

from models.ssd.anchors import build_anchors
from models.ssd.importers.slim import variable_shapes
from models.ssd.nets.layers import INPUT
from models.ssd.nets.vgg16 import ssd300_vgg16

GOLDEN = Path(__file__).parents[3] / "data/golden"


@pytest.fixture(scope="module")
def network():
    return ssd300_vgg16()


def test_its_shape_is_the_papers(network):
    assert sum(layer.count for layer in network.anchors) == 8732
    shapes = network.shapes()
    assert shapes["pool3"] == (38, 38, 256)
    assert shapes["conv6"] == shapes["conv7"] == (19, 19, 1024)
    grids = [anchors.grid for anchors in network.anchors]
    assert [shapes[name][:2] for name in network.scores] == grids
    assert [shapes[name][:2] for name in network.offsets] == grids
    # SSD300 on VOC has 26.3 million weights.
    weights = sum(np.prod(each.kernel) + each.bias for each in network.layers if each.weighted)
    assert 26.2e6 < weights < 26.4e6


def test_its_variables_are_the_checkpoints(network):
    """All 71, by name and shape, as the original saves them."""
    known = json.loads((GOLDEN / "ssd300_vgg16_variables.json").read_text())
    assert {name: list(shape) for name, shape in variable_shapes(network).items()} == known


def test_every_layer_reads_what_was_made_before(network):
    made = {INPUT}
    for layer in network.layers:
        assert made.issuperset(layer.inputs), layer.name
        assert layer.name not in made
        made.add(layer.name)
    assert made.issuperset(network.heads)


def test_the_ports_anchors_are_the_originals_to_the_millionth(network):
    with np.load(GOLDEN / "ssd300_vgg16_seed1.npz") as golden:
        anchors = golden["anchors_cycxhw"]
    assert np.abs(build_anchors(network.anchors) - anchors).max() < 1e-6


def test_the_papers_anchors_by_hand():
    layers = ssd300_vgg16(anchors="paper").anchors
    anchors = build_anchors(layers) * 300
    assert len(anchors) == 8732
    # The first cell of the first layer: 30 and sqrt(30 * 60), then 30 at ratios 2 and 1/2.
    assert anchors[0] == pytest.approx([4, 4, 30, 30])
    assert anchors[1] == pytest.approx([4, 4, 42.4264, 42.4264], abs=1e-3)
    assert anchors[2] == pytest.approx([4, 4, 21.2132, 42.4264], abs=1e-3)
    assert anchors[3] == pytest.approx([4, 4, 42.4264, 21.2132], abs=1e-3)
    # The second layer has ratios 3 and 1/3, too.
    assert anchors[38 * 38 * 4 + 4] == pytest.approx([8, 8, 34.6410, 103.923], abs=1e-3)
    # The last layer: one cell in the middle.
    assert anchors[-4] == pytest.approx([150, 150, 264, 264])


def test_other_classes_change_only_the_class_heads():
    ours, theirs = ssd300_vgg16(columns=3), ssd300_vgg16()
    different = [
        mine.name for mine, its in zip(ours.layers, theirs.layers, strict=True) if mine != its
    ]
    assert different == list(ours.scores)
    assert ours.layer("scores_0").bias == 4 * 3
