import io

import cv2
import msgspec
import numpy as np
import pytest
from PIL import Image

from models.ssd.detections import Detections
from models.ssd.draw import class_color, draw, encode_picture, ink_on


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


def named(*names, box, size):
    """Objects of unlike classes that all lie in one place."""
    count = len(names)
    return Detections(
        names=names,
        class_ids=np.arange(1, count + 1),
        scores=np.linspace(0.9, 0.5, count, dtype=np.float32),
        boxes=np.array([box] * count, np.float32),
        height=size[0],
        width=size[1],
    )


def lettered(detections, monkeypatch):
    """A grey picture drawn on, the same without letters, and where the letters are."""
    grey = np.full((detections.height, detections.width, 3), 128, np.uint8)
    drawn = draw(grey.copy(), detections)
    with monkeypatch.context() as patched:
        patched.setattr(cv2, "putText", lambda *_: None)
        bare = draw(grey, detections)
    return drawn, bare, (drawn != bare).any(axis=2)


@pytest.mark.parametrize("box", [[0, 0, 2, 2], [238, 318, 240, 320], [0, 0, 240, 320]])
def test_captions_stay_inside(box, monkeypatch):
    """All letters are there wherever the box lies."""
    size = (240, 320)
    *_, middle = lettered(named("cat", box=[120, 100, 122, 102], size=size), monkeypatch)
    *_, ink = lettered(named("cat", box=box, size=size), monkeypatch)
    assert ink.sum() == middle.sum() > 100


@pytest.mark.parametrize(
    "name",
    [
        "cat",
        "gypsum",
        "Ångström",
        "자동차 (한국)",
        "😀",
        "two\nlines",
        "a\tb",
        "a\0b",
        "a\ud800",
        "",
    ],
)
@pytest.mark.parametrize("size", [(120, 320), (700, 900), (3000, 4000)])
def test_letters_stay_on_their_field(name, size, monkeypatch):
    """Of any height and script: under every letter is the class's colour."""
    _, bare, ink = lettered(named(name, box=[9, 9, 90, 90], size=size), monkeypatch)
    assert ink.any()
    assert (bare[ink] == np.uint8(class_color(1))).all()


def test_names_of_objects_in_one_place_are_all_there(monkeypatch):
    names = ("cup", "bowl", "dining table", "spoon", "knife", "fork", "cake", "vase")
    box, size = [100, 100, 500, 700], (600, 800)
    _, bare, ink = lettered(named(*names, box=box, size=size), monkeypatch)
    for class_id, name in enumerate(names, 1):
        own = ink & (bare == np.uint8(class_color(class_id))).all(axis=2)
        *_, alone = lettered(named(name, box=[0, 0, 9, 9], size=size), monkeypatch)
        # A score has other digits than 0.90, so not just as many pixels.
        assert own.sum() == pytest.approx(alone.sum(), rel=0.15), name


def test_where_a_score_has_no_room_the_name_stands_alone_and_where_that_has_none_nothing(
    monkeypatch,
):
    def ink(width):
        found = named("cat", box=[40, 5, 100, 11], size=(120, width))
        return lettered(found, monkeypatch)[2].sum()

    assert ink(100) > ink(30) > 0
    assert ink(12) == 0


def test_the_ink_is_easy_to_read_on_every_class():
    """4.5 to 1 is what WCAG 2 asks for."""

    def luminance(color):
        parts = [part / 255 for part in color]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for class_id in range(1000):
        color = class_color(class_id)
        both = luminance(color), luminance(ink_on(color))
        assert (max(both) + 0.05) / (min(both) + 0.05) >= 4.5, class_id


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
    # Half of a line along the picture's edge is inside; no name is so far down.
    assert left_line(drawn, 2250) == width


def test_edges_are_made_whole_pixels_once_however_many_boxes_there_are():
    class Counted(Detections):
        asked = 0

        def pixels(self):
            Counted.asked += 1
            return super().pixels()

    many = found(*[[10, 10, 50, 50]] * 300)
    draw(GREY, Counted(**msgspec.structs.asdict(many)))
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
