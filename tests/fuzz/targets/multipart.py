"""Multipart forms: whatever follows the line that tells one from other bodies."""

import contextlib

from handler.errors import PayloadError
from handler.payload import read_payload

START = b"--b\r\nContent-"
WORDS = (
    b"\r\n--b\r\n", b"\r\n--b--\r\n", b"Content-Disposition: form-data; ", b'name="image"',
    b'filename="', b"filename*=UTF-8''%ff", b"Content-Type: ",
    b"Content-Transfer-Encoding: base64", b"\r\n\r\n", b"\n\n", b"\xff\xd8\xff", b'"', b";", b"\0",
    b"Content-Transfer-Encoding: quoted-printable", b"Content-Encoding: gzip",
    b"name*=UTF-8''image",
    b"Content-Type: multipart/mixed; boundary=c", b"\x95\x5c", b"X-Part: 1\r\n", b"=3D",
    b"filename*0*=",
)  # fmt: skip


def one(data):
    with contextlib.suppress(PayloadError):
        assert len(read_payload(START + data).pictures) == 1
