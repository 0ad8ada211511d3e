"""Base64 as people's tools write it holds the picture; what cannot is told with its cause."""

import base64
import io
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handler.errors import BadBase64, NotAnImage, PayloadError, TooCostly
from handler.payload import read_payload
from handler.picture import Picture, read_base64, read_picture
from tests.handler.memory import grown

# All letters of the alphabet are in it, pluses among them.
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3
TEXT = base64.b64encode(PNG)
URI = b"data:image/png;base64," + TEXT
# Base64 without a plus in it, whose spaces are therefore line ends.
PLAIN = b"GIF89a" + bytes(300)
JPEG = io.BytesIO()
Image.new("RGB", (8, 8)).save(JPEG, "JPEG")
JPEG = JPEG.getvalue()


def powershell(text):
    return b"\xff\xfe" + (text.decode() + "\r\n").encode("utf-16-le")


def certutil(text):
    lines = b"\r\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return b"-----BEGIN CERTIFICATE-----\r\n" + lines + b"\r\n-----END CERTIFICATE-----\r\n"


def uuencode(text):
    lines = b"\n".join(text[at : at + 60] for at in range(0, len(text), 60))
    return b"begin-base64 644 img.png\n" + lines + b"\n====\n"


DIALECTS = {
    "utf-8-mark": b"\xef\xbb\xbf" + TEXT,
    "utf-16": powershell(TEXT),
    "utf-16-big": TEXT.decode().encode("utf-16-be"),
    "utf-16-big-mark": b"\xfe\xff" + TEXT.decode().encode("utf-16-be"),
    "utf-16-no-mark": TEXT.decode().encode("utf-16-le"),
    "utf-32": TEXT.decode().encode("utf-32"),
    "utf-32-little": TEXT.decode().encode("utf-32-le"),
    "utf-32-big": TEXT.decode().encode("utf-32-be"),
    "utf-16-cut-in-a-letter": powershell(TEXT) + b"\r",
    "quotes": b'"' + TEXT + b'"\n',
    "single-quotes": b"'" + TEXT + b"'",
    "backquotes": b"`" + TEXT + b"`;",
    "quote-not-closed": b'"' + TEXT,
    "comma-behind": b'"' + TEXT + b'",\n',
    "quote-behind": TEXT + b'"',
    "json-string": json.dumps(TEXT.decode()).encode(),
    "php-string": b'"' + TEXT.replace(b"/", b"\\/") + b'"',
    "dotnet-string": b'"' + TEXT.replace(b"+", b"\\u002B").replace(b"=", b"\\u003D") + b'"',
    "python-bytes": repr(TEXT).encode(),
    "python-bytes-double": b'b"' + TEXT + b'"',
    "python-bytes-wrapped": repr(base64.encodebytes(PNG)).encode(),
    "zero-behind": TEXT + b"\0",
    "dos-end-behind": TEXT + b"\r\n\x1a",
    "certutil": certutil(TEXT),
    "uuencode": uuencode(TEXT),
    "percent": quote(TEXT, safe="").encode(),
    "percent-small": TEXT.replace(b"+", b"%2b").replace(b"/", b"%2f"),
    "percent-twice": quote(quote(TEXT, safe=""), safe="").encode(),
    "uri": URI,
    "uri-bare": b"data:;base64," + TEXT,
    "uri-name": b"data:image/png;name=my%20photo.png;base64," + TEXT,
    "uri-name-comma": b"data:image/png;name=a,b.png;base64," + TEXT,
    "uri-charset": b'data:image/png;charset="utf-8";base64,' + TEXT,
    "uri-quoted-comma": b'data:image/png;name="a, b.png";base64,' + TEXT,
    "uri-korean-name": "data:image/png;name=사진.png;base64,".encode() + TEXT,
    "uri-spaces": b" data:image/png; base64 , " + TEXT,
    "uri-shout": b"DATA:IMAGE/PNG;BASE64," + TEXT,
    "uri-php": b"data://image/png;base64," + TEXT,
    "uri-no-word": b"data:image/png," + TEXT,
    "uri-percent": b"data:image/png;base64," + quote(TEXT, safe="").encode(),
    "uri-all-percent": quote(URI, safe="").encode(),
    "uri-bytes": b"data:image/png," + quote(PNG, safe="").encode(),
    "uri-raw": b"data:image/png," + PNG,
    "uri-quoted": b'"' + URI + b'"',
    "uri-python": b"data:image/png;base64," + repr(TEXT).encode(),
    "uri-half": b"base64," + TEXT,
    "uri-no-scheme": b"image/png;base64," + TEXT,
    "uri-laravel": b"base64:" + TEXT,
    "uri-in-uri": b"data:image/png;base64," + URI,
    "uri-utf-16": powershell(URI),
    "percent-bytes": quote(PNG, safe="").encode(),
    "pluses": TEXT.replace(b"+", b" "),
    "pluses-wrapped": base64.encodebytes(PNG).replace(b"+", b" "),
    "pluses-percent": quote(TEXT.replace(b"+", b" ")).encode(),
    "pluses-uri": URI.replace(b"+", b" "),
    "pluses-unpadded": base64.b64encode(PNG + b"~~").rstrip(b"=").replace(b"+", b" "),
    "wrapped-by-spaces": b" ".join(TEXT[at : at + 76] for at in range(0, len(TEXT), 76)),
    "indented": b"".join(b"    " + line + b"\n" for line in base64.encodebytes(PNG).splitlines()),
    "spaces-around": b"  " + TEXT + b"  \n",
}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_the_same_picture(dialect):
    expected = PNG + b"~~" if dialect == "pluses-unpadded" else PNG
    assert read_payload(DIALECTS[dialect]).pictures[0].encoded == expected


