"""COCO's results file."""

import json

from models.prediction.formats.coco import FORMAT


def test_boxes_are_corner_and_size(wanted, answers):
    first, second = (json.loads(entry) for entry in FORMAT.entries(wanted[0], answers[0]))
    assert first == {
        "image_id": 7,
        "category_id": 47,
        "bbox": [20.04, 10.26, 79.95, 39.7],
        "score": 0.91235,
    }
    assert second["bbox"] == [0.0, 0.0, 0.4, 50.0]


def test_cocos_own_reader_takes_the_file(tmp_path, wanted, answers):
    from pycocotools.coco import COCO

    truth = COCO()
    truth.dataset = {
        "images": [{"id": 7, "width": 100, "height": 50}, {"id": 9, "width": 1, "height": 1}],
        "annotations": [],
        "categories": [{"id": 18, "name": "dog"}, {"id": 47, "name": "cup"}],
    }
    truth.createIndex()
    entries = FORMAT.between.join(FORMAT.entries(wanted[0], answers[0]))
    (tmp_path / "results.json").write_bytes(FORMAT.begin + entries + FORMAT.end)
    found = truth.loadRes(str(tmp_path / "results.json"))
    assert [each["category_id"] for each in found.loadAnns(found.getAnnIds(imgIds=7))] == [47, 18]
