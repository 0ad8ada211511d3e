"""A small data set whose truth is what the float32 bundle finds, and bundles made from the int8."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from models.datasets.reading import read_data_set
from models.registry.gate.contestants import Contestant
from models.ssd.bundle import DEFAULT_BUNDLE, EMBEDDED, open_bundle
from models.ssd.convert.folder import read_contents, write_bundle
from models.ssd.detector import Detector

SAMPLES = Path(__file__).parents[4] / "samples"
FLOAT = EMBEDDED / "ssdlite_mobilenet_v2_coco"
INT8 = DEFAULT_BUNDLE


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """Folder of a data set of eight pictures: the sample photos, turned around and cut."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "images").mkdir()
    detector = Detector(FLOAT, pool_size=1)
    images, objects = [], []
    for name in ("coffee", "chelsea", "astronaut", "coffee"):
        pixels = np.asarray(Image.open(SAMPLES / f"{name}.jpg").convert("RGB"))
        if len(images) == 6:
            pixels = pixels[::2, ::2]
        for view in (pixels, pixels[:, ::-1]):
            number = len(images) + 1
            file = folder / "images" / f"{number}.jpg"
            Image.fromarray(view).save(file, quality=90)
            images.append({"id": number, "file_name": file.name})
            found = detector.detect(file.read_bytes()).detections
            for class_id, edges in zip(found.class_ids, found.boxes.tolist(), strict=True):
                ymin, xmin, ymax, xmax = edges
                objects.append({
                    "id": len(objects) + 1, "image_id": number, "category_id": int(class_id),
                    "bbox": [xmin, ymin, xmax - xmin, ymax - ymin], "iscrowd": 0,
                    "area": (xmax - xmin) * (ymax - ymin),
                })  # fmt: skip
    labels = detector.bundle.labels
    document = {
        "images": images, "annotations": objects,
        "categories": [
            {"id": class_id, "name": name}
            for class_id, name in zip(labels.class_ids, labels.names, strict=True)
        ],
    }  # fmt: skip
    (folder / "instances.json").write_text(json.dumps(document))
    return folder


@pytest.fixture(scope="session")
def photo_data(photos):
    return read_data_set(photos)


@pytest.fixture
def changed_bundle(tmp_path):
    """Makes a bundle of the embedded int8 one, with other labels or more files."""

    def make(name, labels=None, **contents):
        opened, kept = open_bundle(INT8), read_contents(INT8)
        if labels is not None:
            kept["labels.txt"] = "".join(f"{each}\n" for each in labels).encode()
        manifest = msgspec.structs.replace(opened.manifest, name=name)
        write_bundle(tmp_path / name, manifest, kept | contents)
        return tmp_path / name

    return make


@pytest.fixture
def as_contestant():
    def make(folder, marks=frozenset()):
        return Contestant(folder.name, folder, marks)

    return make
