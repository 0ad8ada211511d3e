"""Hostile bodies, without end and from a seed: pictures, base64, JSON and multipart, all broken."""

import base64
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

_BOUNDARY = "frontier"
_QUERIES = (
    "", "", "", "", "?threshold=nan", "?threshold=-1", "?threshold=1e999", "?top_k=0", "?iou=",
    "?top_k=99999999999999999999", "?classes=%00", "?format=xml", "?format=full&threshold=0",
    "?classes=" + "dog," * 500, "?%ff=%fe", "?threshold=0&max_detections=100000",
    "?threshold=0&top_k=10000&max_detections=1000&iou=0", "?top_k=10001",
    "?threshold=0.1&threshold=0.9", "?format=jpeg", "?iou=%F0%9F%90%B6", "?a=" + "b" * 3000,
    "?tiles=99", "?tiles=auto", "?tiles=3&threshold=0&top_k=10000&max_detections=1000&iou=1",
)  # fmt: skip
_VALUES: tuple[object, ...] = (
    None, True, -1, 1e308, 10**40, "", "nan", [], {}, [[]], {"a": {}}, "\x00", "é" * 50, 0.1,
)  # fmt: skip
_TYPES = (
    "image/jpeg", "application/json", "text/plain", "application/x-www-form-urlencoded", "/",
    f"multipart/form-data; boundary={_BOUNDARY}", "multipart/form-data", "x" * 300,
)  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """One request to be refused, or answered, but never to break anything.

    Attributes:
        body: The body.
        content_type: The header, rarely true.
        query: From its question mark on; may be empty.
    """

    body: bytes
    content_type: str
    query: str


def attacks(chance: random.Random, photo: bytes) -> Iterator[Attack]:
    """Endless attacks made from a JPEG; the same ones for the same seed."""
    seeds = _pictures(photo)
    makers = (_picture, _picture, _bomb, _base64, _json, _multipart, _noise)
    while True:
        body = chance.choice(makers)(chance, chance.choice(seeds))
        yield Attack(body, chance.choice(_TYPES), chance.choice(_QUERIES))


def _pictures(photo: bytes) -> list[bytes]:
    """Small pictures of several formats, so that what is measured is refusing, not decoding."""
    pixels = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    small = cv2.resize(np.asarray(pixels), (96, 64))
    return [
        cv2.imencode(suffix, small)[1].tobytes()
        for suffix in (".jpg", ".png", ".webp", ".bmp", ".tiff", ".gif")
    ]


def _picture(chance: random.Random, picture: bytes) -> bytes:
    """Some bytes changed, cut out or doubled; often cut short."""
    body = bytearray(picture)
    for _ in range(chance.choice((0, 1, 4, 32))):
        position = chance.randrange(len(body))
        body[position] = chance.choice((0, 255, chance.randrange(256)))
    if chance.random() < 0.3:
        start = chance.randrange(len(body))
        body[start : start + chance.randrange(64)] = b""
    if chance.random() < 0.3:
        start = chance.randrange(len(body))
        body[start:start] = body[start : start + 4096]
    if chance.random() < 0.4:
        del body[chance.randrange(1, len(body)) :]
    return bytes(body)


def _bomb(chance: random.Random, picture: bytes) -> bytes:
    """A header with another size, up to the largest the format can write."""
    body = bytearray(picture)
    size = bytes(chance.choice((0, 1, 0x20, 0x7F, 0xFF)) for _ in range(8))
    frame = body.find(b"\xff\xc0")
    if body.startswith(b"\xff\xd8") and frame >= 0:
        body[frame + 5 : frame + 9] = size[:4]
    elif body.startswith(b"\x89PNG"):
        body[16:24] = size
    elif body.startswith(b"BM"):
        body[18:26] = size
    else:
        body[4:12] = size
    return bytes(body)


def _base64(chance: random.Random, picture: bytes) -> bytes:
    """Base64 of a broken picture, cut, wrapped, or with foreign characters."""
    encode = chance.choice((base64.b64encode, base64.encodebytes, base64.urlsafe_b64encode))
    text = bytearray(encode(_picture(chance, picture)))
    for _ in range(chance.choice((0, 0, 1, 8))):
        text[chance.randrange(len(text))] = chance.choice(b"=*\n \x00\xffA-_")
    prefix = chance.choice((b"", b"", b"data:image/png;base64,", b"data:,", b"data:;;base64,,"))
    return prefix + bytes(text[: chance.randrange(1, len(text) + 1)])


def _json(chance: random.Random, picture: bytes) -> bytes:
    """JSON of the wrong shape, the wrong values, too deep, or cut."""
    text = base64.b64encode(_picture(chance, picture)).decode()
    value = chance.choice(_VALUES)
    whole = json.dumps(
        chance.choice(
            (
                {"image": value},
                {"images": value},
                {"images": [text, value, text]},
                {"image": text, "threshold": value, "classes": value},
                {"image": text, "format": value, "top_k": value},
                {"images": [{}] * 200},
                value,
            )
        )
    ).encode()
    if chance.random() < 0.1:
        return b'{"image":' + b"[" * chance.choice((100, 20_000))
    return whole[: chance.randrange(1, len(whole) + 1)] if chance.random() < 0.3 else whole


def _multipart(chance: random.Random, picture: bytes) -> bytes:
    """A form whose parts are broken, whose boundary is missing, or whose headers are odd."""
    line = f"--{_BOUNDARY}\r\n".encode()
    name = chance.choice((b'name="image"', b'name="file"; filename="../../x"', b'name="', b""))
    part = line + b"Content-Disposition: form-data; " + name + b"\r\n\r\n"
    part += _picture(chance, picture) + b"\r\n"
    field = line + b'Content-Disposition: form-data; name="threshold"\r\n\r\nNaN\r\n'
    end = chance.choice((f"--{_BOUNDARY}--\r\n".encode(), b"", line * 50))
    return (part + field) * chance.choice((0, 1, 1, 20)) + end


def _noise(chance: random.Random, picture: bytes) -> bytes:
    """Random bytes, nothing, or the first bytes of a picture and then random ones."""
    return chance.choice((b"", picture[:12], picture[:40])) + chance.randbytes(
        chance.choice((0, 1, 100, 5_000))
    )
