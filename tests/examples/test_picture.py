"""Any picture of a digit becomes what the networks learnt from."""

import base64
import io

import numpy as np
import pytest
from mnist import picture
from mnist.picture import PictureError, read_picture
from PIL import Image, ImageDraw, ImageFilter, ImageOps


def seven(width=400, height=300, thick=24):
    """A seven, white on black, off the middle."""
    drawn = Image.new("L", (width, height))
    ImageDraw.Draw(drawn).line([(60, 40), (180, 40), (100, 220)], fill=255, width=thick)
    return drawn.filter(ImageFilter.GaussianBlur(2))


def encoded(drawn, form="PNG", **how):
    data = io.BytesIO()
    drawn.save(data, form, **how)
    return data.getvalue()


def transparent(ink):
    """The seven in one shade on nothing."""
    drawn = Image.new("RGBA", (400, 300), (*(ink,) * 3, 0))
    drawn.putalpha(seven())
    return drawn


PLAIN = encoded(seven())
VARIANTS = [
    pytest.param(encoded(ImageOps.invert(seven())), id="dark on light"),
    pytest.param(encoded(ImageOps.colorize(seven(), "lightyellow", "darkblue")), id="in colour"),
    pytest.param(encoded(seven().point(lambda value: 90 + value // 4)), id="faint"),
    pytest.param(encoded(seven().convert("RGB"), "JPEG", quality=85), id="jpeg"),
    pytest.param(encoded(seven().convert("P"), "GIF"), id="palette"),
    pytest.param(encoded(seven().point(lambda value: 255 * (value > 99), "1")), id="one bit"),
    pytest.param(encoded(transparent(0)), id="dark on nothing"),
    pytest.param(encoded(transparent(255)), id="light on nothing"),
    pytest.param(
        encoded(Image.fromarray(np.asarray(seven()).astype(np.uint16) * 257)), id="16 bits"
    ),
    pytest.param(encoded(seven().resize((2000, 1500))), id="large"),
    pytest.param(encoded(seven().crop((40, 20, 220, 240))), id="cut close"),
    pytest.param(encoded(ImageOps.expand(seven(), 300)), id="far away"),
    pytest.param(base64.b64encode(PLAIN), id="base64"),
    pytest.param(base64.encodebytes(PLAIN), id="base64 in lines"),
    pytest.param(b"data:image/png;base64," + base64.b64encode(PLAIN), id="data uri"),
]


@pytest.mark.parametrize("body", VARIANTS)
def test_one_digit_is_one_digit_however_it_is_shown(body):
    wanted, found = read_picture(PLAIN), read_picture(body)
    assert found.shape == (28, 28)
    assert found.dtype == np.float32
    assert found.min() == 0
    assert 0.9 < found.max() <= 1
    assert np.abs(found - wanted).mean() < 0.03  # a blank sheet is 0.09 off


def test_a_digit_is_put_where_mnist_has_it():
    found = read_picture(PLAIN)
    rows, columns = (np.flatnonzero((found > 0.1).any(axis=axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(20, abs=1)
    places = np.indices(found.shape).reshape(2, -1)
    assert (places * found.ravel()).sum(axis=1) / found.sum() == pytest.approx(13.5, abs=0.6)


def test_a_picture_in_mnists_own_size_is_left_as_it_is():
    digit = np.zeros((28, 28), np.uint8)
    digit[5:22, 10:14] = 255
    assert (read_picture(encoded(Image.fromarray(digit))) == digit / np.float32(255)).all()


def test_a_turned_photo_is_turned_back():
    turned = seven().rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by a quarter to the right
    found = read_picture(encoded(turned, "JPEG", exif=exif, quality=95))
    assert np.abs(found - read_picture(PLAIN)).mean() < 0.02


def test_a_line_of_one_pixel_is_still_a_digit():
    drawn = Image.new("L", (300, 300))
    drawn.paste(255, (150, 20, 151, 280))
    assert read_picture(encoded(drawn)).sum() > 5


WRONG = [
    pytest.param(b"", "empty_input", id="nothing"),
    pytest.param(b" \n", "empty_input", id="white space"),
    pytest.param(b"seven", "not_an_image", id="text"),
    pytest.param(base64.b64encode(b"seven"), "not_an_image", id="base64 of text"),
    pytest.param(PLAIN[:10], "not_an_image", id="the head of a picture"),
    pytest.param(encoded(seven(), "PNG")[:-300], "truncated_image", id="cut"),
    pytest.param(encoded(Image.new("L", (50, 50), 120)), "bad_option", id="one shade"),
    pytest.param(
        encoded(Image.effect_noise((60, 60), 2)), "bad_option", id="an empty sheet with noise"
    ),
    pytest.param(encoded(seven(), "PPM"), "not_an_image", id="a format that is not taken"),
]


@pytest.mark.parametrize(("body", "code"), WRONG)
def test_what_is_no_digit_is_the_callers_mistake(body, code):
    with pytest.raises(PictureError) as fault:
        read_picture(body)
    assert fault.value.code == code
    assert "\n" not in fault.value.message


def test_a_picture_of_too_many_pixels_is_not_decoded(monkeypatch):
    monkeypatch.setattr(picture, "MOST_PIXELS", 1000)
    with pytest.raises(PictureError) as fault:
        read_picture(PLAIN)
    assert fault.value.code == "too_many_pixels"


def test_a_header_that_claims_a_huge_picture_is_refused():
    claimed = bytearray(PLAIN)
    claimed[16:24] = (200_000).to_bytes(4, "big") * 2
    with pytest.raises(PictureError) as fault:
        read_picture(bytes(claimed))
    assert fault.value.code in {"too_many_pixels", "not_an_image"}
