import base64
import binascii
import io
import json
import subprocess
import textwrap
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handler.errors import BadBase64, BadOption, EmptyInput, NotAnImage, PayloadError
from handler.payload import MAX_BATCH, read_payload
from handler.picture import Picture, read_base64
from models.ssd.image import ImageDecoder

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3
TEXT = base64.b64encode(PNG)


def multipart(*parts, boundary="XyZ", end=True):
    body = b""
    for disposition, content in parts:
        body += f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode()
        body += content + b"\r\n"
    return body + (f"--{boundary}--\r\n".encode() if end else b"")


@pytest.mark.parametrize(
    "body",
    [
        PNG,
        TEXT,
        TEXT + b"\n",
        base64.encodebytes(PNG),
        b"\r\n".join(textwrap.wrap(TEXT.decode(), 64, break_long_words=True)[i].encode()
                     for i in range(len(textwrap.wrap(TEXT.decode(), 64)))),
        base64.urlsafe_b64encode(PNG),
        TEXT.rstrip(b"="),
        b" \n" + TEXT,
        b"data:image/png;base64," + TEXT,
        b"DATA:image/png;charset=x;base64,\n" + TEXT,
        json.dumps({"image": TEXT.decode()}).encode(),
        b"\n " + json.dumps({"image": base64.encodebytes(PNG).decode()}).encode(),
        json.dumps({"image": "data:image/png;base64," + TEXT.decode()}).encode(),
        multipart(('name="image"; filename="a.png"', PNG)),
        multipart(('name="other"; filename="a.png"', PNG)),
        multipart(('name="image"', TEXT)),
        multipart(('name="image"; filename="b64.txt"', base64.encodebytes(PNG))),
        b"image=" + quote_plus(TEXT).encode(),
        b"image=" + TEXT + b"&threshold=0.5",
    ],
    ids=[
        "raw", "base64", "newline", "wrapped-76", "wrapped-crlf", "urlsafe", "unpadded", "spaced",
        "data-uri", "data-uri-loose", "json", "json-wrapped", "json-data-uri", "form-file",
        "form-first-file", "form-text", "form-base64-file", "urlencoded", "urlencoded-plus",
    ],
)  # fmt: skip
def test_every_envelope_holds_the_same_picture(body):
    payload = read_payload(body)
    assert not payload.batch
    assert payload.pictures[0].encoded == PNG


def test_the_base64_tool_wraps_its_lines(tmp_path):
    (tmp_path / "image").write_bytes(PNG)
    text = subprocess.run(["base64", tmp_path / "image"], capture_output=True, check=True).stdout
    assert text.count(b"\n") > 10
    assert read_payload(text).pictures == (Picture(PNG),)


def test_a_batch_keeps_its_order_and_its_errors():
    body = json.dumps({"images": [TEXT.decode(), "??", 7, "", TEXT.decode()], "iou": 0.1}).encode()
    payload = read_payload(body)
    assert payload.batch
    assert payload.fields == {"iou": 0.1}
    kinds = [type(picture) for picture in payload.pictures]
    assert kinds == [Picture, NotAnImage, NotAnImage, EmptyInput, Picture]


