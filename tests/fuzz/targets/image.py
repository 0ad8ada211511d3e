"""Encoded pictures to pixels, of at most two megapixels: what is sought is in the headers."""

import contextlib

from models.ssd.errors import DetectorError
from models.ssd.image import ImageDecoder

WORDS = (
    b"\xff\xd8\xff", b"\xff\xc0\x00\x11\x08", b"\xff\xc2", b"\xff\xda\x00\x08\x01", b"\xff\xe1",
    b"Exif\0\0", b"\x89PNG\r\n\x1a\n", b"IHDR", b"IDAT", b"eXIf", b"zTXt", b"RIFF", b"WEBPVP8 ",
    b"VP8L", b"VP8X", b"ANMF", b"GIF89a", b"\x21\xf9\x04", b"II*\0", b"MM\0*", b"\x12\x01\x03\0",
    b"BM", b"ftypavif", b"ispe", b"meta",
)  # fmt: skip
_DECODER = ImageDecoder((300, 300), max_pixels=2_000_000)


def one(data):
    for damaged in (False, True):
        with contextlib.suppress(DetectorError):
            image = _DECODER.decode(_DECODER.inspect(data, damaged=damaged))
            assert image.pixels.ndim == 3
            assert image.pixels.shape[2] == 3
            assert image.height * image.width <= 2_000_000
