import io

import numpy as np
import pytest
from PIL import Image

from dcf_detect import Box, Result
from dcf_detect.picture import picture_of
from models.ssd.draw import class_color


@pytest.fixture
def drawable(grey):
    return Result((Box("cup", 47, 0.9, 30, 40, 90, 80),), 120, 100, picture=picture_of(grey))


def test_a_plot_is_a_pillow_image_with_the_boxes(drawable):
    image = drawable.plot()
    assert isinstance(image, Image.Image)
    assert image.size == (120, 100)
    assert image.getpixel((30, 60)) == class_color(47)
    assert image.getpixel((60, 60)) == (128, 128, 128)


def test_the_users_own_pixels_are_left_alone(drawable, grey):
    drawable.plot()
    assert (grey == 128).all()


@pytest.mark.parametrize(
    ("name", "kind"), [("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.png", "PNG")]
)
def test_a_drawn_picture_is_written_as_its_name_says(drawable, tmp_path, name, kind):
    path = drawable.save(tmp_path / name)
    assert path == tmp_path / name
    with Image.open(path) as image:
        assert image.format == kind
        assert image.size == (120, 100)
        gap = np.abs(np.asarray(image, int) - np.asarray(drawable.plot(), int)).mean()
    assert gap < (4 if kind == "JPEG" else 1e-9)


@pytest.mark.parametrize("name", ["a.gif", "a", "a.jpg.txt"])
def test_another_ending_is_refused_with_a_way(drawable, tmp_path, name):
    with pytest.raises(
        ValueError, match=rf"must end in .jpg, .jpeg, .png: .*plot\(\).save\('{name}"
    ):
        drawable.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_result_without_a_picture_says_how_to_give_it(drawable, grey):
    bare = drawable.without_picture()
    with pytest.raises(ValueError, match=r"has no picture to draw on: .*plot\(picture="):
        bare.plot()
    assert bare.plot(picture=grey).tobytes() == drawable.plot().tobytes()
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    assert bare.plot(picture=file.getvalue()).tobytes() == drawable.plot().tobytes()


@pytest.mark.parametrize("size", [(120, 100), (None, None)])
def test_the_picture_of_another_result_is_refused(drawable, size):
    other = Result(drawable.boxes, *size)
    with pytest.raises(ValueError, match="of 50 x 40 pixels, the result is that of another one"):
        other.plot(picture=np.zeros((40, 50, 3), np.uint8))


def test_a_part_of_a_result_draws_that_part(drawable, grey):
    assert (np.asarray(drawable[:0].plot()) == grey).all()
