"""Files of weights read by the readers that the catalogue names."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.bundling.catalogue import CATALOGUE
from models.bundling.samples import sample_inputs
from models.ssd.importers.checkpoint import write_checkpoint
from models.ssd.importers.errors import PackageChanged, VariablesDiffer
from models.ssd.importers.seeded import seeded_variable
from models.ssd.importers.slim import variable_shapes

pytestmark = pytest.mark.tensorflow


def test_a_checkpoint_of_slim(tmp_path):
    entry = CATALOGUE["ssd300-vgg16"]
    importer = entry.importers["slim"]
    network = entry.build(importer.columns)
    shapes = variable_shapes(network)
    drawn = {name: seeded_variable(name, shape, 1) for name, shape in shapes.items()}
    write_checkpoint(tmp_path / "net.ckpt", drawn)
    examples = sample_inputs(network)
    trained = importer.read(network, tmp_path / "net.ckpt", importer.labels, examples)
    assert np.array_equal(trained.weights["conv7"].bias, drawn["ssd_300_vgg/conv7/biases"])
    assert trained.labels == importer.labels
    assert trained.source.checkpoint == "net.ckpt"
    assert trained.source.origin == "unverified origin"
    assert [each.file for each in trained.source.files] == [
        "net.ckpt.index", "net.ckpt.data-00000-of-00001"
    ]  # fmt: skip
    other = entry.build(5)
    with pytest.raises(VariablesDiffer):
        importer.read(other, tmp_path / "net.ckpt", importer.labels, examples)


def test_another_package_is_refused(tmp_path):
    entry = CATALOGUE["ssdlite-mobilenet-v2"]
    importer = entry.importers["coco-ssd"]
    (tmp_path / "other.tgz").write_bytes(b"another package")
    network = entry.build(importer.columns)
    with pytest.raises(PackageChanged):
        importer.read(network, tmp_path / "other.tgz", importer.labels, sample_inputs(network))
