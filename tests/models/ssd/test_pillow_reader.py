"""Pillow is asked for one format alone, and whatever it stumbles over has one of two names."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from models.ssd.cost import Header
from models.ssd.pillow_reader import (
    Unknown,
    Unreadable,
    decode_picture,
    open_picture,
    orientation_of,
    read_header,
)

HEIGHT, WIDTH = 48, 64
KINDS = ["JPEG", "PNG", "WEBP", "AVIF", "BMP", "GIF", "TIFF"]


def picture(mode="RGB"):
    across, down = np.meshgrid(np.linspace(0, 255, WIDTH), np.linspace(0, 255, HEIGHT))
    layers = np.stack([across, down, 255 - across], 2).astype(np.uint8)
    return Image.fromarray(layers, "RGB").convert(mode)


def saved(image, kind, **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def turned(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def xmp(value):
    return f'<x:xmpmeta><rdf:li tiff:Orientation="{value}"/></x:xmpmeta>'.encode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_opened_by_the_reader_of_its_kind_and_no_other(kind):
    whole = saved(picture(), kind)
    with open_picture(whole, kind) as image:
        assert (image.format, image.size) == (kind, (WIDTH, HEIGHT))
    for other in set(KINDS) - {kind}:
        with pytest.raises(Unreadable):
            read_header(whole, other)


def test_a_photo_that_holds_several_is_opened_as_one():
    more = [picture().rotate(90)]
    whole = saved(picture(), "MPO", save_all=True, append_images=more)
    with open_picture(whole, "JPEG") as image:
        assert type(image) is JpegImageFile


@pytest.mark.parametrize("brand", [b"mif1", b"miaf", b"msf1"])
def test_an_avif_may_have_a_general_brand_first(brand):
    whole = saved(picture(), "AVIF")
    assert whole[8:12] == b"avif"
    assert read_header(whole[:8] + brand + whole[12:], "AVIF").width == WIDTH


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "CMYK"), ("PNG", "LA"), ("TIFF", "F"), ("GIF", "P"), ("BMP", "1")]
)
def test_a_header_is_what_a_picture_says_of_itself(kind, mode):
    header = read_header(saved(picture(mode), kind), kind)
    assert header == Header(format=kind, mode=mode, height=HEIGHT, width=WIDTH)


@pytest.mark.parametrize(("kind", "frames"), [("WEBP", 3), ("GIF", 1), ("TIFF", 1), ("PNG", 1)])
def test_frames_are_counted_where_a_decoder_is_chosen_by_them(kind, frames):
    more = [picture().rotate(90), picture().rotate(180)]
    assert read_header(saved(picture(), kind, save_all=True, append_images=more), kind).frames == (
        frames
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_that_ends_early_is_unreadable(kind):
    with pytest.raises(Unreadable):
        read_header(saved(picture(), kind)[:14], kind)


def test_a_bmp_of_a_kind_that_pillow_does_not_know_is_told_from_a_damaged_one():
    whole = bytearray(saved(picture(), "BMP"))
    struct.pack_into("<I", whole, 30, 4)
    with pytest.raises(Unknown, match=r"^BMP compression \(4\)"):
        read_header(bytes(whole), "BMP")


def test_more_pixels_than_pillow_ever_takes_keep_their_own_name():
    whole = bytearray(saved(picture(), "PNG"))
    whole[16:24] = struct.pack(">II", 2**30, 2**30)
    whole[29:33] = struct.pack(">I", zlib.crc32(bytes(whole[12:29])))
    with pytest.raises(Image.DecompressionBombError):
        read_header(bytes(whole), "PNG")


@pytest.mark.parametrize("value", [0, *range(1, 9), 9, 65535])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_orientation_is_1_to_8_or_upright(value, kind):
    header = read_header(saved(picture(), kind, exif=turned(value)), kind)
    assert header.orientation == (value if 1 <= value <= 8 else 1)


@pytest.mark.parametrize(
    "exif", [None, b"", b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\xff", b"\xff" * 9]
)
def test_exif_that_makes_no_sense_does_not_turn(exif):
    image = picture()
    image.info["exif"] = exif
    assert orientation_of(image) == 1


def test_xmp_turns_neither_a_header_nor_pixels():
    image = picture()
    image.info |= {"xmp": xmp(6), "exif": turned(1).tobytes()}
    assert orientation_of(image) == 1
    whole = saved(picture(), "TIFF", tiffinfo={700: xmp(6)})
    header = read_header(whole, "TIFF")
    pixels = decode_picture(whole, header, 1, damaged=False)
    assert np.array_equal(pixels, np.asarray(picture()))


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
@pytest.mark.parametrize("kind", KINDS)
def test_pixels_come_at_the_scale_that_is_wanted(kind, scale):
    whole = saved(picture(), kind)
    shown = decode_picture(whole, read_header(whole, kind), scale, damaged=False)
    expected = np.asarray(picture().reduce(scale), int)
    assert shown.shape == expected.shape
    assert np.abs(shown.astype(int) - expected).mean() < 12


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF"])
def test_half_a_picture_is_answered_only_where_that_will_do(kind):
    noisy = Image.fromarray(np.random.default_rng(1).integers(60, 256, (256, 256, 3), np.uint8))
    whole = saved(noisy, kind)
    half = whole[: len(whole) // 2]
    header = read_header(whole, kind)
    with pytest.raises(Unreadable):
        decode_picture(half, header, 1, damaged=False)
    shown = decode_picture(half, header, 1, damaged=True)
    assert shown.shape == (256, 256, 3)
    # A BMP begins with its last row.
    rows = shown[::-1] if kind == "BMP" else shown
    assert rows[:40].std() > 20


@pytest.mark.parametrize("damaged", [False, True])
def test_where_nothing_was_read_nothing_is_accepted(damaged):
    whole = saved(picture(), "PNG")
    nothing = whole[: whole.index(b"IDAT") + 6]
    with pytest.raises(Unreadable):
        decode_picture(nothing, read_header(whole, "PNG"), 1, damaged=damaged)


def bmp(layers):
    """A BMP whose header has a mask for alpha; Pillow writes none."""
    height, width = layers.shape[:2]
    masks = (0xFF, 0xFF00, 0xFF0000, 0xFF000000)
    head = struct.pack("<IiiHHIIiiII", 56, width, -height, 1, 32, 3, 0, 0, 0, 0, 0)
    content = head + struct.pack("<4I", *masks) + layers.tobytes()
    return b"BM" + struct.pack("<III", 14 + len(content), 0, 14 + 56) + content


def one_colour(alpha):
    return np.full((4, 6, 4), (10, 200, 30, alpha), np.uint8)


def test_a_bmp_whose_alpha_is_nowhere_has_none():
    for alpha in (0, 255):
        whole = bmp(one_colour(alpha))
        header = read_header(whole, "BMP")
        assert header.mode == "RGBA"
        assert (decode_picture(whole, header, 1, damaged=False) == [10, 200, 30]).all()


def test_alpha_that_is_somewhere_counts_and_that_of_other_kinds_always():
    layers = one_colour(0)
    layers[0, 0, 3] = 255
    whole = bmp(layers)
    pixels = decode_picture(whole, read_header(whole, "BMP"), 1, damaged=False)
    assert pixels[0, 0].tolist() == [10, 200, 30]
    assert (pixels[1:] == 255).all()
    clear = saved(Image.fromarray(one_colour(0), "RGBA"), "PNG")
    assert (decode_picture(clear, read_header(clear, "PNG"), 1, damaged=False) == 255).all()
