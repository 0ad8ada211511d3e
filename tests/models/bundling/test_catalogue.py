"""The catalogue has what training needs of a network, and is looked at without TensorFlow."""

import subprocess
import sys

import pytest

from models.bundling.catalogue import CATALOGUE
from models.ssd.anchors import build_anchors

ENTRIES = list(CATALOGUE.values())
IMPORTERS = [
    pytest.param(entry, importer, id=f"{entry.name}-{name}")
    for entry in ENTRIES
    for name, importer in entry.importers.items()
]


@pytest.mark.parametrize(
    ("name", "anchors", "activation", "background", "order"),
    [
        ("ssdlite-mobilenet-v2", 1917, "sigmoid", None, "yxhw"),
        ("ssd300-vgg16", 8732, "softmax", 0, "xywh"),
    ],
)
def test_a_network_by_its_name(name, anchors, activation, background, order):
    network = CATALOGUE[name].build(4)
    assert network.input_size == (300, 300)
    assert build_anchors(network.anchors).shape == (anchors, 4)
    assert (network.activation, network.background) == (activation, background)
    assert network.box_coder.order == order
    # As many columns as were asked for: for each anchor of a cell four scores and four offsets.
    shapes = network.shapes()
    assert [shapes[each][2] for each in network.scores] == [
        shapes[each][2] for each in network.offsets
    ]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_anchor_set_builds_another_network_and_the_first_is_usual(entry):
    built = {name: entry.build(3, name).anchors for name in entry.anchor_sets}
    assert len(set(map(str, built.values()))) == len(entry.anchor_sets)
    assert entry.build(3).anchors == next(iter(built.values()))


@pytest.mark.parametrize(("entry", "importer"), IMPORTERS)
def test_an_importers_classes_are_the_networks_columns(entry, importer):
    network = entry.build(importer.columns)
    assert importer.columns == len(importer.labels.names) == len(set(importer.labels.names))
    if network.background is not None:
        assert importer.labels.class_ids[network.background] == 0
    if importer.package is not None:
        assert len(importer.package.sha256) == 64


def test_it_is_light():
    script = (
        "import sys; from models.bundling.catalogue import CATALOGUE; "
        "CATALOGUE['ssd300-vgg16'].build(21); "
        "print({'tensorflow', 'keras', 'cv2'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "set()\n"
