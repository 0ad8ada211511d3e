import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ssd.errors import DetectorError
from models.ssd.formats import READ, image_format
from models.ssd.image import ImageDecoder

HEADS = [
    b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 ", b"GIF89a", b"II*\0",
    b"BM",
]  # fmt: skip
DECODER = ImageDecoder((300, 300), max_pixels=100_000)


@given(st.sampled_from(HEADS), st.binary(max_size=400))
@pytest.mark.filterwarnings("ignore")
def test_any_bytes_are_a_picture_or_a_named_error(head, rest):
    try:
        DECODER.decode(head + rest)
    except DetectorError as error:
        assert error.code in {
            "not_an_image", "truncated_image", "unsupported_format", "too_many_pixels",
        }  # fmt: skip


def boxed(major, *compatible):
    brands = b"".join(compatible)
    return (16 + len(brands)).to_bytes(4) + b"ftyp" + major + bytes(4) + brands + bytes(40)


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        (boxed(b"avif"), "AVIF"), (boxed(b"avis", b"msf1"), "AVIF"),
        (boxed(b"mif1", b"miaf", b"avif"), "AVIF"), (boxed(b"miaf", b"avis"), "AVIF"),
        (boxed(b"heic", b"mif1"), "HEIC"), (boxed(b"msf1", b"hevc"), "HEIC"),
        (boxed(b"mif1"), "HEIF"), (boxed(b"crx ", b"isom"), "camera raw"),
        (boxed(b"isom", b"mp41"), None),
        # What stands behind the box is no brand.
        (boxed(b"mif1")[:16] + b"avif", "HEIF"),
        (b"IIRO\x08\0\0\0", "camera raw"), (b"IIU\0\x18\0\0\0", "camera raw"),
        (b"FUJIFILMCCD-RAW 0201", "camera raw"), (b"II\xbc\x01", "JPEG XR"),
        (b"\x8aMNG\r\n\x1a\n", "MNG"),
    ],
)  # fmt: skip
def test_a_format_is_told_by_all_of_its_brands(encoded, name):
    assert image_format(encoded) == name
    assert (name in READ) == (name == "AVIF")
