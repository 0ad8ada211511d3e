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
