"""A real detector over real pictures: what it is asked, and what is made of its answers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.datasets.reading import read_coco
from models.evaluation.precision import Precision
from models.evaluation.run import Measured, by_picture, evaluate, evaluate_in_turn
from models.ssd.bundle import DEFAULT_BUNDLE
from models.ssd.detector import Detector
from models.ssd.profile import Profile

SAMPLES = Path(__file__).parents[3] / "samples"
PHOTOS = ("coffee.jpg", "chelsea.jpg")


@pytest.fixture(scope="module")
def detector():
    return Detector(DEFAULT_BUNDLE, pool_size=1)


@pytest.fixture
def data_set(tmp_path, detector):
    """What the detector itself finds is the truth, but for the last object of the first photo."""
    images, boxes = [], []
    for number, name in enumerate(PHOTOS, 1):
        images.append({"id": number, "file_name": name})
        found = detector.detect((SAMPLES / name).read_bytes()).detections
        for class_id, edges in zip(found.class_ids.tolist(), found.boxes.tolist(), strict=True):
            ymin, xmin, ymax, xmax = edges
            box = [xmin, ymin, xmax - xmin, ymax - ymin]
            boxes.append({
                "id": len(boxes) + 1, "image_id": number, "category_id": class_id, "bbox": box,
                "area": box[2] * box[3], "iscrowd": 0,
            })  # fmt: skip
    document = {
        "images": images, "annotations": boxes,
        "categories": [{"id": each} for each in sorted({box["category_id"] for box in boxes})],
    }  # fmt: skip
    (tmp_path / "instances.json").write_text(json.dumps(document))
    return read_coco(SAMPLES, tmp_path / "instances.json")


def test_its_own_answers_are_perfect_though_weak_ones_are_asked_for(detector, data_set):
    steps = []
    measured = evaluate(detector, data_set, steps.append)
    assert steps == [1, 1]
    assert measured.figures()["mAP"] == measured.figures()["AP75"] == 1.0
    assert measured.images == 2
    assert 0 < measured.inference_ms < measured.latency_ms
    # More than the settings of a call would let through.
    weak = measured.found
    assert min(each["score"] for each in weak) < detector.defaults.threshold / 2


def test_figures_are_shares():
    numbers = {"mAP": 0.28637, "AP50": 0.44454, "AP75": 1.0, "AP_large": -1.0}
    measured = Measured(numbers, None, [], [11.0, 12.3456, 14.0], 1.0, Profile(0.5))
    assert measured.figures() == {
        "mAP": 0.2864, "AP50": 0.4445, "AP75": 1.0, "AP_large": -1.0, "images": 3,
        "latency_ms": 12.35, "inference_ms": 1.0,
    }  # fmt: skip
    assert measured.precision == Precision(28.637, 44.454, 100.0)


def test_classes_that_the_bundle_does_not_know_are_told(detector, data_set):
    names = ("a giraffe of paper", *detector.bundle.labels.names[:2])
    other = replace(data_set, names=names, class_ids=(1, 2, 3), pictures=tuple(
        replace(picture, columns=np.minimum(picture.columns, 2)) for picture in data_set.pictures
    ))  # fmt: skip
    measured = evaluate(detector, other, lambda done: None)
    assert measured.unknown == ("a giraffe of paper",)
    assert measured.figures()["mAP"] < 1


def test_tiles_are_asked_for(detector, data_set):
    plain, tiled = (evaluate(detector, data_set, lambda _done: None, tiles) for tiles in (1, 2))
    boxes = [{tuple(each["bbox"]) for each in measured.found} for measured in (plain, tiled)]
    assert boxes[1] - boxes[0]


def test_detections_picture_by_picture(detector, data_set):
    measured = evaluate(detector, data_set, lambda _done: None)
    found = by_picture(data_set, measured.found)
    assert [len(each.scores) for each in found] == [
        sum(each["image_id"] == picture.image_id for each in measured.found)
        for picture in data_set.pictures
    ]
    best, picture = found[0], data_set.pictures[0]
    (at,) = np.flatnonzero(best.scores == best.scores.max())
    # The surest is one that was taken for the truth.
    assert np.abs(picture.boxes - best.boxes[at]).max(axis=1).min() < 0.01
    assert best.columns[at] in picture.columns


def test_several_see_each_picture_in_turn_and_the_first_one_changes(
    detector, data_set, monkeypatch
):
    other, asked = Detector(DEFAULT_BUNDLE, pool_size=1), []
    for name, each in (("a", detector), ("b", other)):
        detect = each.detect
        monkeypatch.setattr(
            each,
            "detect",
            lambda *given, name=name, detect=detect: asked.append(name) or detect(*given),
        )
    steps = []
    ours, theirs = evaluate_in_turn((detector, other), data_set, steps.append)
    assert "".join(asked) == "abba"
    assert steps == [1, 1]
    assert ours.numbers == theirs.numbers == evaluate(detector, data_set, steps.append).numbers
    assert ours.found == theirs.found
    assert len(ours.spent_ms) == len(theirs.spent_ms) == 2
