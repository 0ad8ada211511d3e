"""A data set of four pictures with one or two boxes each, on disk."""

import json

import numpy as np
import pytest
from PIL import Image

from models.datasets.reading import read_data_set
from models.evaluation.annotations import annotated_images
from models.ssd.labels import Labels

LABELS = Labels(("cat", "dog"), (1, 2))

# image id -> boxes as (category, x, y, width, height)
BOXES = {
    1: [(1, 10, 10, 40, 40)],
    2: [(1, 5, 5, 20, 60), (2, 50, 50, 30, 30)],
    3: [(2, 0, 0, 90, 90)],
    4: [(1, 20, 30, 50, 20)],
}


@pytest.fixture
def data_set(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    random = np.random.default_rng(0)
    annotations = []
    for image_id, boxes in BOXES.items():
        pixels = random.integers(0, 256, (100, 100, 3), np.uint8)
        Image.fromarray(pixels).save(images / f"{image_id}.jpg")
        for category, *box in boxes:
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": category,
                    "bbox": box,
                    "area": box[2] * box[3],
                    "iscrowd": 0,
                }
            )
    document = {
        "images": [
            {"id": image_id, "file_name": f"{image_id}.jpg", "width": 100, "height": 100}
            for image_id in BOXES
        ],
        "annotations": annotations,
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
    }
    (tmp_path / "instances.json").write_text(json.dumps(document))
    return tmp_path


@pytest.fixture
def opened(data_set):
    return annotated_images(read_data_set(data_set), LABELS)


@pytest.fixture
def perfect():
    """What a detector without fault would find."""
    return [
        {"image_id": image_id, "category_id": category, "score": 0.9, "bbox": list(box)}
        for image_id, boxes in BOXES.items()
        for category, *box in boxes
    ]
