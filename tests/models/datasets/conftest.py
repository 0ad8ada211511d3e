"""Small data sets in COCO's layout, and what is to be wrong with them."""

import json

import numpy as np
import pytest
from PIL import Image


class Made:
    """A data set of two pictures (60 wide, 40 high) that a test changes before it is read."""

    def __init__(self, folder):
        self.folder = folder
        self.images = folder / "images"
        self.images.mkdir(parents=True)
        self.document = {
            "images": [
                {"id": 1, "file_name": "a.png", "width": 60, "height": 40},
                {"id": 2, "file_name": "b.png", "width": 60, "height": 40},
            ],
            "annotations": [
                {"id": 1, "image_id": 1, "category_id": 3, "bbox": [10, 5, 20, 30]},
                {"id": 2, "image_id": 2, "category_id": 7, "bbox": [0, 0, 60, 40]},
            ],
            "categories": [{"id": 7, "name": "dog"}, {"id": 3, "name": "cat"}],
        }
        for name in ("a.png", "b.png"):
            self.picture(name)

    def picture(self, name, width=60, height=40, seed=None, **how):
        file = self.images / name
        file.parent.mkdir(parents=True, exist_ok=True)
        chance = np.random.default_rng(seed if seed is not None else sum(name.encode()))
        Image.fromarray(chance.integers(0, 256, (height, width, 3), np.uint8)).save(file, **how)
        return file

    def box(self, *box, image_id=1, **fields):
        number = len(self.document["annotations"]) + 1
        entry = {"id": number, "image_id": image_id, "category_id": 3, "bbox": list(box)}
        self.document["annotations"].append(entry | fields)

    def write(self):
        (self.folder / "instances.json").write_text(json.dumps(self.document))
        return self.folder


@pytest.fixture
def made(tmp_path):
    return Made(tmp_path / "set")
