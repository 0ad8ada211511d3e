import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.ssd.bundle import open_bundle
from models.ssd.convert import ConversionFailed, Identity, as_float32, float_bundle
from models.ssd.convert.saved_model import saved_model_bundle
from models.ssd.nets.apply import run_network
from models.ssd.session import open_session
from models.ssd.spec import DefaultsSpec

pytestmark = pytest.mark.tensorflow

IDENTITY = Identity(
    name="tiny",
    version="1.0.0",
    class_ids=(0, 7, 9),
    labels=("background", "cat", "dog"),
    defaults=DefaultsSpec(),
    license="CC0-1.0",
)
TOLERANCES = {"float32": 1e-5, "bfloat16": 0.05}


@pytest.fixture
def examples(atrous_network, atrous_weights, pixels):
    images = as_float32(pixels, atrous_network.input)
    tensors = run_network(atrous_network, atrous_weights, images)
    return images, {name: tensors[name] for name in atrous_network.heads}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_it_answers_as_the_litert_bundle(
    tmp_path, atrous_network, atrous_weights, examples, precision
):
    network, weights = atrous_network, atrous_weights
    litert, saved = tmp_path / "litert", tmp_path / "saved"
    float_bundle(litert, network, weights, IDENTITY, *examples)
    saved_model_bundle(saved, network, weights, IDENTITY, examples, precision)
    manifest = open_bundle(saved).manifest
    assert (manifest.engine, manifest.precision) == ("tensorflow", precision)
    assert manifest.input == open_bundle(litert).manifest.input
    expected = open_session(open_bundle(litert), 1).run(examples[0])
    found = open_session(open_bundle(saved), 1).run(examples[0])
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        assert ours.dtype == np.float32
        assert np.sqrt(np.mean((ours - theirs) ** 2)) < TOLERANCES[precision]


def test_a_network_that_answers_otherwise_is_not_written(
    tmp_path, atrous_network, atrous_weights, examples
):
    images, expected = examples
    expected["offsets"] = expected["offsets"] + 1
    with pytest.raises(ConversionFailed, match=r"offsets .* nothing was written"):
        saved_model_bundle(
            tmp_path / "saved", atrous_network, atrous_weights, IDENTITY, (images, expected),
            "float32",
        )  # fmt: skip
    assert not list(tmp_path.iterdir())
