"""A SavedModel that is none, or lacks an output, is told in one line."""

import dataclasses

import msgspec
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.ssd.bundle import open_bundle
from models.ssd.convert import Identity, as_float32
from models.ssd.convert.saved_model import saved_model_bundle
from models.ssd.errors import BundleError
from models.ssd.nets.apply import run_network
from models.ssd.session_tensorflow import TensorFlowSession
from models.ssd.spec import DefaultsSpec

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def images(network, pixels):
    return as_float32(pixels, network.input)


@pytest.fixture
def bundle(tmp_path, network, weights, images):
    identity = Identity("small", "1.0.0", (1, 2), ("a", "b"), DefaultsSpec(), "CC0-1.0")
    tensors = run_network(network, weights, images)
    examples = images, {name: tensors[name] for name in network.heads}
    saved_model_bundle(tmp_path / "bundle", network, weights, identity, examples, "float32")
    return open_bundle(tmp_path / "bundle")


def test_outputs_are_joined_for_each_picture(bundle, network, weights, images):
    scores, offsets = TensorFlowSession(bundle).run(images, others=3)
    assert (scores.shape, offsets.shape) == ((3, 16, 2), (3, 16, 4))
    tensors = run_network(network, weights, images)
    assert scores == pytest.approx(tensors["scores"].reshape(3, 16, 2), abs=1e-4)
    assert offsets == pytest.approx(tensors["offsets"].reshape(3, 16, 4), abs=1e-4)
    assert scores.dtype == np.float32


def test_a_saved_model_that_is_none(bundle):
    (bundle.path / "saved_model" / "saved_model.pb").write_bytes(b"no model")
    with pytest.raises(BundleError, match="saved_model is not a SavedModel TensorFlow can load"):
        TensorFlowSession(bundle)


def test_an_output_that_it_does_not_have(bundle):
    outputs = msgspec.structs.replace(bundle.manifest.outputs, scores=("masks",))
    manifest = msgspec.structs.replace(bundle.manifest, outputs=outputs)
    with pytest.raises(BundleError, match="the SavedModel has no output 'masks'"):
        TensorFlowSession(dataclasses.replace(bundle, manifest=manifest))
