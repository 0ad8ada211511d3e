"""The float32 bundle of the real network, made of the weights that are kept as float16."""

import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

import numpy as np

from models.bundling.committed import ENTRY, FLOAT_NAME, IMPORTER, WEIGHTS_FILE
from models.bundling.embedded import Ingredients, build_float
from models.bundling.photos import part_photos
from models.bundling.trained import TrainedNetwork
from models.ssd.bundle import EMBEDDED, open_bundle
from models.ssd.description import Source
from models.ssd.nets.weights_file import parse_weights

pytestmark = pytest.mark.tensorflow


def test_a_bundle_like_the_committed_one(tmp_path):
    network = ENTRY.build(IMPORTER.columns)
    weights = parse_weights((EMBEDDED / WEIGHTS_FILE).read_bytes(), network)
    coarse = np.random.default_rng(0).integers(0, 256, (8, 10, 10, 3), np.uint8)
    photos = part_photos(coarse.repeat(30, 1).repeat(30, 2), ())
    trained = TrainedNetwork(network, weights, IMPORTER.labels, Source(package="p"))
    build_float(Ingredients(trained, photos), tmp_path)
    assert (tmp_path / WEIGHTS_FILE).read_bytes() == (EMBEDDED / WEIGHTS_FILE).read_bytes()
    ours, theirs = (open_bundle(each / FLOAT_NAME) for each in (tmp_path, EMBEDDED))
    assert (ours.manifest.outputs, ours.manifest.anchors) == (
        theirs.manifest.outputs, theirs.manifest.anchors
    )  # fmt: skip
    assert (ours.manifest.defaults, ours.labels) == (theirs.manifest.defaults, theirs.labels)
    assert ours.manifest.provenance.source == Source(package="p")
    kept = ours.manifest.provenance.float16_weights
    # They are float16 already: nothing is lost.
    assert kept.logit_rms_error == 0
    assert kept.sha256 == theirs.manifest.provenance.float16_weights.sha256
