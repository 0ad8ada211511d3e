"""Packed bodies are unpacked within bounds, or refused with the coding's name."""

import base64
import gzip
import io
import json
import subprocess
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.coding import unpacked
from handler.errors import BadOption, BodyTooLarge, PayloadError, TooCostly, UnknownCoding
from handler.limits import CODINGS, MEMBERS

MOST = 1 << 20
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 30


def deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def gzip_with_name(data):
    target = io.BytesIO()
    with gzip.GzipFile("photo.jpg", "wb", fileobj=target) as file:
        file.write(data)
    return target.getvalue()


def brotli(data):
    return pytest.importorskip("brotli", "1.2").compress(data)


def zstd(data):
    try:
        from compression import zstd as library
    except ImportError:
        library = pytest.importorskip("backports.zstd")
    return library.compress(data)


PACKERS = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "shout": (" GZip ", gzip.compress),
    "name": ("gzip", gzip_with_name),
    "members": ("gzip", lambda data: b"".join(map(gzip.compress, (data[:9], b"", data[9:])))),
    "filled-up": ("gzip", lambda data: gzip.compress(data) + bytes(300)),
    "stored": ("gzip", lambda data: gzip.compress(data, 0)),
    "zlib": ("deflate", zlib.compress),
    "zlib-stored": ("deflate", lambda data: zlib.compress(data, 0)),
    "deflate-bare": ("deflate", deflate),
    "two": ("deflate, gzip", lambda data: gzip.compress(zlib.compress(data))),
    "twice": ("gzip,gzip", lambda data: gzip.compress(gzip.compress(data))),
    "with-identity": ("identity, gzip, ,identity", gzip.compress),
    "br": ("br", brotli),
    "zstd": ("zstd", zstd),
    "zstd-frames": ("zstd", lambda data: zstd(data[:9]) + zstd(data[9:])),
    "three": ("br, zstd, gzip", lambda data: gzip.compress(zstd(brotli(data)))),
}


@pytest.mark.parametrize("packer", PACKERS)
def test_what_was_packed_comes_out(packer):
    encoding, pack = PACKERS[packer]
    # Much that follows the first piece, and little.
    for data in (PNG, base64.b64encode(PNG), PNG * 20, b"a", b""):
        assert unpacked(pack(data), encoding, MOST) == data


@pytest.mark.parametrize("word", ["identity", "IDENTITY", "", ",", "base64", "utf-8", "binary"])
def test_words_that_say_nothing(word):
    assert unpacked(b"\x1f\x8b no gzip", word, 1) == b"\x1f\x8b no gzip"


@pytest.mark.parametrize("body", [PNG, b'{"image": "iVBORw0KGgo"}', b"iVBORw0KGgo", b"--b\r\n"])
@pytest.mark.parametrize("encoding", ["gzip", "zstd", "gzip, gzip"])
def test_a_header_that_was_left_behind(body, encoding):
    if encoding == "zstd":
        zstd(b"")
    assert unpacked(body, encoding, MOST) == body
    if encoding == "gzip, gzip":
        assert unpacked(gzip.compress(body), encoding, MOST) == body


@pytest.mark.parametrize("name", ["compress", "x-compress", "gzipped", "aws-chunked", "é" * 90])
@pytest.mark.parametrize("others", ["{}", "gzip, {}", "{}, gzip"])
def test_another_coding_is_named_whatever_the_body(name, others):
    for body in (PNG, gzip.compress(PNG), b"text"):
        with pytest.raises(UnknownCoding) as caught:
            unpacked(body, others.format(name), MOST)
        assert caught.value.code == "unsupported_format"
        assert name[:40].removeprefix("x-") in caught.value.message
        assert "gzip or deflate" in caught.value.message.replace(" or br", "").replace(
            " or zstd", ""
        )
        assert "\n" not in caught.value.message


