"""Every envelope of a call, and the options in it."""

import contextlib

from handler.errors import PayloadError
from handler.options import Options, parse_options
from handler.payload import read_payload

WORDS = (
    b'{"image":"', b'{"images":["', b"data:image/jpeg;base64,", b"image=", b"/9j/",
    b"iVBORw0KGgo=", b"threshold", b"classes", b"&", b"%2B", b"\r\n", b"--", b"NaN", b"1e999",
    b"[[[[[[[[", b"\\ud800", b"\xff\xfe", b"\xef\xbb\xbf", b"b'", b'"', b"\\n", b"&file=",
    b"&data=",
    b"-----BEGIN A-----\n", b"-----END A-----", b";name=a,b;base64,", b" ", b"%25", b"null",
)  # fmt: skip
_BASE = Options()


def one(data):
    with contextlib.suppress(PayloadError):
        payload = read_payload(data)
        assert payload.pictures
        parse_options(payload.fields, _BASE)
