"""Every format, mode and orientation is the same picture; every broken one a named error."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from models.ssd.errors import NotAnImage, TooManyPixels, TruncatedImage, UnsupportedImage
from models.ssd.image import ImageDecoder
from models.ssd.pixels import rgb_from_pillow
from models.ssd.strips import shrunk, shrunk_rgb

SAMPLES = Path(__file__).parents[3] / "samples"
FULL = ImageDecoder(None)


@pytest.fixture(scope="module")
def cat():
    with Image.open(SAMPLES / "chelsea.jpg") as image:
        return image.convert("RGB")


def saved(image, kind, **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def difference(encoded, image):
    """Mean absolute difference to a picture, in pixel values."""
    decoded = FULL.decode(encoded)
    assert (decoded.height, decoded.width) == (image.height, image.width)
    return np.abs(decoded.pixels.astype(int) - np.asarray(image.convert("RGB"), int)).mean()


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("JPEG", {"quality": 95}, 4),
        ("JPEG", {"quality": 95, "progressive": True}, 4),
        ("PNG", {}, 0),
        ("WEBP", {"quality": 90}, 4),
        ("WEBP", {"lossless": True}, 0),
        ("AVIF", {"quality": 90}, 4),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("GIF", {}, 8),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_formats(cat, kind, options, tolerance):
    assert difference(saved(cat, kind, **options), cat) <= tolerance


@pytest.mark.parametrize("mode", ["L", "1", "LA", "P", "RGBA", "PA"])
def test_modes_of_png(cat, mode):
    converted = cat.convert("RGB").quantize(256) if mode == "P" else cat.convert(mode)
    if mode == "PA":
        converted = cat.quantize(256).convert("PA")
        pytest.importorskip("PIL.PngImagePlugin")
        converted = converted.convert("RGBA")
    assert difference(saved(converted, "PNG"), converted) <= 1


def test_cmyk_jpeg(cat):
    assert difference(saved(cat.convert("CMYK"), "JPEG", quality=95), cat) <= 4


def test_grey_jpeg(cat):
    grey = cat.convert("L")
    assert difference(saved(grey, "JPEG", quality=95), grey) <= 4


def test_sixteen_bits_keep_their_upper_byte(cat):
    grey = cat.convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    for kind in ("PNG", "TIFF"):
        assert difference(saved(deep, kind), grey) <= 1


def test_sixteen_bit_colour_png(cat):
    width, height = cat.size
    values = (np.asarray(cat).astype(">u2") * 257).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in values)

    def chunk(name, content):
        return (
            struct.pack(">I", len(content)) + name + content
            + struct.pack(">I", zlib.crc32(name + content))
        )  # fmt: skip

    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
    assert difference(png + chunk(b"IEND", b""), cat) <= 1


def test_float_tiff_is_stretched(cat):
    grey = cat.convert("L")
    values = np.asarray(grey, np.float32)
    stretched = Image.fromarray(((values - values.min()) / np.ptp(values) * 255).astype(np.uint8))
    assert difference(saved(Image.fromarray(values / 300), "TIFF"), stretched) <= 1


def test_transparent_pixels_show_white():
    clear = Image.new("RGBA", (4, 4), (10, 200, 30, 0))
    assert FULL.decode(saved(clear, "PNG")).pixels.min() == 255


def test_of_several_frames_the_first(cat):
    second = Image.new("RGB", cat.size)
    for kind in ("GIF", "WEBP", "TIFF"):
        encoded = saved(cat, kind, save_all=True, append_images=[second])
        assert difference(encoded, cat) <= 8


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_turns(cat, orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    # The pixels as a camera held that way stores them: undo the turn the tag asks for.
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = cat.transpose(undo[orientation]) if orientation > 1 else cat
    options = {"lossless": True} if kind == "WEBP" else {}
    options |= {"quality": 95} if kind == "JPEG" else {}
    assert difference(saved(stored, kind, exif=exif, **options), cat) <= 4


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_data_does_not_spoil_a_picture(cat):
    encoded = saved(cat, "JPEG", quality=95, exif=b"Exif\0\0" + b"II*\0" + b"\xff" * 40)
    assert difference(encoded, cat) <= 4


@pytest.mark.parametrize(
    ("size", "cover", "expected"),
    [
        ((600, 601), 300, (300, 301)),
        ((599, 601), 300, (599, 601)),
        ((2400, 3000), 300, (300, 375)),
        ((1300, 1300), 300, (325, 325)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_reduced_scale_still_covers(size, cover, expected, kind):
    image = Image.new("RGB", (size[1], size[0]), (200, 30, 90))
    decoded = ImageDecoder((cover, cover)).decode(saved(image, kind))
    # JPEG decoders round a reduced size up, others down.
    assert abs(decoded.pixels.shape[0] - expected[0]) <= 1
    assert abs(decoded.pixels.shape[1] - expected[1]) <= 1
    assert (decoded.height, decoded.width) == size
    assert decoded.pixels[5, 5].astype(int) == pytest.approx([200, 30, 90], abs=3)


def test_a_turned_picture_tells_its_turned_size():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (1200, 700))
    decoded = ImageDecoder((300, 300)).decode(saved(image, "JPEG", exif=exif))
    assert (decoded.height, decoded.width) == (1200, 700)
    assert decoded.pixels.shape == (600, 350, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "BMP", "GIF", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_an_image_that_ends_early_is_named(cat, kind, share):
    whole = saved(cat, kind)
    with pytest.raises(TruncatedImage, match=f"the {kind} image ends early or is damaged"):
        FULL.decode(whole[: max(30, int(len(whole) * share))])


def test_pixels_are_counted_in_the_header_before_anything_is_decoded(cat):
    whole = saved(cat, "PNG")
    huge = bytearray(whole[:64])
    huge[16:24] = struct.pack(">II", 9000, 9000)
    huge[29:33] = struct.pack(">I", zlib.crc32(bytes(huge[12:29])))
    with pytest.raises(TooManyPixels, match="81,000,000 pixels or more, at most 50,000,000"):
        FULL.decode(bytes(huge))
    huge[16:24] = struct.pack(">II", 2**30, 2**30)
    huge[29:33] = struct.pack(">I", zlib.crc32(bytes(huge[12:29])))
    with pytest.raises(TooManyPixels):
        FULL.decode(bytes(huge))


def test_the_limit_is_a_setting(cat):
    decoder = ImageDecoder(None, max_pixels=cat.width * cat.height - 1)
    with pytest.raises(TooManyPixels):
        decoder.decode(saved(cat, "JPEG"))
    decoder = ImageDecoder(None, max_pixels=cat.width * cat.height)
    assert decoder.decode(saved(cat, "JPEG")).width == cat.width


@pytest.mark.parametrize(
    ("encoded", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC.*heif-convert"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x0a\xfa\x7f", "JPEG XL"),
        (b"8BPS\0\1", "Photoshop"),
        (b"%PDF-1.7\n", "PDF"),
        (b"P6\n2 2\n255\n", "Netpbm"),
        (b"\0\0\1\0\1\0", "icon"),
        (b"<?xml version='1.0'?>\n<svg xmlns='x'>", "SVG"),
    ],
    ids=["heic", "jp2", "jxl", "psd", "pdf", "ppm", "ico", "svg"],
)
def test_known_but_unread_formats_are_told(encoded, kind):
    with pytest.raises(UnsupportedImage, match=kind):
        FULL.decode(encoded)


@pytest.mark.parametrize("encoded", [b"", b"\0", b"hello", b"\x89PN", b"{}", bytes(1000)])
def test_what_is_no_image_is_told(encoded):
    with pytest.raises(NotAnImage, match="send JPEG, PNG"):
        FULL.decode(encoded)


def test_large_pictures_are_decoded(tmp_path):
    image = Image.new("RGB", (4000, 2100), (1, 2, 3))
    decoded = ImageDecoder((300, 300)).decode(saved(image, "JPEG"))
    assert decoded.pixels.shape == (525, 1000, 3)


@pytest.mark.parametrize("size", [(1600, 1200), (999, 1301)], ids=["even", "odd"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "CMYK", "1", "I;16"])
def test_a_picture_taken_in_strips_is_the_same_as_whole(mode, size):
    height, width = size
    colours = np.random.default_rng(1).integers(0, 256, (40, 30, 4), dtype=np.uint8)
    picture = Image.fromarray(cv2.resize(colours, (width, height)), "RGBA")
    if mode == "I;16":
        grey = np.asarray(picture.convert("L")).astype(np.uint16)
        picture = Image.fromarray(grey * 257)
    elif mode == "P":
        picture = picture.convert("RGB").quantize(64)
        picture.info["transparency"] = 3
    elif mode != "RGBA":
        picture = picture.convert("LA" if mode == "LA" else "RGB").convert(mode)
    for scale in (1, 2, 4, 8):
        whole = shrunk(rgb_from_pillow(picture), scale)
        assert np.array_equal(shrunk_rgb(picture, scale), whole), scale


def test_a_png_is_decoded_once_and_one_with_too_many_pixels_never(cat, monkeypatch):
    """Pillow decodes a PNG when it is asked for EXIF data, which may stand behind the pixels."""
    decoded = []
    real = PngImageFile.load_prepare
    monkeypatch.setattr(
        PngImageFile, "load_prepare", lambda image: decoded.append(1) or real(image)
    )
    FULL.decode(saved(cat, "PNG"))
    assert len(decoded) == 1
    with pytest.raises(TooManyPixels):
        ImageDecoder(None, max_pixels=1000).decode(saved(cat, "PNG"))
    assert len(decoded) == 1


def test_a_part_of_a_float_picture_is_stretched_as_the_whole():
    values = np.linspace(-7, 5, 1200 * 1000, dtype=np.float32).reshape(1200, 1000)
    values[3, 4] = np.nan
    picture = Image.fromarray(values)
    assert np.array_equal(shrunk_rgb(picture, 1), rgb_from_pillow(picture))


def test_a_large_odd_picture_is_shrunk_in_two_steps_to_nearly_the_same():
    colours = np.random.default_rng(1).integers(0, 256, (50, 40, 3), dtype=np.uint8)
    picture = Image.fromarray(cv2.resize(colours, (3500, 2401)))
    whole = shrunk(rgb_from_pillow(picture), 8).astype(int)
    assert np.abs(shrunk_rgb(picture, 8).astype(int) - whole).max() <= 1