@pytest.mark.parametrize("name", ["br", "zstd"])
def test_a_coding_whose_library_is_not_there_is_named(name):
    """In an interpreter that sees the environment's packages without these."""
    program = f"""
import sys
from handler.coding import unpacked
from handler.errors import UnknownCoding
sys.path[:] = [each for each in sys.path if each]
for module in ("brotli", "compression", "backports", "backports.zstd"):
    sys.modules[module] = None
try:
    unpacked(b"x", "{name}", 1)
except UnknownCoding as error:
    print(error.message)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stdout == (
        f"Content-Encoding '{name}' is not read here: send the body as it is, or packed by gzip or "
        "deflate\n"
    )


DAMAGED = {
    "empty-gzip": (b"\x1f\x8b", "gzip"),
    "cut": (gzip.compress(PNG)[:200], "gzip"),
    "cut-at-the-end": (gzip.compress(PNG)[:-4], "gzip"),
    "wrong-sum": (gzip.compress(PNG)[:-8] + bytes(8), "gzip"),
    "followed": (gzip.compress(PNG) + b"more", "gzip"),
    "other": (bytes(range(128, 256)), "gzip"),
    "no-zlib": (b"hello there", "deflate"),
    "one-byte": (b"\x78", "deflate"),
    "zlib-cut": (zlib.compress(PNG)[:-1], "deflate"),
    "dictionary": (b"\x78\xbb" + bytes(20), "deflate"),
    "no-br": (b"hello there, hello", "br"),
    "no-zstd": (b"\xff hello there, hello", "zstd"),
    "zstd-window": (b"\x28\xb5\x2f\xfd\x00\x70" + b"\x01\x00\x00" * 3, "zstd"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_named(name):
    body, encoding = DAMAGED[name]
    {"br": brotli, "zstd": zstd}.get(encoding, len)(b"")
    with pytest.raises(BadOption, match=f"is said to be {encoding}"):
        unpacked(body, encoding, MOST)


@pytest.mark.parametrize(
    "packer", ["gzip", "zlib", "deflate-bare", "br", "zstd", "twice", "members"]
)
def test_a_body_is_bounded_to_the_byte(packer):
    encoding, pack = PACKERS[packer]
    for size in (1, 99_999, 100_000):
        assert unpacked(pack(bytes(size)), encoding, 100_000) == bytes(size)
    for size in (100_001, 10_000_000):
        with pytest.raises(BodyTooLarge, match="more than 100000 bytes") as caught:
            unpacked(pack(bytes(size)), encoding, 100_000)
        assert caught.value.code == "body_too_large"


def test_members_and_codings_are_counted():
    one = gzip.compress(b"")
    assert unpacked(one * MEMBERS.most, "gzip", 1) == b""
    with pytest.raises(TooCostly, match="members of a gzip body"):
        unpacked(one * (MEMBERS.most + 1), "gzip", 1)
    with pytest.raises(TooCostly, match="codings of a body"):
        unpacked(one, ",".join(["gzip"] * (CODINGS.most + 1)), 1)


@given(
    st.binary(max_size=300),
    st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip,deflate", "compress", "é,gzip"]),
    st.sampled_from([b"", b"\x1f\x8b\x08", b"\x78\x9c", b"\x28\xb5\x2f\xfd", PNG[:8]]),
)
def test_any_body_is_unpacked_or_a_named_error(body, encoding, start):
    try:
        assert len(unpacked(start + body, encoding, 1000)) <= max(1000, len(start + body))
    except PayloadError as error:
        assert "\n" not in error.message


@given(st.binary(max_size=3000), st.lists(st.sampled_from(["gzip", "deflate"]), max_size=4))
def test_codings_there_and_back(data, names):
    data, body = b"\0" + data, b"\0" + data
    for name in names:
        body = {"gzip": gzip.compress, "deflate": zlib.compress}[name](body)
    assert unpacked(body, ",".join(names), MOST) == data


PROGRAM = """
import json, resource, sys, gzip, zlib
from handler.coding import unpacked
from handler.errors import PayloadError
body = eval(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    unpacked(body, sys.argv[2], 32 << 20)
except PayloadError as error:
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(json.dumps([grown, error.code]))
"""
BOMBS = {
    "zeros": ("gzip.compress(bytes(33_000_000)) * 30", "gzip", "body_too_large"),
    "nested": (
        "gzip.compress(gzip.compress(bytes(33_000_000)) * 30)",
        "gzip, gzip",
        "body_too_large",
    ),
    "members": ("gzip.compress(b'') * 1_600_000", "gzip", "too_costly"),
    "blocks": (r"b'\x1f\x8b\x08' + bytes(7) + b'\0\0\0\xff\xff' * 6_600_000", "gzip", "bad_option"),
    "name": (r"b'\x1f\x8b\x08\x08' + bytes(6) + b'a' * 33_000_000", "gzip", "bad_option"),
    "deflate": ("zlib.compress(bytes(99_000_000))", "deflate", "body_too_large"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_little(name):
    """The bars are 300 MB and 20 seconds for any body, as in test_forms.py."""
    body, encoding, code = BOMBS[name]
    command = [*("sh", "-c", 'ulimit -t 20 && exec "$@"', "sh"), sys.executable, "-c", PROGRAM]
    done = subprocess.run(
        [*command, body, encoding], capture_output=True, check=True, timeout=60, text=True
    )
    grown, told = json.loads(done.stdout)
    assert told == code
    assert grown < 150_000_000


@pytest.mark.parametrize("name", ["br", "zstd"])
def test_a_bomb_of_another_library_takes_little(name):
    body = {"br": brotli, "zstd": zstd}[name](bytes(40_000_000))
    assert len(body) < 100_000
    program = PROGRAM.replace("eval(sys.argv[1])", "bytes.fromhex(sys.argv[1])")
    done = subprocess.run(
        [sys.executable, "-c", program, body.hex(), name],
        capture_output=True, check=True, timeout=60, text=True,
    )  # fmt: skip
    grown, told = json.loads(done.stdout)
    assert told == "body_too_large"
    assert grown < 150_000_000
