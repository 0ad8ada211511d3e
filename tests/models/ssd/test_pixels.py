import numpy as np
import pytest
from PIL import Image, ImageOps

from models.ssd.pixels import Span, rgb_from_pillow, turn, upright_size

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_are_pillows(orientation):
    pixels = RANDOM.integers(0, 256, (2, 3, 3), np.uint8)
    image = Image.fromarray(pixels)
    image.getexif()[0x0112] = orientation
    turned = turn(pixels, orientation)
    assert np.array_equal(turned, np.asarray(ImageOps.exif_transpose(image)))
    assert turned.flags.c_contiguous
    assert upright_size(2, 3, orientation) == turned.shape[:2]


def grey_of(array):
    pixels = rgb_from_pillow(Image.fromarray(array))
    assert (pixels == pixels[..., :1]).all()
    return pixels[..., 0].tolist()


def test_sixteen_bits_keep_their_upper_byte():
    assert grey_of(np.uint16([[0, 255, 256, 65535]])) == [[0, 0, 1, 255]]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([0.0, 0.5, 1.0], [0, 127, 255]),
        ([-1.0, 0.0, 1.0], [0, 127, 255]),
        ([0.0, 257.0, 65535.0], [0, 1, 255]),  # 16 bits written as numbers
        ([0.0, 1.0, 65536.0], [0, 0, 255]),
        ([np.nan, np.inf, 100.0], [0, 0, 255]),
        ([7.0, 7.0, 7.0], [0, 0, 0]),
    ],
    ids=["share", "signed", "16 bits", "more", "not finite", "flat"],
)
def test_numbers_are_stretched(values, wanted):
    assert grey_of(np.float32([values])) == [wanted]


def test_a_span_of_parts_is_that_of_the_whole():
    whole = RANDOM.normal(size=(6, 4))
    whole[0, 0] = np.nan
    assert Span.of([whole[:2], whole[2:]]) == Span.of([whole])
    part = rgb_from_pillow(Image.fromarray(np.float32([[5.0]])), Span(0.0, 10.0))
    assert part[0, 0, 0] == 127


def test_what_is_transparent_shows_white():
    image = Image.new("RGBA", (3, 1), (255, 0, 0, 255))
    image.putpixel((1, 0), (255, 0, 0, 0))
    image.putpixel((2, 0), (0, 0, 0, 51))
    assert rgb_from_pillow(image)[0].tolist() == [[255, 0, 0], [255, 255, 255], [204, 204, 204]]
    palette = Image.new("P", (1, 1))
    palette.info["transparency"] = 0
    assert rgb_from_pillow(palette)[0, 0].tolist() == [255, 255, 255]
