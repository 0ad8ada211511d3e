"""Odd pictures: read right, refused by name, or damaged; one small file each."""

from pathlib import Path

import numpy as np
import pytest

from models.ssd.errors import TruncatedImage, UnsupportedImage
from models.ssd.image import ImageDecoder
from tests.models.ssd.matrix.scene import bytes_of, colours, grey, opacity

PICTURES = Path(__file__).parents[2] / "data/pictures"
DECODER = ImageDecoder(None)
SCENE = bytes_of(colours())
PLAIN = np.repeat(bytes_of(grey())[..., None], 3, 2)
OVER_WHITE = bytes_of(colours() * opacity()[..., None] + 1 - opacity()[..., None])
CLEAR = PLAIN.copy()
CLEAR[np.round(grey() * 65535) == np.round(grey() * 65535)[3, 5]] = 255
FEW_BITS = np.repeat((np.round(grey() * 15) * 17).astype(np.uint8)[..., None], 3, 2)
FEW_BITS[np.round(grey() * 15) == np.round(grey() * 15)[3, 5]] = 255

READ = {
    # Metadata that unpacks to megabytes, or is faulty, is no part of the picture.
    "ztxt-2-mb.png": SCENE, "itxt-2-mb.png": SCENE, "iccp-3-mb.png": SCENE,
    "chrm-of-a-wrong-length.png": SCENE, "text-of-a-wrong-checksum.png": SCENE,
    "trns-of-a-wrong-checksum.png": SCENE,
    # EXIF turns, wherever it stands; XMP does not.
    "exif-behind-6.png": np.rot90(SCENE, -1),
    "xmp-6.jpg": SCENE, "xmp-6.png": SCENE, "xmp-6.tif": SCENE, "xmp-6.webp": SCENE,
    "turned-6-16-bit.tif": np.rot90(SCENE, -1),
    "grey-16-clear.png": CLEAR, "grey-4-clear.png": FEW_BITS,
    # A missing end marker is no damage, nor is what fills the place before it or stands behind it.
    "whole.jpg": SCENE, "no-end.jpg": SCENE, "line-end-for-end.jpg": SCENE,
    "filled-before-end.jpg": SCENE, "more-behind-end.jpg": SCENE, "no-end.png": SCENE,
    "much-filled-before-end.jpg": SCENE, "zeros-for-end.jpg": SCENE,
    "jfif-2.jpg": SCENE, "ink.jpg": SCENE,
    # The first brand of an AVIF may be a general one.
    "brand-mif1.avif": SCENE, "brand-miaf.avif": SCENE, "brand-msf1.avif": SCENE,
    "brand-ma1a.avif": SCENE,
    "alpha-zero-56.bmp": SCENE, "alpha-zero-108.bmp": SCENE, "alpha-zero-124.bmp": SCENE,
    # The picture of a TIFF is its first page that is no thumbnail and no mask.
    "thumbnail-first.tif": SCENE, "old-thumbnail-first.tif": SCENE, "mask-first.tif": SCENE,
    "only-thumbnail.tif": SCENE, "picture-inside-thumbnail.tif": SCENE,
    "rgb-16.tif": SCENE, "rgb-16-planes.tif": SCENE, "rgba-16.tif": OVER_WHITE,
    "white-16.tif": PLAIN, "twelve-in-16.tif": PLAIN, "twelve-in-16-rgb.tif": SCENE,
    "ten-told-in-16.tif": PLAIN, "twelve.tif": PLAIN, "uint-32.tif": PLAIN, "int-16.tif": PLAIN,
    "float-64-rgb.tif": SCENE, "big-endian-bigtiff.tif": SCENE,
}  # fmt: skip
REFUSED = {
    "twelve-bit.jpg": "12-bit JPEG", "jpeg-ls.jpg": "JPEG-LS",
    "lossless-colour.jpg": "lossless JPEG in colour", "hierarchical.jpg": "hierarchical JPEG",
    "too-wide.jpg": "JPEG of more than 65,500 pixels", "two-components.jpg": "JPEG of 2 components",
    "dnl.jpg": "JPEG that tells its height at its end", "cgbi.png": "Apple's own .CgBI.",
    "rgb-16-clear.png": "16-bit RGB PNG with a colour that is clear",
    "masks-444.bmp": "BMP bitfields layout", "jpeg-inside.bmp": "BMP compression .4.",
    "only-mif1.heif": "HEIF", "mif1-first.heic": "HEIC.*heif-convert",
    "dng.tif": "camera raw", "nef.tif": "camera raw", "cr2.tif": "camera raw",
    "sony.tif": "camera raw", "lab.tif": "8-bit Lab TIFF", "half-float.tif": "16-bit float grey",
    "cmyk-16-planes.tif": "16-bit CMYK in planes TIFF",
    "rgba-16-planes.tif": "16-bit RGB with 1 extra in planes TIFF",
}  # fmt: skip
DAMAGED = (
    "zeros-inside.jpg", "zeros-before-end.jpg", "cut.jpg", "cut-with-end.jpg",
    "second-half-zeros.jpg", "strange-marker.jpg", "restart-lost.jpg",
    "left-over-before-end.jpg", "progressive-cut-with-end.jpg", "ink-damaged.jpg",
    "damaged-checksum.png",
)  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_an_odd_picture_is_read_right(name):
    decoded = DECODER.decode((PICTURES / name).read_bytes())
    assert decoded.pixels.shape == READ[name].shape
    assert (decoded.height, decoded.width) == READ[name].shape[:2]
    apart = np.abs(decoded.pixels.astype(int) - READ[name])
    assert apart.mean() <= 2
    assert apart.max() <= 16


