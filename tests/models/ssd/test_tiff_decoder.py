"""TIFFs that Pillow reads wrong are read by OpenCV: depth, order, alpha and white."""

from dataclasses import replace

import numpy as np
import pytest

from models.ssd.cost import STRIP_PIXELS
from models.ssd.structure import Structure
from models.ssd.tiff_decoder import TiffDamaged, decode_tiff
from models.ssd.tiff_layout import Reader
from models.ssd.tiff_structure import TiffStructure, read_tiff
from tests.models.ssd.matrix.scene import HEIGHT, WIDTH, bytes_of, colours, grey, opacity, whole
from tests.models.ssd.matrix.tiff_files import BLACK_IS_ZERO, WHITE_IS_ZERO, Layout, tiff_file

GREY, WHITE = Layout(BLACK_IS_ZERO, 16), Layout(WHITE_IS_ZERO, 16)
COLOUR = Layout(bits=16)
OVER_WHITE = colours() * opacity()[..., None] + 1 - opacity()[..., None]
PLAIN = np.repeat(grey()[..., None], 3, 2)


def decoded(encoded, scale=1):
    return decode_tiff(encoded, read_tiff(encoded), scale)


@pytest.mark.parametrize(
    ("layout", "shown"),
    [
        (COLOUR, colours()),
        (replace(COLOUR, order=">"), colours()),
        (GREY, PLAIN),
        (WHITE, PLAIN),
        (replace(GREY, bits=12), PLAIN),
        (replace(GREY, bits=32), PLAIN),
        (replace(GREY, sample_format=2), PLAIN),
        (replace(COLOUR, bits=64, sample_format=3), colours()),
        (replace(COLOUR, planar=2), colours()),
        (Layout(order=">", big=True), colours()),
        (replace(COLOUR, extra=2), OVER_WHITE),
        (replace(COLOUR, extra=1), OVER_WHITE),
        (replace(COLOUR, extra=0), colours()),
    ],
    ids=lambda value: value.name if isinstance(value, Layout) else "",
)  # fmt: skip
def test_numbers_become_the_bytes_that_were_meant(layout, shown):
    pixels = decoded(tiff_file(layout))
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - bytes_of(shown)).max() <= 2


@pytest.mark.parametrize(
    "layout", [Layout(), Layout(BLACK_IS_ZERO), replace(GREY, compression=50000)]
)
def test_what_pillow_reads_is_left_to_it(layout):
    encoded = tiff_file(layout)
    assert read_tiff(encoded).layout.reader is Reader.PILLOW
    assert decoded(encoded) is None


@pytest.mark.parametrize("structure", [Structure(), TiffStructure()])
def test_a_file_without_a_picture_is_left_to_pillow(structure):
    assert decode_tiff(tiff_file(COLOUR), structure, 1) is None


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
@pytest.mark.parametrize("layout", [COLOUR, Layout(order=">", big=True)], ids=["deep", "flat"])
def test_pixels_come_at_the_scale_that_is_wanted(layout, scale):
    pixels = decoded(tiff_file(layout), scale)
    assert pixels.shape == (HEIGHT // scale, WIDTH // scale, 3)
    assert abs(pixels[0].mean() - bytes_of(colours())[:scale].mean()) < 3


def test_a_picture_is_turned_as_it_says():
    pixels = decoded(tiff_file(replace(COLOUR, orientation=6)))
    assert np.abs(pixels.astype(int) - np.rot90(bytes_of(colours()), -1)).max() <= 1


@pytest.mark.parametrize("layout", [COLOUR, Layout(order=">", big=True)], ids=["deep", "flat"])
def test_what_cannot_be_read_is_damaged(layout):
    encoded = tiff_file(replace(layout, compression=8))
    structure = read_tiff(encoded)
    for broken in (encoded[:4], b"", encoded[:16] + b"\xff" * 4 + bytes(300) + encoded[400:]):
        with pytest.raises(TiffDamaged):
            decode_tiff(broken, structure, 1)


def test_a_preview_of_a_byte_is_no_deep_picture():
    deep, flat = tiff_file(COLOUR), tiff_file(Layout())
    with pytest.raises(TiffDamaged, match="reads nothing of it"):
        decode_tiff(flat, read_tiff(deep), 1)


def sixteen(numbers, more=()):
    """A grey TIFF of these numbers of sixteen bits."""
    values = np.asarray(numbers, float)[:, :, None] / 65535
    return tiff_file(replace(GREY, more=more), values)


@pytest.mark.parametrize("bits", [12, 14, 16])
def test_deep_numbers_keep_their_upper_byte(bits):
    values = grey()[:, :, None]
    upper = whole(values, bits) >> (bits - 8)
    pixels = decoded(tiff_file(replace(GREY, bits=bits), values))
    assert np.array_equal(pixels[:, :, :1], upper)


@pytest.mark.parametrize(
    ("greatest", "more", "white"),
    [
        (65535, (), 65535),
        (4096, (), 65535),
        (4095, (), 4095),
        (1000, (), 4095),
        (1000, ((281, (3, [1023])),), 1023),
        (1023, ((281, (3, [1023])),), 1023),
        # It tells of less than there is: it is not believed.
        (1024, ((281, (3, [1023])),), 4095),
    ],
)
def test_where_white_lies_is_told_or_seen(greatest, more, white):
    numbers = np.linspace(0, greatest, 64).round().reshape(8, 8)
    pixels = decoded(sixteen(numbers, more))[..., 0].astype(int)
    assert np.abs(pixels - numbers * 255 / white).max() <= 1


def test_floats_are_stretched_from_their_least_to_their_greatest():
    values = np.linspace(-3, 5, 64).reshape(8, 8, 1)
    pixels = decoded(tiff_file(Layout(BLACK_IS_ZERO, 64, 3), values))[..., 0]
    assert (pixels[0, 0], pixels[-1, -1]) == (0, 255)
    assert np.abs(pixels.astype(int).ravel() - np.linspace(0, 255, 64)).max() <= 1


def test_strips_meet_without_a_seam_and_are_stretched_together():
    height = STRIP_PIXELS // 4000 + 17
    values = np.broadcast_to(np.linspace(0, 1, height)[:, None, None], (height, 1000, 1))
    for layout in (replace(GREY, rows=100), Layout(BLACK_IS_ZERO, 64, 3, rows=100)):
        pixels = decoded(tiff_file(layout, values))
        expected = np.linspace(0, 255, height)
        assert np.abs(pixels[:, 0, 0].astype(int) - expected).max() <= 1
        assert np.abs(pixels[:, -1, 2].astype(int) - expected).max() <= 1
