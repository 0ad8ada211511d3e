import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ssd.errors import DetectorError
from models.ssd.formats import readable_format, unreadable_format
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


@given(st.binary(max_size=600))
def test_no_format_is_both_read_and_not(encoded):
    assert readable_format(encoded) is None or unreadable_format(encoded) is None
