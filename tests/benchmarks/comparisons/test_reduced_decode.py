"""The reduced decode against the full one, on a data set of two samples."""

import json

import numpy as np
import pytest
from PIL import Image

from benchmarks.comparisons import reduced_decode
from benchmarks.harness.plan import photos
from models.ssd.detector import Detector


@pytest.fixture
def coco(tmp_path):
    """Two of the samples, small, with what the detector finds on them as the truth."""
    folder = tmp_path / "coco"
    (folder / "images").mkdir(parents=True)
    images, annotations, categories = [], [], {}
    for number, photo in enumerate(photos()[:2], 1):
        with Image.open(photo) as image:
            image.thumbnail((320, 320))
            image.save(folder / "images" / photo.name, quality=95)
            size = image.size
        images.append({"id": number, "file_name": photo.name, "width": size[0], "height": size[1]})
        encoded = (folder / "images" / photo.name).read_bytes()
        found = Detector(None, pool_size=1).detect(encoded).detections
        for class_id, name, (ymin, xmin, ymax, xmax) in zip(
            found.class_ids, found.names, np.asarray(found.boxes, float).tolist(), strict=True
        ):
            categories[int(class_id)] = name
            annotations.append(
                {"id": len(annotations) + 1, "image_id": number, "category_id": int(class_id),
                 "bbox": [xmin, ymin, xmax - xmin, ymax - ymin], "iscrowd": 0,
                 "area": (xmax - xmin) * (ymax - ymin)}
            )  # fmt: skip
    document = {
        "images": images, "annotations": annotations,
        "categories": [{"id": key, "name": name} for key, name in categories.items()],
    }  # fmt: skip
    (folder / "instances.json").write_text(json.dumps(document))
    return folder


def test_pictures_and_boxes_grow_alike(coco, tmp_path):
    reduced_decode.enlarge(coco, 2.0, tmp_path / "set")
    before, after = (
        json.loads((folder / "instances.json").read_text()) for folder in (coco, tmp_path / "set")
    )
    entry = after["images"][0]
    assert entry["width"] == before["images"][0]["width"] * 2
    with Image.open(tmp_path / "set/images" / entry["file_name"]) as image:
        assert image.size == (entry["width"], entry["height"])
    first, second = before["annotations"][0], after["annotations"][0]
    assert second["bbox"] == [edge * 2 for edge in first["bbox"]]
    assert second["area"] == first["area"] * 4


def test_every_enlargement_has_a_row_and_the_mean_one(coco, capsys, monkeypatch):
    monkeypatch.setattr(reduced_decode, "ENLARGED", (2.0, 4.0))
    assert reduced_decode.main(["--coco", str(coco), "--samples", "3", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["what"] for row in rows] == [
        "enlarged 2: difference", "enlarged 4: difference", "mean",
    ]  # fmt: skip
    assert rows[2]["figure"] == pytest.approx((rows[0]["figure"] + rows[1]["figure"]) / 2)
    assert "mAP full" in rows[0]["note"]
