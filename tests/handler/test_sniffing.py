"""What came instead of an image is told by its beginning, and a sign counts only at its place."""

import base64

import pytest

from handler.sniffing import HEAD, begins_like_base64, not_an_image

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1" + bytes(range(100))
OTHERWISE = "the input is neither an image nor base64 of one"
WHOLE = "pack the whole body, or nothing"

SIGNS = {
    "address": (b"http://a/b.jpg", "is an address"),
    "safe-address-shouted": (b" \r\nHTTPS://a/b.jpg", "is an address"),
    "file-name": (b"@a b.jpg", "a file's name was sent"),
    "file-name-and-line-end": (b"@a.jpg\r\n", "a file's name was sent"),
    "printed": (b"\\x89\\x50", "as Python prints them"),
    "printed-with-quotes": (b"b'\\xff\\xd8\\xff", "as Python prints them"),
    "printed-double-quotes": (b'b"\\xff\\xd8\\xff', "as Python prints them"),
    "printed-png": (b"b'\\x89PNG\\r\\n", "as Python prints them"),
    "printed-png-bare": (b"\\x89PNG\\r\\n", "as Python prints them"),
    "hexadecimal-jpeg": (JPEG.hex().encode(), "in hexadecimal"),
    "hexadecimal-png": (PNG.hex(" ").encode(), "in hexadecimal"),
    "hexadecimal-gif": (b"0x" + b"GIF89a....".hex().upper().encode(), "in hexadecimal"),
    "hexadecimal-webp": (b"RIFF....WEBP".hex().encode(), "in hexadecimal"),
    "hexadecimal-of-a-database": (b"\\x" + JPEG.hex().encode(), "in hexadecimal"),
    "line-ends": (b"\x89PNG\n\x1a\n", "line ends"),
    "text-png": (PNG.decode("utf-8", "replace").encode(), "read as text"),
    "text-png-escaped": (b"\\u0089PNG\r\n", "read as text"),
    "text-png-asked": (b"?PNG\n", "read as text"),
    "text-jpeg": (JPEG.decode("utf-8", "replace").encode(), "read as text"),
    "text-exif": (JPEG.replace(b"JFIF", b"Exif").decode("latin-1").encode(), "read as text"),
    "gzip": (b"\x1f\x8b\x08\0", WHOLE),
    "zip": (b"PK\3\4abc", "a zip archive"),
    "page": (b" <!DocType HTML>", "a web page"),
    "page-without-type": (b"<html>", "a web page"),
}


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("place", ["given", "inner"])
def test_a_sign_is_told_in_what_came_and_in_what_was_inside(sign, place):
    head, words = SIGNS[sign]
    told = not_an_image(head) if place == "given" else not_an_image(b"data:,", head)
    assert words in told.message
    assert told.code == "not_an_image"


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_that_does_not_stand_at_the_beginning_is_none(sign):
    head, _ = SIGNS[sign]
    assert not_an_image(
        b"notes: -------------------------------------------- " + head
    ).message.startswith(OTHERWISE)


@pytest.mark.parametrize(
    "given",
    [
        b"", b"hello", b"ftp://a/b.jpg", b"@", b"@a\nb", b"\\x8", b"\\xff", b"0xff", b"ffd8ff",
        b"ffd8ff" + b"g" * 8, b"PNG\r\n", b"JFIF", b"a" * 40 + b"xJFIF\0", b"aJFIF\0", b"\x1f\x8b",
        b"\x1f\x8b\x09", b"PK\5\6", b"<p>", b"{}",
    ],
)  # fmt: skip
def test_what_nearly_is_a_sign_is_none(given):
    assert not_an_image(given).message.startswith(OTHERWISE)


def test_no_more_than_a_beginning_is_looked_at():
    assert "an address" in not_an_image(b" " * (HEAD - 8) + b"https://").message
    assert not_an_image(b" " * (HEAD - 7) + b"https://").message.startswith(OTHERWISE)


def test_what_came_is_told_before_what_was_inside_and_base64_of_base64_first():
    assert "web page" in not_an_image(b"<html>", b"PK\3\4").message
    assert "zip archive" in not_an_image(b"abc", b"PK\3\4").message
    assert "base64 of base64" in not_an_image(b"<html>", base64.b64encode(PNG)).message


@pytest.mark.parametrize(
    ("text", "like"),
    [
        (base64.b64encode(PNG), True),
        (base64.b64encode(JPEG), True),
        # Whatever follows, padding and lines included; and letters that are no whole group.
        (base64.b64encode(PNG)[:41], True),
        (base64.b64encode(PNG)[:44] + b"\n*", True),
        (base64.b64encode(b"GIF89a"), True),
        (base64.b64encode(b"<svg/>"), True),
        (b"", False),
        (b"iVB", False),
        (b"hello there", False),
        (b'"' + base64.b64encode(PNG), False),
        (b" " + base64.b64encode(PNG), False),
        (base64.b64encode(b"just a text"), False),
        (PNG, False),
    ],
)
def test_base64_of_an_image_is_told_by_its_first_letters(text, like):
    assert begins_like_base64(text) is like
