import io

import cv2
import numpy as np
import pytest
from PIL import Image

from models.ssd.detections import Detections
from models.ssd.draw import class_color, draw, encode_picture


def found(*boxes, size=(120, 160)):
    return Detections(
        names=tuple("cat" for _ in boxes),
        class_ids=np.full(len(boxes), 17),
        scores=np.full(len(boxes), 0.9, np.float32),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        height=size[0],
        width=size[1],
    )


GREY = np.full((120, 160, 3), 128, np.uint8)


def test_a_box_is_drawn_at_its_edges():
    drawn = draw(GREY.copy(), found([60, 30, 100, 90]))
    color = list(class_color(17))
    assert drawn[99, 60].tolist() == color
    assert drawn[80, 30].tolist() == color
    assert drawn[80, 89].tolist() == color
    assert drawn[80, 60].tolist() == [128] * 3


def test_nothing_found_changes_nothing():
    assert (draw(GREY.copy(), found()) == GREY).all()


@pytest.mark.parametrize("box", [[0, 0, 1, 1], [119, 159, 120, 160], [0, 0, 120, 160]])
def test_captions_stay_inside(box):
    assert draw(GREY.copy(), found(box)).shape == GREY.shape


def test_neighbouring_classes_get_unlike_colours():
    for class_id in range(1, 90):
        gap = np.abs(np.subtract(class_color(class_id), class_color(class_id + 1))).max()
        assert gap > 60


def left_line(drawn, row):
    """Width in pixels of what is drawn from the left edge on."""
    return int(np.argmin((drawn[row] != 128).any(axis=1)))


@pytest.mark.parametrize(("count", "width"), [(1, 6), (100, 6), (400, 4), (1_000, 3)])
def test_lines_are_finer_the_more_boxes_there_are_beyond_a_hundred(count, width):
    """All together take no more ink than a hundred, so a call's time has an end."""
    grey = np.full((2400, 2400, 3), 128, np.uint8)
    drawn = draw(grey, found(*[[0, 0, 2400, 2400]] * count, size=(2400, 2400)))
    # Half of a line along the picture's edge is inside.
    assert left_line(drawn, 1200) == width


def test_edges_are_made_whole_pixels_once_however_many_boxes_there_are():
    class Counted(Detections):
        asked = 0

        def pixels(self):
            Counted.asked += 1
            return super().pixels()

    many = found(*[[10, 10, 50, 50]] * 300)
    draw(GREY, Counted(**vars(many)))
    assert Counted.asked == 1


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_a_picture_is_encoded_in_its_own_colours(kind):
    red = np.zeros((8, 8, 3), np.uint8) + np.uint8([220, 20, 40])
    with Image.open(io.BytesIO(encode_picture(red, kind))) as image:
        assert image.format == kind.upper()
        assert np.asarray(image.convert("RGB"), int)[4, 4] == pytest.approx([220, 20, 40], abs=4)


@pytest.mark.parametrize("size", [(2, 65_500), (2, 65_501), (65_535, 3), (100_000, 2), (1, 90_000)])
def test_a_side_that_no_jpeg_can_have_is_shrunk(size):
    grey = np.full((*size, 3), 128, np.uint8)
    with Image.open(io.BytesIO(encode_picture(grey, "jpeg"))) as image:
        assert max(image.size) == 65_500
        assert np.asarray(image).mean() == pytest.approx(128, abs=2)


def test_a_picture_that_cannot_be_encoded_is_no_empty_answer():
    with pytest.raises((RuntimeError, cv2.error)):
        encode_picture(np.zeros((0, 5, 3), np.uint8), "png")
