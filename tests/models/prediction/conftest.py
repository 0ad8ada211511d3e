"""A folder of small pictures, one of them broken, one of them in a folder with a Korean name."""

from pathlib import Path

import pytest
from PIL import Image

from models.prediction.pictures import Wanted
from models.prediction.record import Box, Predicted

COFFEE = Path(__file__).parents[3] / "samples/coffee.jpg"
NAMES = ("a.jpg", "b.png", "거리/c.jpg", "d.jpg")


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    (folder / "거리").mkdir(parents=True)
    with Image.open(COFFEE) as photo:
        for at, name in enumerate(NAMES):
            photo.crop((40 * at, 0, 40 * at + 400, 400)).save(folder / name)
    (folder / "broken.jpg").write_bytes((folder / "a.jpg").read_bytes()[:3000])
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.jpg").write_bytes(b"")
    return folder


@pytest.fixture
def wanted(tmp_path):
    return [Wanted(7, "거리/a.png", tmp_path / "a.png"), Wanted(9, "b, c.jpg", tmp_path / "b")]


@pytest.fixture
def answers():
    """Two pictures of 100 x 50 pixels."""
    cup = Box("cup", 47, 0.91234567, 10.26, 20.04, 49.96, 99.99)
    dog = Box("dog & cat", 18, 0.5, 0.0, 0.0, 50.0, 0.4)
    return [
        Predicted(at=0, state=(1, 2), height=50, width=100, boxes=(cup, dog)),
        Predicted(at=1, state=(1, 2), height=50, width=100, boxes=()),
    ]
