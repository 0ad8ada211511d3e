"""A part's name, kind and content come from its headers; a picture needs none of them."""

import base64
import re

import pytest

from handler.errors import BadOption
from handler.part import Part, read_part

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
DATA = b"Content-Disposition: form-data; "


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'name="a"', "a"),
        (b"name=a", "a"),
        (b"NAME=a", "a"),
        (b' name = "a" ', "a"),
        (b'other="; name=no"; name=a', "a"),
        (b'name="a \\"b\\" \\\\"', 'a "b" \\'),
        (b'name="a', "a"),
        (b'name=""', ""),
        (b"other=a", ""),
        ('name="컵"'.encode(), "컵"),
        (b'name="\xff"', "\ufffd"),
        (b"name*=UTF-8''%EC%BB%B5", "컵"),
        (b"name*=UTF-8'en'a%27b", "a'b"),
        (b"name*=plain", "plain"),
        (b"name*=UTF-8''no; name=\"a\"", "a"),
        # The name of a file in Shift-JIS ends in a backslash's byte, and swallows what follows it.
        (b'filename="\x83\x5c"; name="a"', "a"),
    ],
)
def test_the_name_of_a_part(disposition, name):
    assert read_part(DATA + disposition, b"text").name == name


@pytest.mark.parametrize(
    ("headers", "is_file"),
    [
        (DATA + b"name=a", False),
        (DATA + b'name=a; filename=""', True),
        (DATA + b"name=a; filename*=UTF-8''b", True),
        (DATA + b"name=a; filename*0=b", True),
        (DATA + b"name=a; filenames=b", False),
        (DATA + b"name=filename", False),
        (DATA + b"name=a\r\nContent-Type: Image/PNG", True),
        (b"content-type:image/x\n" + DATA + b"name=a", True),
        (DATA + b"name=a\r\nContent-Type: text/plain", False),
        (DATA + b"name=a\r\nX-Content-Type: image/png", False),
        (DATA + b"name=a;\r\n filename=b", True),
        (DATA + b"name=a;\n\tfilename=b", True),
        (DATA + b"name=a;\r\nfilename=b", False),
    ],
)
def test_what_makes_a_part_a_file(headers, is_file):
    assert read_part(headers, b"text") == Part(
        "a" if b"=a" in headers else "filename", is_file, b"text"
    )


@pytest.mark.parametrize("headers", [b"", b"Content-Type: text/plain", b"Content-Disposition"])
def test_a_part_without_a_disposition_is_a_picture_or_nothing(headers):
    assert read_part(headers, PNG) == Part("", True, PNG)
    with pytest.raises(BadOption, match="has no name: send Content-Disposition"):
        read_part(headers, b"text")


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Type: multipart/mixed", b"Content-Encoding: br",
        b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: x-own",
    ],
)  # fmt: skip
def test_a_picture_stays_as_it_is_whatever_its_headers_say(header):
    assert read_part(DATA + b"name=a\r\n" + header, PNG) == Part("a", True, PNG)


TRANSFER = b"name=a\r\nContent-Transfer-Encoding: "


@pytest.mark.parametrize("word", [b"", b"7bit", b"8BIT", b"binary", b"Binary \t"])
def test_words_for_nothing_done_change_nothing(word):
    assert read_part(DATA + TRANSFER + word, b"=41 QQ==").content == b"=41 QQ=="


def test_what_was_done_on_the_way_is_undone():
    assert read_part(DATA + TRANSFER + b"Quoted-Printable", b"=41=\r\nb =C3=A9").content == (
        "Ab é".encode()
    )
    assert read_part(DATA + TRANSFER + b"BASE64", b"MC\r\n4z").content == b"0.3"
    assert read_part(DATA + b"name=a\r\nContent-Encoding: Identity", b"b").content == b"b"
    # A file's is the picture reader's, which undoes what else is around it.
    text = base64.b64encode(PNG)
    assert read_part(DATA + b"filename=f; " + TRANSFER + b"base64", text).content == text


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        (b"name=a\r\nContent-Type: Multipart/Mixed; boundary=b", "is a form itself"),
        (b"name=a\r\nContent-Encoding: GZIP", "has Content-Encoding 'gzip': send it as it is"),
        (TRANSFER + b"x-\xff", "has Content-Transfer-Encoding 'x-\ufffd': send it binary"),
        (TRANSFER + b"y" * 90, "Content-Transfer-Encoding '" + "y" * 40 + "':"),
        (TRANSFER + b"base64", "is no base64 though its part says so"),
    ],
)
@pytest.mark.parametrize("kind", [b"", b"filename=f; "], ids=["text", "file"])
def test_what_cannot_be_undone_is_named(headers, words, kind):
    if kind and "no base64" in words:
        assert read_part(DATA + kind + headers, b"A").content == b"A"
        return
    with pytest.raises(BadOption, match=re.escape(words)) as caught:
        read_part(DATA + kind + headers, b"A")
    assert "\n" not in caught.value.message
