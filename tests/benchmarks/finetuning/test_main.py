"""What a comparison of folds says; training itself is in `tests/models/training`."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from benchmarks.finetuning.__main__ import main, report
from benchmarks.finetuning.folds import divide
from models.datasets.record import DataSet
from tests.models.evaluation.scenes import picture

NAMES, IDS = ("person", "cat"), (1, 17)


@pytest.fixture
def pictures():
    return DataSet(
        NAMES, IDS,
        tuple(picture(n, (n % 2, 10, 10, 50, 50), (0, 60, 60, 95, 95)) for n in range(1, 13)),
    )  # fmt: skip


def _found(data, missed=()):
    return [
        {"image_id": each.image_id, "category_id": IDS[column], "score": 0.9,
         "bbox": [box[1], box[0], box[3] - box[1], box[2] - box[0]]}
        for each in data.pictures if each.image_id not in missed
        for box, column in zip(each.boxes.tolist(), each.columns, strict=True)
    ]  # fmt: skip


def _figures(text):
    return [float(each) for each in re.findall(r"[+-]\d+\.\d+", text.splitlines()[-1])]


def test_the_same_detections_differ_by_nothing(pictures):
    found = _found(pictures)
    told = report(pictures, {"before": found, "after": found}, 50)
    assert _figures(told) == [0, 0, 0]
    assert re.search(r"before +100.00 100.00 100.00\nafter +100.00 100.00 100.00", told)


def test_what_was_lost_is_below_nothing_with_its_interval(pictures):
    both = {"before": _found(pictures), "after": _found(pictures, missed={1, 2, 3, 4, 5, 6})}
    difference, low, high = _figures(report(pictures, both, 200))
    assert -100 < low < difference < high < 0


def test_folds_that_were_done_are_not_done_again(tmp_path, capsys):
    images = tmp_path / "data/images"
    images.mkdir(parents=True)
    document = {
        "images": [{"id": n, "file_name": f"{n}.png"} for n in range(1, 7)],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "bbox": [10, 10, 40, 40]}
            for n in range(1, 7)
        ],
        "categories": [{"id": 1, "name": "person"}],
    }
    for number in range(1, 7):
        noise = np.random.default_rng(number).integers(0, 255, (80, 80, 3), np.uint8)
        Image.fromarray(noise).save(images / f"{number}.png")
    (tmp_path / "data/instances.json").write_text(json.dumps(document))
    data = DataSet(("person",), (1,), tuple(picture(n, (0, 10, 10, 50, 50)) for n in range(1, 7)))
    out = tmp_path / "out"
    for fold in divide(data, 3, 0, out):
        fold.folder.mkdir(parents=True)
        found = _found(fold.held_out)
        (fold.folder / "found.json").write_text(json.dumps({"before": found, "after": found}))
    words = ["--data", str(tmp_path / "data"), "--folds", "3", "--out", str(out), "--samples", "20"]
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("6 pictures")
