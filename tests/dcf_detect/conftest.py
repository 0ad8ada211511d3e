import numpy as np
import pytest

from dcf_detect import Detector, Result
from tests.dcf_detect.filming import film


@pytest.fixture(scope="session")
def detector():
    return Detector(threads=2)


@pytest.fixture(scope="session")
def coffee(pytestconfig):
    return pytestconfig.rootpath / "samples/coffee.jpg"


@pytest.fixture(scope="session")
def samples(pytestconfig):
    return pytestconfig.rootpath / "samples"


@pytest.fixture(scope="session")
def video(tmp_path_factory, samples):
    return film(tmp_path_factory.mktemp("video") / "kitchen.mp4", samples)


@pytest.fixture
def entry():
    edges = {"xmin": 174, "ymin": 21, "xmax": 415, "ymax": 245}
    return {"class": "cup", "class_id": 47, "confidence": 0.96, **edges}


@pytest.fixture
def result():
    """Two cups and a dog, as a remote detector tells."""
    boxes = [
        ("cup", 47, 0.9, 10, 20, 60, 90),
        ("dog", 18, 0.8, 0, 0, 40, 30),
        ("cup", 47, 0.3, 70, 5, 80, 15),
    ]
    keys = ("class", "class_id", "confidence", "xmin", "ymin", "xmax", "ymax")
    return Result.from_json([dict(zip(keys, box, strict=True)) for box in boxes])


@pytest.fixture
def grey():
    return np.full((100, 120, 3), 128, np.uint8)
