"""WebP is read by OpenCV as Pillow reads it; what is none, or not whole, is left to another."""

import io

import numpy as np
import pytest
from PIL import Image

from models.ssd.cost import STRIP_PIXELS
from models.ssd.pixels import rgb_from_pillow
from models.ssd.strips import shrunk_rgb
from models.ssd.webp_decoder import decode_webp


def picture(mode, height=40, width=56):
    """Smooth, with a wholly clear and a wholly opaque part where it has alpha."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    layers = np.stack([across, down, 255 - across, np.clip(2 * across - 100, 0, 255)], 2)
    return Image.fromarray(layers[:, :, : len(mode)].astype(np.uint8), mode)


def saved(image, kind="WEBP", **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize(
    "options", [{"quality": 80}, {"lossless": True}], ids=["lossy", "lossless"]
)
@pytest.mark.parametrize("scale", [1, 2, 4, 8])
def test_webp_is_read_as_pillow_reads_it(mode, options, scale):
    encoded = saved(picture(mode), **options)
    with Image.open(io.BytesIO(encoded)) as image:
        expected = shrunk_rgb(image, scale)
    assert expected.shape == (40 // scale, 56 // scale, 3)
    assert np.array_equal(decode_webp(encoded, scale), expected)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_strips_meet_without_a_seam(mode):
    large = picture(mode, STRIP_PIXELS // 500 + 13, 1000)
    encoded = saved(large, lossless=True, exact=True, method=0)
    assert np.array_equal(decode_webp(encoded, 1), rgb_from_pillow(large))


def test_clear_pixels_show_white_and_opaque_ones_their_colour():
    layers = np.zeros((4, 8, 4), np.uint8)
    layers[:, :, :3] = 10, 200, 30
    layers[:, 4:, 3] = 255
    shown = decode_webp(saved(Image.fromarray(layers, "RGBA"), lossless=True, exact=True), 1)
    assert (shown[:, :4] == 255).all()
    assert (shown[:, 4:] == [10, 200, 30]).all()


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"RIFF\0\0\0\0WEBP",
        saved(picture("RGB"))[:-40],
        saved(Image.new("L", (8, 8)), "PNG"),
        saved(Image.fromarray(np.zeros((8, 8), np.uint16)), "PNG"),
    ],
    ids=["nothing", "head", "cut", "grey", "deep"],
)
def test_what_it_cannot_give_as_colours_of_a_byte_is_left_to_another(encoded):
    assert decode_webp(encoded, 1) is None
