"""Packed bodies: a line with the Content-Encoding, then the body."""

import contextlib

from handler.coding import unpacked
from handler.errors import PayloadError

WORDS = (
    b"gzip\n\x1f\x8b\x08", b"deflate\n\x78\x9c", b"br\n", b"zstd\n\x28\xb5\x2f\xfd", b"gzip,gzip\n",
    b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\0\0\0\xff\xff", b"\x03\0", b"identity", b",", b"x-gzip",
)  # fmt: skip
MOST = 1 << 20


def one(data):
    encoding, _, body = data.partition(b"\n")
    with contextlib.suppress(PayloadError):
        assert len(unpacked(body, encoding.decode("latin-1"), MOST)) <= max(MOST, len(body))
