"""Figures of two real bundles on real pictures, noted in their manifests."""

import json
import shutil
from pathlib import Path

import pytest

from models.datasets.errors import DataSetError
from models.evaluation import measuring
from models.evaluation.measuring import measure
from models.ssd.bundle import EMBEDDED, open_bundle
from models.ssd.detector import Detector

SAMPLES = Path(__file__).parents[3] / "samples"
FLOAT, INT8 = "ssdlite_mobilenet_v2_coco", "ssdlite_mobilenet_v2_coco_int8"


@pytest.fixture
def coco(tmp_path):
    folder = tmp_path / "coco"
    (folder / "images").mkdir(parents=True)
    shutil.copy(SAMPLES / "coffee.jpg", folder / "images")
    found = Detector(EMBEDDED / FLOAT, pool_size=1).detect((SAMPLES / "coffee.jpg").read_bytes())
    boxes = [
        {"id": number, "image_id": 1, "category_id": int(class_id), "area": 1000, "iscrowd": 0,
         "bbox": [box[1], box[0], box[3] - box[1], box[2] - box[0]]}
        for number, (class_id, box) in enumerate(
            zip(found.detections.class_ids, found.detections.boxes.tolist(), strict=True), 1
        )
    ]  # fmt: skip
    document = {
        "images": [{"id": 1, "file_name": "coffee.jpg"}], "annotations": boxes,
        "categories": [{"id": each} for each in sorted({box["category_id"] for box in boxes})],
    }  # fmt: skip
    (folder / "instances.json").write_text(json.dumps(document))
    return folder


@pytest.fixture
def bundles(tmp_path):
    for name in (FLOAT, INT8):
        shutil.copytree(EMBEDDED / name, tmp_path / name)
    return tmp_path / FLOAT, tmp_path / INT8


def test_figures_are_noted_and_the_difference_at_the_int8_bundle(bundles, coco, monkeypatch):
    monkeypatch.setattr(measuring, "_SAMPLES", 20)
    said = []
    exact, quantized = measure(*bundles, coco, "my photos", lambda *each: said.append(each))
    assert (exact.mean_precision, exact.images) == (1.0, 1)
    assert exact.data_set == quantized.data_set == "1 images of my photos"
    assert exact.minus_float32 is None
    difference = quantized.minus_float32
    points = (quantized.mean_precision - 1) * 100
    assert difference.points == pytest.approx(points, abs=0.011)
    assert (difference.level, difference.samples) == (0.9, 20)
    for folder, noted in zip(bundles, (exact, quantized), strict=True):
        ours, theirs = open_bundle(folder).manifest, open_bundle(EMBEDDED / folder.name).manifest
        assert ours.metrics == noted
        assert ours.provenance == theirs.provenance
        assert ours.files == theirs.files
    ended = [step for step, share in said if share == 1]
    assert ended == [f"measuring {FLOAT}", f"measuring {INT8}", "bootstrap"]


def test_a_folder_that_is_no_data_set_changes_nothing(bundles, tmp_path):
    before = (bundles[0] / "manifest.json").read_bytes()
    with pytest.raises((DataSetError, OSError)):
        measure(*bundles, tmp_path, "nothing", lambda *_: None)
    assert (bundles[0] / "manifest.json").read_bytes() == before
