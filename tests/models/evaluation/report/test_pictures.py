"""Parts of pictures with a box drawn."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from models.evaluation.report.pictures import PictureParts, whole
from models.ssd.draw import class_color
from tests.models.evaluation.scenes import NAMES, found


@pytest.fixture
def encoded():
    pixels = np.full((400, 600, 3), 30, np.uint8)
    pixels[100:200, 300:400] = (200, 40, 40)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def part(encoded, *box):
    address = PictureParts().cut(encoded, np.array(box, np.float64))
    head, data = address.split(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def test_the_box_is_in_the_middle_of_its_surroundings(encoded):
    pixels = part(encoded, 100, 300, 200, 400)
    assert max(pixels.shape[:2]) == 200
    middle = pixels[pixels.shape[0] // 2, pixels.shape[1] // 2]
    assert middle[0] > 150
    assert middle[1] < 90
    green = (pixels[..., 1] - pixels[..., 0] > 60).nonzero()
    # The box is 100 of 220 pixels wide.
    assert np.ptp(green[1]) == pytest.approx(200 * 100 / 220, abs=6)


@pytest.mark.parametrize(
    "box", [(0, 0, 1, 1), (0, 0, 400, 600), (399, 599, 400, 600), (10, 10, 10.2, 500)]
)
def test_boxes_at_borders_and_thin_ones(encoded, box):
    assert min(part(encoded, *box).shape[:2]) >= 1


def test_a_whole_picture_is_shrunk_with_its_boxes(encoded):
    address = whole(encoded, found((0, 0.9, 100, 300, 200, 400)), NAMES, 300)
    with Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels.shape == (200, 300, 3)
    near = np.abs(pixels - class_color(0)).max(axis=2) < 60
    assert near[50:100, 150].mean() > 0.8  # the left edge
    assert not near[120:].any()
    assert whole(encoded, found(), NAMES, 300) != address
