import numpy as np
import pytest
from PIL import Image

from dcf_detect.arrays import Form, rgb_from_array, rgb_from_image

RED = np.zeros((4, 6, 3), np.uint8) + np.uint8([200, 10, 30])
FLOATS = Form(floats=True)
BGR = Form(color="bgr")


def test_rgb_bytes_are_taken_as_they_are():
    """In the same memory."""
    pixels = rgb_from_array(RED, Form())
    assert np.shares_memory(pixels, RED)
    assert (pixels == RED).all()


def test_bgr_is_turned_round():
    assert (rgb_from_array(RED[:, :, ::-1], BGR) == RED).all()
    assert rgb_from_array(RED[:, :, ::-1], BGR).flags.c_contiguous


def test_a_part_of_an_array_is_taken():
    assert (rgb_from_array(RED[::2, ::-1], Form()) == RED[::2]).all()


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1)])
def test_grey_is_grey_in_each_colour(shape):
    grey = np.arange(24, dtype=np.uint8).reshape(shape)
    for form in (Form(), BGR):
        assert (rgb_from_array(grey, form) == grey.reshape(4, 6, 1)).all()


def test_white_shows_behind_what_is_transparent():
    clear = np.concatenate([RED, np.full((4, 6, 1), 255, np.uint8)], axis=2)
    clear[0, 0, 3] = 0
    for array, form in ((clear, Form()), (clear[:, :, [2, 1, 0, 3]], BGR)):
        pixels = rgb_from_array(array, form)
        assert pixels[0, 0].tolist() == [255] * 3
        assert (pixels[1:] == RED[1:]).all()


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_floats_are_scaled_where_it_is_said(kind):
    pixels = rgb_from_array(np.array([[0, 0.5, 1]], kind), FLOATS)
    assert pixels[:, :, 0].tolist() == [[0, 128, 255]]


def test_bytes_are_the_same_after_a_way_over_floats():
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    again = rgb_from_array(every.astype(np.float32) / 255, FLOATS)
    assert (again[:, :, 0] == every).all()


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        (np.float32, "add floats=True if its values are from 0 to 1"),
        (np.uint16, r"\(array // 257\).astype\(np.uint8\)"),
        (np.bool_, r"array.astype\(np.uint8\) \* 255"),
        (np.int64, r"array.astype\(np.uint8\)"),
        (np.int8, r"array.astype\(np.uint8\)"),
        (object, "convert it"),
        (complex, "convert it"),
        ("<U3", "convert it"),
    ],
)
def test_other_numbers_are_refused_with_what_to_do(kind, hint):
    with pytest.raises(
        TypeError, match=rf"an array of .* came, uint8 from 0 to 255 is read: .*{hint}"
    ):
        rgb_from_array(np.zeros((4, 6, 3), kind), Form())


def test_bytes_said_to_be_floats():
    with pytest.raises(
        TypeError, match="floats=True, but an array of uint8 came: leave floats out"
    ):
        rgb_from_array(RED, FLOATS)


@pytest.mark.parametrize("value", [-0.1, 1.5, 255.0, np.nan, np.inf, -np.inf])
def test_floats_out_of_range(value):
    array = np.full((4, 6, 3), 0.5, np.float32)
    array[2, 2, 2] = value
    with pytest.raises(ValueError, match="floats must be from 0 to 1, these are from"):
        rgb_from_array(array, FLOATS)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ((2, 4, 6, 3), r"2 x 4 x 6 x 3 is several pictures: give list\(array\)"),
        ((3, 40, 60), r"has its channels first: give np.moveaxis\(array, 0, -1\)"),
        ((1, 40, 60), "has its channels first"),
        ((40, 60, 2), "40 x 60 x 2 is no picture: height x width"),
        ((40, 60, 5), "is no picture"),
        ((40,), "40 is no picture"),
        ((), "a single number is no picture"),
        ((0, 60, 3), "0 x 60 x 3 has no pixels"),
        ((60, 0), "60 x 0 has no pixels"),
    ],
)
def test_shapes_that_are_no_picture(shape, told):
    with pytest.raises(ValueError, match=told):
        rgb_from_array(np.zeros(shape, np.uint8), Form())


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "CMYK", "I;16", "F", "LA", "RGBA", "YCbCr"])
def test_pillow_images_of_any_mode(mode):
    pixels = rgb_from_image(Image.new(mode, (6, 4)))
    assert pixels.shape == (4, 6, 3)
    assert pixels.dtype == np.uint8


def test_a_pillow_image_is_turned_as_its_file_says(tmp_path):
    image = Image.fromarray(RED)
    exif = image.getexif()
    exif[274] = 6
    image.save(tmp_path / "turned.png", exif=exif)
    with Image.open(tmp_path / "turned.png") as turned:
        assert turned.size == (6, 4)
        assert rgb_from_image(turned).shape == (6, 4, 3)
