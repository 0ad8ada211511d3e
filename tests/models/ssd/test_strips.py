import numpy as np
import pytest
from PIL import Image

from models.ssd import strips as module
from models.ssd.cost import STRIP_PIXELS
from models.ssd.strips import joined, rows_of, shrunk_rgb

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("width", [1, 7, 1000, STRIP_PIXELS, 10 * STRIP_PIXELS])
def test_a_strip_has_rows_of_every_scale(width):
    rows = rows_of(width)
    assert rows % 8 == 0
    assert rows >= 8
    assert rows == 8 or rows * width <= STRIP_PIXELS


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
@pytest.mark.parametrize("height", [64, 61])
def test_joined_strips_are_the_picture_shrunk_whole(scale, height):
    pixels = RANDOM.integers(0, 256, (height, 40, 3), np.uint8)
    strips = (pixels[top : top + 16] for top in range(0, height, 16))
    found = joined(strips, (height, 40), scale)
    assert np.array_equal(found, module.shrunk(pixels, scale))


def test_squares_are_averaged():
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[::2, ::2] = 200
    assert np.unique(shrunk_rgb(Image.fromarray(pixels), 2)).tolist() == [50]
    assert np.array_equal(shrunk_rgb(Image.fromarray(pixels), 1), pixels)


@pytest.mark.parametrize("mode", ["RGB", "F", "I", "L"])
def test_a_picture_of_many_strips(mode, monkeypatch):
    image = Image.fromarray(RANDOM.integers(0, 256, (50, 30), np.uint8)).convert(mode)
    whole = shrunk_rgb(image, 2)
    monkeypatch.setattr(module, "STRIP_PIXELS", 1)
    assert np.array_equal(shrunk_rgb(image, 2), whole)