def test_options_travel_with_the_body():
    form = multipart(('name="threshold"', b"0.3"), ('name="image"; filename="a"', PNG))
    assert read_payload(form).fields == {"threshold": "0.3"}
    document = json.dumps({"image": TEXT.decode(), "threshold": 0.3}).encode()
    assert read_payload(document).fields == {"threshold": 0.3}
    assert read_payload(b"image=" + TEXT + b"&top_k=5").fields == {"top_k": "5"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", EmptyInput),
        (b" \r\n\t", EmptyInput),
        (b"data:image/png;base64,", EmptyInput),
        (json.dumps({"image": " "}).encode(), EmptyInput),
        (multipart(('name="image"; filename="a"', b"")), EmptyInput),
        (multipart(('name="threshold"', b"1")), EmptyInput),
        (b"hello", NotAnImage),
        (b"\x00\x01\x02", NotAnImage),
        (base64.b64encode(b"just some text, and no picture"), NotAnImage),
        (json.dumps({"image": 5}).encode(), NotAnImage),
        (json.dumps({"image": None}).encode(), NotAnImage),
        (b'{"image": "http://example.com/a.jpg"}', NotAnImage),
        (TEXT[:400] + b"*" + TEXT[400:], BadBase64),
        (TEXT[:401], BadBase64),
        (TEXT[:400] + "é".encode() + TEXT[400:], BadBase64),
        (b"{", BadOption),
        (b"[]", BadOption),
        (b'["a"]', BadOption),
        (b"{}", BadOption),
        (b'{"image": "a", "images": []}', BadOption),
        (b'{"images": []}', BadOption),
        (b'{"images": "a"}', BadOption),
        (json.dumps({"images": ["a"] * (MAX_BATCH + 1)}).encode(), BadOption),
        (b"[" * 9_000, BadOption),
        (b'{"image": "\xff"}', BadOption),
        (b'{"image": null, "images": null}', BadOption),
        (b'{"images": null}', BadOption),
        (b'" {', BadOption),
        (b'"{}"', BadOption),
        (multipart(('name="image"; filename="a"', PNG), end=False), BadOption),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_what_cannot_be_opened_is_named(body, error):
    with pytest.raises(error) as caught:
        read_payload(body)
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("body", [b"", b" \n", b" " * 2000, b"\xef\xbb\xbf", b"\xff\xfe \0"])
def test_nothing_is_told_as_nothing(body):
    with pytest.raises(EmptyInput, match="nothing was sent"):
        read_payload(body)


def test_whitespace_before_a_text_may_be_long():
    assert read_payload(b" \n" * 2000 + TEXT).pictures == (Picture(PNG),)


@pytest.mark.parametrize("disposition", ['name="image"', 'name="image"; filename="a"', "name=file"])
@pytest.mark.parametrize("content", [b"", b" \r\n"])
def test_an_empty_field_is_told_as_that(disposition, content):
    with pytest.raises(EmptyInput, match="the file in the form is empty"):
        read_payload(multipart((disposition, content)))


def test_missing_padding_is_told_from_a_whole_text():
    assert not read_base64(TEXT).maybe_cut
    assert read_base64(base64.b64encode(PNG + b"ab").rstrip(b"=")).maybe_cut


def test_null_is_as_good_as_nothing():
    text = TEXT.decode()
    given = {"image": text, "images": None, "threshold": None, "top_k": 5}
    payload = read_payload(json.dumps(given).encode())
    assert (payload.pictures, payload.batch) == ((Picture(PNG),), False)
    batch = read_payload(json.dumps({"image": None, "images": [text]}).encode())
    assert (batch.pictures, batch.batch) == ((Picture(PNG),), True)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_payload_or_a_named_error(body):
    try:
        read_payload(body)
    except PayloadError as error:
        assert error.code in {"empty_input", "not_an_image", "bad_base64", "bad_option"}


@given(st.binary(max_size=200), st.integers(1, 100), st.booleans(), st.booleans())
def test_base64_there_and_back(rest, width, urlsafe, padded):
    text = binascii.b2a_base64(PNG + rest, newline=False)
    text = base64.urlsafe_b64encode(PNG + rest) if urlsafe else text
    text = text if padded else text.rstrip(b"=")
    wrapped = b"\n".join(text[start : start + width] for start in range(0, len(text), width))
    assert read_base64(wrapped).encoded == PNG + rest


def test_the_format_is_looked_at_once(monkeypatch):
    """The envelope has to look whether there is a picture; whoever decodes takes its word."""
    decoder, seen = ImageDecoder(None), []
    monkeypatch.setattr("models.ssd.image.image_format", seen.append)
    image = io.BytesIO()
    Image.new("RGB", (3, 2)).save(image, "PNG")
    whole = image.getvalue()
    for body in (whole, base64.b64encode(whole), multipart(('name="image"; filename="a"', whole))):
        (picture,) = read_payload(body).pictures
        assert decoder.inspect(picture.encoded, picture.format).header.format == "PNG"
    assert seen == []