@pytest.mark.parametrize("dialect", [name for name in DIALECTS if DIALECTS[name].isascii()])
def test_every_dialect_may_be_a_text_in_json(dialect):
    text = DIALECTS[dialect].decode()
    if "\0" not in text[:4]:
        expected = PNG + b"~~" if dialect == "pluses-unpadded" else PNG
        body = json.dumps({"images": [text, "\ufeff" + text]}).encode()
        assert [each.encoded for each in read_payload(body).pictures] == [expected, expected]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-be"])
def test_json_and_forms_come_in_any_encoding(encoding):
    document = json.dumps({"image": TEXT.decode(), "classes": "컵"}, ensure_ascii=False)
    payload = read_payload(document.encode(encoding))
    assert payload.pictures == (Picture(PNG),)
    assert payload.fields == {"classes": "컵"}
    form = read_payload(f"threshold=0.3&image={quote(TEXT, safe='')}".encode(encoding))
    assert (form.pictures, form.fields) == ((Picture(PNG),), {"threshold": "0.3"})


@pytest.mark.parametrize(
    "start", [b"\xff\xfe\0\xdc", b"\xff\xfe\0\0\xff\xff\xff\xff", b"\0A\xdc\0"]
)
def test_what_only_looks_like_utf_16_is_no_image(start):
    with pytest.raises(NotAnImage):
        read_payload(start + b"abcd")


def test_long_texts_are_told_apart_by_their_first_lines():
    """More than is looked at, so that its last line there is cut."""
    long = PNG * 200
    text = base64.b64encode(long)
    wrapped = base64.b64encode(PLAIN * 200)
    lines = b" ".join(wrapped[at : at + 76] for at in range(0, len(wrapped), 76))
    assert len(lines) > 1 << 16
    assert read_base64(text.replace(b"+", b" ")).encoded == long
    assert read_base64(lines).encoded == PLAIN * 200


def test_json_that_was_encoded_twice():
    body = json.dumps(json.dumps({"image": TEXT.decode(), "iou": 0.3})).encode()
    payload = read_payload(body)
    assert (payload.pictures, payload.fields) == ((Picture(PNG),), {"iou": 0.3})


