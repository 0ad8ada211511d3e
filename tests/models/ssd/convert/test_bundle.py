"""What a manifest says of a network, and pixels as its graph wants them."""

import dataclasses

import numpy as np
import pytest

from models.ssd.bundle import open_bundle
from models.ssd.convert import ConversionFailed, Identity, as_float32, as_input, float_bundle
from models.ssd.convert.bundle import describe, int8_bundle, int8_input, labels_file, reads_pixels
from models.ssd.convert.check import run_graph
from models.ssd.convert.graph import float_graph
from models.ssd.description import Metrics, Provenance, Source
from models.ssd.manifest import SCHEMA_VERSION
from models.ssd.spec import DefaultsSpec, InputSpec

IDENTITY = Identity(
    name="it", version="3.1.4", class_ids=(4, 2), labels=("dog", "traffic light"),
    defaults=DefaultsSpec(iou=0.3), license="MIT",
    provenance=Provenance(source=Source(format="drawn")), metrics=Metrics(mean_precision=0.1),
)  # fmt: skip


def test_a_manifest_joins_network_and_identity(network):
    manifest = describe(network, IDENTITY, "float32")
    assert (manifest.schema_version, manifest.engine) == (SCHEMA_VERSION, "litert")
    assert (manifest.name, manifest.version, manifest.network) == ("it", "3.1.4", "small")
    assert manifest.input == network.input
    assert manifest.outputs.class_ids == (4, 2)
    assert (manifest.outputs.activation, manifest.outputs.background) == ("sigmoid", None)
    assert (manifest.anchors, manifest.box_coder) == (network.anchors, network.box_coder)
    assert (manifest.defaults, manifest.license) == (IDENTITY.defaults, "MIT")
    assert (manifest.provenance, manifest.metrics) == (IDENTITY.provenance, IDENTITY.metrics)


def test_int8_reads_pixels_where_the_network_does(network, atrous_network):
    spec = describe(network, IDENTITY, "int8").input
    assert (spec.dtype, spec.mean, spec.scale) == ("int8", (128.0,) * 3, (1.0,) * 3)
    assert describe(atrous_network, IDENTITY, "int8").input == atrous_network.input


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, True), ({"color_order": "bgr"}, False), ({"resize": "legacy_bilinear"}, False),
        ({"mean": (128.0,) * 3}, False), ({"scale": (1 / 255,) * 3}, False),
    ],
    ids=str,
)  # fmt: skip
def test_which_inputs_are_whole_pixels(network, change, verdict):
    spec = dataclasses.replace(network, input=InputSpec(**_fields(network.input) | change))
    assert reads_pixels(spec) is verdict


def _fields(spec):
    return {name: getattr(spec, name) for name in spec.__struct_fields__}


def test_pixels_become_what_the_spec_says():
    pixels = np.uint8([[[[0, 128, 255]]]])
    assert as_input(pixels, InputSpec(
        height=1, width=1, mean=(128.0,) * 3, scale=(1.0,) * 3, dtype="int8"
    )).tolist() == [[[[-128, 0, 127]]]]  # fmt: skip
    bgr = InputSpec(height=1, width=1, mean=(1, 2, 3), scale=(1, 1, 2), color_order="bgr")
    assert as_float32(pixels, bgr).tolist() == [[[[254, 126, -6]]]]


def test_inputs_go_back_to_pixels(network, atrous_network, pixels):
    assert np.array_equal(
        int8_input(network, as_float32(pixels, network.input)), pixels.astype(int) - 128
    )
    assert int8_input(atrous_network, as_float32(pixels, atrous_network.input)) is None


def test_labels_are_a_line_each():
    assert labels_file(IDENTITY) == b"dog\ntraffic light\n"


@pytest.fixture
def expected(network, weights, pixels):
    return run_graph(float_graph(network, weights), as_float32(pixels, network.input))


def test_a_float_bundle_is_written_when_it_answers_right(
    tmp_path, network, weights, pixels, expected
):
    images = as_float32(pixels, network.input)
    manifest = float_bundle(tmp_path / "it", network, weights, IDENTITY, images, expected)
    bundle = open_bundle(tmp_path / "it")
    assert bundle.manifest == manifest
    assert bundle.labels.names == ("dog", "traffic light")
    wrong = {name: values + 1 for name, values in expected.items()}
    with pytest.raises(ConversionFailed):
        float_bundle(tmp_path / "other", network, weights, IDENTITY, images, wrong)
    assert not (tmp_path / "other").exists()


def test_an_int8_bundle_far_from_the_network_is_not_written(
    tmp_path, atrous_network, atrous_weights, pixels
):
    content = float_graph(atrous_network, atrous_weights)  # reads the same float32 input
    images = as_float32(pixels, atrous_network.input)
    found = run_graph(content, images)
    logits = {name: found[name] for name in atrous_network.scores}
    three = dataclasses.replace(IDENTITY, class_ids=(0, 1, 2), labels=("background", "a", "b"))
    int8_bundle(tmp_path / "it", atrous_network, content, three, pixels, logits)
    assert open_bundle(tmp_path / "it").manifest.precision == "int8"
    turned = {name: values[..., ::-1] for name, values in logits.items()}
    with pytest.raises(ConversionFailed, match="logits"):
        int8_bundle(tmp_path / "other", atrous_network, content, three, pixels, turned)
    assert not (tmp_path / "other").exists()


def test_weights_that_do_not_fit_are_refused(tmp_path, network, weights, pixels, expected):
    del weights["stem"]
    images = as_float32(pixels, network.input)
    with pytest.raises(ValueError, match="differ at stem"):
        float_bundle(tmp_path / "it", network, weights, IDENTITY, images, expected)
