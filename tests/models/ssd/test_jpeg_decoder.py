"""JPEGs are decoded at a reduced scale; a warning that tells of no damage does not stop one."""

import io

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from models.ssd.jpeg_decoder import (
    JpegDamaged,
    JpegRequest,
    JpegUnread,
    decode_jpeg,
    decode_jpeg_anyhow,
)

HEIGHT, WIDTH = 61, 83
WANTED = JpegRequest(HEIGHT, WIDTH, 1, ink=False, damaged=False)
END = b"\xff\xd9"


def picture(seed=1):
    """Smooth colours and some noise, so that every part of the file is needed."""
    across, down = np.meshgrid(np.linspace(0, 200, WIDTH), np.linspace(0, 200, HEIGHT))
    layers = np.stack([across, down, 200 - across], 2)
    noise = np.random.default_rng(seed).integers(0, 50, layers.shape)
    return Image.fromarray((layers + noise).astype(np.uint8), "RGB")


def saved(image, **options):
    target = io.BytesIO()
    image.save(target, "JPEG", **options)
    return target.getvalue()


WHOLE = saved(picture())
PIXELS = decode_jpeg(WHOLE, WANTED)
CUT = WHOLE[: len(WHOLE) * 3 // 4] + END


def same(encoded, wanted=WANTED):
    return np.array_equal(decode_jpeg(encoded, wanted), PIXELS)


def test_its_colours_are_those_of_the_picture():
    assert PIXELS.dtype == np.uint8
    assert np.abs(PIXELS.astype(int) - np.asarray(picture(), int)).mean() < 20
    assert np.abs(PIXELS[:9, -9:].mean((0, 1)) - [214, 39, 34]).max() < 15


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_each_side_is_divided_by_the_scale_and_rounded_up(scale, mode):
    wanted = replace(WANTED, scale=scale, ink=mode == "CMYK")
    pixels = decode_jpeg(saved(picture().convert(mode)), wanted)
    assert pixels.shape == (-(-HEIGHT // scale), -(-WIDTH // scale), 3)


def test_ink_is_what_is_left_out_of_white():
    inked = saved(picture().convert("CMYK"), quality=98)
    with Image.open(io.BytesIO(inked)) as image:
        expected = np.asarray(image.convert("RGB"), int)
    shown = decode_jpeg(inked, replace(WANTED, ink=True)).astype(int)
    assert np.abs(shown - expected).max() <= 2


@pytest.mark.parametrize("cut", [1, 2])
def test_an_end_marker_that_is_missing_or_half_is_no_damage(cut):
    assert same(WHOLE[:-cut])


@pytest.mark.parametrize("encoded", [CUT, CUT[:-2]], ids=["marked", "unmarked"])
def test_lost_pixels_are_damage_unless_it_will_do(encoded):
    with pytest.raises(JpegDamaged):
        decode_jpeg(encoded, WANTED)
    shown = decode_jpeg(encoded, replace(WANTED, damaged=True))
    assert shown.shape == PIXELS.shape
    assert np.array_equal(shown[:8], PIXELS[:8])
    assert not np.array_equal(shown[-8:], PIXELS[-8:])


@pytest.mark.parametrize("damaged", [False, True])
def test_what_has_no_pixels_at_all_is_no_picture(damaged):
    wanted = replace(WANTED, damaged=damaged)
    for encoded in (WHOLE[:2], WHOLE[:200], b""):
        with pytest.raises((JpegDamaged, JpegUnread)):
            decode_jpeg(encoded, wanted)


@pytest.mark.parametrize("filling", [b"\r\n", b"\0" * 300, b" ", b"\xff\xff", b"\n\0 \xff"])
def test_what_fills_the_place_before_the_end_is_no_damage(filling):
    assert same(WHOLE[:-2] + filling + END)


def test_a_picture_s_own_last_byte_may_look_like_filling():
    files = (saved(picture(seed)) for seed in range(2000))
    encoded = next(each for each in files if each[-3:-2] in (b"\r", b"\n", b"\0", b" "))
    expected = decode_jpeg(encoded, WANTED)
    assert np.array_equal(decode_jpeg(encoded[:-2] + b"\0\0" + END, WANTED), expected)


def test_what_is_left_over_and_no_filling_is_damage():
    with pytest.raises(JpegDamaged, match="extraneous bytes"):
        decode_jpeg(WHOLE[:-2] + b"\x12\x34\x56" * 20 + END, WANTED)
    # Filling does not hide that there are too few pixels either.
    with pytest.raises(JpegDamaged):
        decode_jpeg(CUT[:-2] + b"\0\0" + END, WANTED)


@pytest.mark.parametrize("version", [0, 2, 9])
def test_a_strange_version_of_jfif_is_no_damage_and_hides_none(version):
    place = WHOLE.index(b"JFIF\0") + 5

    def strange(encoded):
        return encoded[:place] + bytes([version]) + encoded[place + 1 :]

    assert same(strange(WHOLE))
    with pytest.raises(JpegDamaged):
        decode_jpeg(strange(CUT), WANTED)


def test_strange_numbers_of_a_scan_are_no_damage():
    place = WHOLE.index(b"\xff\xda") + 4 + 1 + 2 * 3
    assert WHOLE[place : place + 3] == b"\0\x3f\0"
    assert same(WHOLE[:place] + b"\0\0\0" + WHOLE[place + 3 :])


def odd(encoded):
    """The same file, whose first component says that its sampling is three by one."""
    place = encoded.index(b"\xff\xc0") + 2 + 2 + 6 + 1
    return encoded[:place] + b"\x31" + encoded[place + 1 :]


@pytest.mark.parametrize("damaged", [False, True])
def test_a_kind_that_this_decoder_does_not_know_is_told_from_a_damaged_one(damaged):
    with pytest.raises(JpegUnread):
        decode_jpeg(odd(WHOLE), replace(WANTED, damaged=damaged))


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
def test_another_decoder_gives_nearly_the_same_pixels_unturned(scale):
    exif = Image.Exif()
    exif[0x0112] = 6
    shown = decode_jpeg_anyhow(saved(picture(), exif=exif), scale)
    expected = decode_jpeg(WHOLE, replace(WANTED, scale=scale))
    assert shown.shape == expected.shape
    assert np.abs(shown.astype(int) - expected).mean() < 3


@pytest.mark.parametrize("encoded", [b"", b"\xff\xd8\xff", WHOLE[:200]])
def test_nothing_is_what_another_decoder_makes_of_nothing(encoded):
    assert decode_jpeg_anyhow(encoded, 1) is None