def test_a_picture_in_svg_is_told_whatever_its_encoding():
    uris = (b"data:image/svg+xml;utf8,<svg/>", b"data:image/svg+xml,%3Csvg%2F%3E")
    for body in ("\ufeff<svg/>".encode(), "\ufeff<svg/>".encode("utf-16-le"), *uris):
        assert read_payload(body).pictures[0].encoded == b"<svg/>"


@pytest.mark.parametrize("tail", [b";", b" \n", b'"', b"\0\0", b"'", b"%41", b"\\n", b","])
def test_bytes_that_came_out_of_a_wrapping_are_left_alone(tail):
    gif = b"GIF89a" + bytes(9) + tail
    assert read_base64(b"data:image/gif," + quote(gif, safe="").encode()).encoded == gif
    assert read_base64(b"data:image/gif," + gif).encoded == gif
    assert read_picture(gif) == Picture(gif)


MANGLED = {
    "utf-8": JPEG.decode("utf-8", "replace").encode(),
    "latin-1": JPEG.decode("latin-1").encode(),
    "ascii": JPEG.decode("ascii", "replace").encode("ascii", "replace"),
    "cp1252": JPEG.decode("cp1252", "replace").encode("utf-16"),
    "png-utf-8": PNG.decode("utf-8", "replace").encode(),
    "png-latin-1": PNG.decode("latin-1").encode(),
    "png-ascii": PNG.decode("ascii", "replace").encode("ascii", "replace"),
    "json-utf-8": json.dumps({"image": JPEG.decode("utf-8", "replace")}).encode(),
    "json-latin-1": json.dumps({"image": JPEG.decode("latin-1")}).encode(),
}
CAUSES = {
    **{f"as-text-{name}": (body, "read as text") for name, body in MANGLED.items()},
    "printed-jpeg": (repr(JPEG).encode(), "as Python prints them"),
    "printed-png": (repr(PNG).encode(), "as Python prints them"),
    "printed-in-json": (json.dumps({"image": repr(JPEG)}).encode(), "as Python prints them"),
    "hexadecimal": (JPEG.hex().encode(), "in hexadecimal"),
    "hexadecimal-shout": (PNG.hex(" ").upper().encode(), "in hexadecimal"),
    "hexadecimal-postgres": (b"\\x" + JPEG.hex().encode(), "in hexadecimal"),
    "no-carriage-returns": (PNG.replace(b"\r\n", b"\n"), "line ends"),
    "curl-d": (PNG.translate(None, b"\r\n\0"), "line ends"),
    "name": (b"image=@photo.jpg", "file's name"),
    "name-alone": (b"@photo.jpg\n", "file's name"),
    "address": (b"https://example.com/a.jpg", "is an address"),
    "address-in-form": (b"image=https%3A%2F%2Fexample.com%2Fa.jpg", "is an address"),
    "twice": (base64.b64encode(TEXT), "base64 of base64"),
    "gzip": (b"data:image/png,\x1f\x8b\x08\0", "is gzip in"),
    "gzip-in-base64": (base64.b64encode(b"\x1f\x8b\x08" + bytes(30)), "is gzip in"),
    "page-in-uri": (b"data:text/html;base64," + base64.b64encode(b"<html>"), "web page"),
    "zip": (b"PK\x03\x04abcd", "zip archive"),
    "page": (b"\n<!DOCTYPE html><p>404", "web page"),
}


@pytest.mark.parametrize("name", CAUSES)
def test_what_spoiled_a_picture_is_named(name):
    body, words = CAUSES[name]
    with pytest.raises(NotAnImage, match=words) as caught:
        read_payload(body)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        TEXT[:300] + b"*" + TEXT[300:],
        b'"' + TEXT[:300] + b"*" + TEXT[300:] + b'"',
        powershell(TEXT[:300] + b"*" + TEXT[300:]),
        URI[: 22 + 401],
        b"b'" + TEXT[:401] + b"'",
        TEXT.replace(b"+", b" ")[:401],
        TEXT[:300] + b"=" + TEXT[300:],
    ],
    ids=["bare", "quoted", "utf-16", "uri-cut", "python-cut", "pluses-cut", "padding-inside"],
)  # fmt: skip
def test_damage_is_told_in_every_dialect(text):
    with pytest.raises(BadBase64):
        read_base64(text)