@pytest.mark.parametrize("name", READ)
def test_an_odd_picture_is_the_same_where_damage_is_accepted(name):
    encoded = (PICTURES / name).read_bytes()
    accepted = DECODER.decode(DECODER.inspect(encoded, damaged=True))
    assert np.array_equal(accepted.pixels, DECODER.decode(encoded).pixels)


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("damaged", [False, True], ids=["refuse", "accept"])
def test_a_whole_picture_of_a_kind_that_is_not_read_is_named(name, damaged):
    with pytest.raises(UnsupportedImage, match=REFUSED[name]) as caught:
        DECODER.inspect((PICTURES / name).read_bytes(), damaged=damaged)
    assert "convert it to JPEG or PNG" in caught.value.message


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_told_unless_it_is_accepted(name):
    encoded = (PICTURES / name).read_bytes()
    with pytest.raises(TruncatedImage, match=r"is damaged: .* or add damaged=accept"):
        DECODER.decode(encoded)
    picture = DECODER.inspect(encoded, damaged=True)
    shown = DECODER.decode(picture).pixels
    assert shown.shape == (picture.header.height, picture.header.width, 3)
    # What stands before the damage is there.
    assert shown[: len(shown) // 5].std() > 20


def test_every_file_is_told_of():
    named = {*READ, *REFUSED, *DAMAGED, "README.md", "odd-sampling.jpg", "damaged-pixels.png"}
    assert {each.name for each in PICTURES.iterdir()} == named


def test_subsampling_that_the_first_decoder_does_not_know_is_read_by_another():
    shown = DECODER.decode((PICTURES / "odd-sampling.jpg").read_bytes()).pixels.astype(int)
    assert np.abs(shown - SCENE).mean() < 4


def test_a_part_of_a_jpeg_at_a_reduced_scale_is_damaged_all_the_same():
    decoder = ImageDecoder((30, 30))
    assert decoder.inspect((PICTURES / "cut.jpg").read_bytes()).scale == 8
    with pytest.raises(TruncatedImage):
        decoder.decode((PICTURES / "cut.jpg").read_bytes())


@pytest.mark.parametrize("damaged", [False, True], ids=["refuse", "accept"])
def test_where_nothing_can_be_read_nothing_is_accepted(damaged):
    encoded = (PICTURES / "damaged-pixels.png").read_bytes()
    with pytest.raises(TruncatedImage):
        DECODER.decode(DECODER.inspect(encoded, damaged=damaged))
