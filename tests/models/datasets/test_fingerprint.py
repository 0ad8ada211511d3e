"""A copy of a picture has nearly its bits, another picture has others."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.datasets.duplicates import NEAR
from models.datasets.fingerprint import fingerprints, pattern
from models.datasets.reading import read_data_set

SAMPLES = Path(__file__).parents[3] / "samples"


def photo(name):
    return cv2.imread(str(SAMPLES / f"{name}.jpg"))[:, :, ::-1]


def apart(one, other):
    return int(np.bitwise_count(pattern(one) ^ pattern(other)).sum())


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee"])
@pytest.mark.parametrize(
    "change",
    [
        lambda pixels: cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        lambda pixels: cv2.imdecode(cv2.imencode(".jpg", pixels, (1, 40))[1], 1),
        lambda pixels: np.clip(pixels * 1.1 + 5, 0, 255).astype(np.uint8),
    ],
    ids=["half", "quality 40", "brighter"],
)
def test_copies_are_near(name, change):
    pixels = np.ascontiguousarray(photo(name))
    assert apart(pixels, change(pixels)) <= NEAR


def test_other_photos_and_turned_ones_are_not():
    photos = [photo(name) for name in ("astronaut", "chelsea", "coffee")]
    photos += [np.ascontiguousarray(each[:, ::-1]) for each in photos]
    for at, one in enumerate(photos):
        for other in photos[at + 1 :]:
            assert apart(one, other) > 3 * NEAR


def test_bits_are_those_of_the_definition():
    steps = np.tile(np.arange(17, dtype=np.uint8) * 10, (16, 1))
    steps[8:] = steps[8:, ::-1]
    bits = np.unpackbits(pattern(np.dstack([steps] * 3)).view(np.uint8)).reshape(16, 16)
    assert (bits[:8] == 1).all()
    assert (bits[8:] == 0).all()


def test_every_picture_in_order_and_the_broken_ones_told(made):
    for number in range(3, 150):
        made.document["images"].append({"id": number, "file_name": f"{number}.jpg"})
        made.picture(f"{number}.jpg", 30, 20, seed=number % 50)
    data = read_data_set(made.write())
    cut = made.images / "77.jpg"
    cut.write_bytes(cut.read_bytes()[:-60])
    (made.images / "78.jpg").unlink()
    seen = []
    prints = fingerprints(data.pictures, lambda *counts: seen.append(counts))
    assert seen == [(done, 149) for done in range(1, 150)]
    troubles = {at + 1: each.trouble for at, each in enumerate(prints) if each.trouble}
    assert list(troubles) == [77, 78]
    assert troubles[77].startswith("cannot be decoded: the JPEG image ends early")
    assert troubles[78].startswith("cannot be opened: No such file")
    assert prints[9 - 1].exact == prints[59 - 1].exact != prints[10 - 1].exact
