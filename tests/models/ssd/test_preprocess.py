import numpy as np
import pytest

from models.ssd.preprocess import Preprocessor
from models.ssd.spec import InputSpec

RED = np.zeros((6, 8, 3), np.uint8) + np.uint8([250, 20, 100])


def test_float_tensor_by_hand():
    spec = InputSpec(height=3, width=4, mean=(127.5,) * 3, scale=(1 / 127.5,) * 3)
    tensor = Preprocessor(spec).tensor(RED)
    assert tensor.shape == (1, 3, 4, 3)
    assert tensor.dtype == np.float32
    assert tensor[0, 1, 1] == pytest.approx([250 / 127.5 - 1, 20 / 127.5 - 1, 100 / 127.5 - 1])


def test_channels_have_their_own_mean_and_may_be_swapped():
    spec = InputSpec(height=2, width=2, mean=(104, 117, 123), scale=(1, 1, 1), color_order="bgr")
    assert Preprocessor(spec).tensor(RED)[0, 0, 0].tolist() == [100 - 104, 20 - 117, 250 - 123]


def test_int8_tensor_is_the_pixel_less_128():
    spec = InputSpec(height=2, width=2, mean=(128,) * 3, scale=(1,) * 3, dtype="int8")
    tensor = Preprocessor(spec).tensor(RED)
    assert tensor.dtype == np.int8
    assert tensor[0, 0, 0].tolist() == [122, -108, -28]


def test_bilinear_aligns_pixel_centres():
    row = np.array([[[0] * 3, [100] * 3]], np.uint8)
    spec = InputSpec(height=1, width=4, mean=(0,) * 3, scale=(1,) * 3)
    assert Preprocessor(spec).tensor(row)[0, 0, :, 0].tolist() == [0, 25, 75, 100]


def test_legacy_bilinear_aligns_top_left_corners():
    row = np.array([[[0] * 3, [100] * 3]], np.uint8)
    spec = InputSpec(height=1, width=4, mean=(0,) * 3, scale=(1,) * 3, resize="legacy_bilinear")
    assert Preprocessor(spec).tensor(row)[0, 0, :, 0].tolist() == [0, 50, 100, 100]


def test_legacy_bilinear_keeps_what_lies_between_whole_pixels():
    column = np.array([[[0] * 3], [[1] * 3], [[9] * 3]], np.uint8)
    spec = InputSpec(height=4, width=2, mean=(0,) * 3, scale=(1,) * 3, resize="legacy_bilinear")
    tensor = Preprocessor(spec).tensor(column)
    assert tensor.shape == (1, 4, 2, 3)
    assert tensor[0, :, 1, 2].tolist() == [0, 0.75, 5, 9]


def test_an_int8_tensor_of_a_legacy_resize_is_rounded():
    row = np.array([[[0] * 3, [101] * 3]], np.uint8)
    spec = InputSpec(
        height=1, width=4, mean=(128,) * 3, scale=(1,) * 3, dtype="int8", resize="legacy_bilinear"
    )
    assert Preprocessor(spec).tensor(row)[0, 0, :, 0].tolist() == [-128, 50 - 128, -27, -27]


@pytest.mark.parametrize("size", [(1, 1), (2, 700), (300, 300), (301, 299)])
def test_legacy_bilinear_of_any_size_stays_among_its_pixels(size):
    pixels = np.random.default_rng(0).integers(30, 200, (*size, 3), np.uint8)
    spec = InputSpec(height=300, width=300, mean=(0,) * 3, scale=(1,) * 3, resize="legacy_bilinear")
    tensor = Preprocessor(spec).tensor(pixels)
    assert pixels.min() <= tensor.min() <= tensor.max() <= pixels.max()
    if size == (300, 300):
        np.testing.assert_array_equal(tensor[0], pixels)