def test_escapes_of_all_wrappings_are_counted_together():
    nested = b"%252525252525" * 1_500_000
    with pytest.raises(TooCostly, match="escapes"):
        read_payload(b"," + nested)


WRAPPINGS = (
    lambda text: b'"' + text + b'"',
    lambda text: b"b'" + text + b"'",
    lambda text: b"data:image/png;base64," + text,
    lambda text: b"\xef\xbb\xbf" + text,
    lambda text: quote(text, safe="").encode(),
    lambda text: b" \r\n" + text + b"\n",
)


@given(st.binary(max_size=200), st.lists(st.sampled_from(WRAPPINGS), max_size=3), st.booleans())
def test_wrappings_there_and_back(rest, wrappings, wide):
    text = base64.b64encode(PNG + rest)
    for wrap in wrappings:
        text = wrap(text)
    text = powershell(text) if wide else text
    assert read_payload(text).pictures[0].encoded == PNG + rest


@given(st.binary(max_size=400), st.booleans(), st.integers(60, 80), st.booleans())
def test_pluses_there_and_back(rest, padded, width, wrapped):
    """Also where line ends stand between, and at a length that needs no padding."""
    text = base64.b64encode(PNG + rest)
    text = text if padded else text.rstrip(b"=")
    if wrapped:
        text = b"\r\n".join(text[at : at + width] for at in range(0, len(text), width)) + b"\r\n"
    assert read_base64(text.replace(b"+", b" ")).encoded == PNG + rest


@given(st.integers(1, 300), st.sampled_from([b" ", b"  ", b"\n  ", b" \r\n"]), st.booleans())
def test_spaces_between_lines_there_and_back(width, between, padded):
    text = base64.b64encode(PLAIN)
    text = text if padded else text.rstrip(b"=")
    wrapped = between.join(text[at : at + width] for at in range(0, len(text), width))
    assert read_base64(wrapped).encoded == PLAIN


SIGNS = (
    b'"', b"b'", b"data:", b",", b";base64,", b"%", b"%22", b"\\n", b"\xff\xfe", b"\0", b" ", b"+",
    b"iVBORw0KGgo", b"-----BEGIN A-----\n", b"-----END A-----", b"=", b"@", b"&image=", b"--",
)  # fmt: skip


@given(st.lists(st.sampled_from(SIGNS), max_size=9))
def test_any_order_of_wrappings_is_a_picture_or_a_named_error(parts):
    try:
        assert read_payload(b"".join(parts)).pictures
    except PayloadError as error:
        assert error.code in {"empty_input", "not_an_image", "bad_base64", "bad_option"}


@pytest.mark.parametrize(
    "body",
    [
        "b'\\xff\\xfe' + b'A\\0' * 16_000_000",
        "b'\\xff\\xfe' + b'AB' * 16_000_000",
        "b'\\xff\\xfe\\0\\0' + b'A\\0\\0\\0' * 8_000_000",
        "b'\\xff\\xfe\\0\\0' + b'A\\0\\0\\xff' * 8_000_000",
        "b'iVBORw0KGgo' + b' A' * 16_000_000",
        "b'\"' + b'\\\\n' * 16_000_000",
        "b'\"' * 32_000_000",
        "b'b\"' * 16_000_000",
        "b'data:' * 6_000_000",
        "b'data:;base64,' * 2_500_000",
        "b'data:;' + b' ' * 32_000_000",
        "b'-----BEGIN A-----\\n' * 1_800_000",
        "b',' + b'%252525252525' * 330_000",
        "b'a=' + b'&image=' * 4_500_000",
        "b'a=' + b'=' * 32_000_000",
        "b'threshold=' + b'+' * 32_000_000",
        "b'--' * 16_000_000",
        "b'\\n--' * 10_000_000",
    ],
)
def test_no_wrapping_takes_much(body):
    """The bars are 300 MB and 20 seconds for any body; the largest have 33 MB."""
    assert grown(body) < 300_000_000
