"""What stands around base64 is taken off step by step, and nothing else is touched."""

import base64
from urllib.parse import quote

import pytest

from handler.errors import TooCostly
from handler.limits import FORM_ESCAPES
from handler.wrappings import in_utf8, unescaped, unwrapped, with_pluses, without_uri

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
TEXT = base64.b64encode(PNG)
PIECE = 1 << 16


@pytest.mark.parametrize(
    ("uri", "inside"),
    [
        (b"data:image/png;base64,AB", b"AB"),
        (b" \n DATA://image/png; Base64 ,AB", b"AB"),
        (b'data:image/png;name="a, b.png";base64,AB', b"AB"),
        (b"data:,AB", b"AB"),
        (b"data:image/png,A;base64,B", b"B"),
        (b"image/png;base64,AB", b"AB"),
        (b"base64:AB", b"AB"),
        (b"data:image/png", b"data:image/png"),
        (b"database64,AB", b"database64,AB"),
        (b"AB,data:,C", b"AB,data:,C"),
        (b"data:" + b"a" * 1000 + b",AB", b"AB"),
        (b"data:" + b"a" * 1001 + b",AB", b"data:" + b"a" * 1001 + b",AB"),
    ],
)
def test_a_data_uri_is_taken_off(uri, inside):
    assert without_uri(uri) == inside


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("text", ["iVBORw", '{"image": "컵"}'])
def test_wide_letters_become_utf_8_with_a_mark_or_without(encoding, mark, text):
    assert in_utf8((mark + text).encode(encoding)) == text.encode()


@pytest.mark.parametrize(
    "text",
    [
        b"", b"\0", b"plain", "컵".encode(), b"\xff\xd8\xff\xe0", b"GIF89a\0\0", b"a\0\0b",
        b"\0\0\0\0", b"\xff\xfe\0\xdc", b"\xfe\xff\xdc\0\0a", b"A\0B\0\0\xd8C\0",
    ],
)  # fmt: skip
def test_bytes_that_are_no_wide_letters_stay(text):
    assert in_utf8(text) == text


def test_a_mark_of_utf_8_is_taken_off_once():
    assert in_utf8(b"\xef\xbb\xbf\xef\xbb\xbfa") == b"\xef\xbb\xbfa"


@pytest.mark.parametrize("cut", [b"\r", b"\r\0\n"])
def test_half_a_letter_at_the_end_is_left_out(cut):
    assert in_utf8("ab".encode("utf-16-le") + cut) == b"ab" + cut[: len(cut) // 2]


@pytest.mark.parametrize(
    ("wrapped", "inside"),
    [
        (b" \t\r\n\x0b\x0c\0\x1a\"'`,;AB;,`'\"\x1a\0\x0c\x0b\n\r\t ", b"AB"),
        (b"b'AB'", b"AB"),
        (b'U"AB"', b"AB"),
        (b"bAB", b"bAB"),
        (b"A\\nB\\r\\/\\u002B\\u002b\\u002f\\u002F\\u003D\\u003d", b"AB/++//=="),
        (b"A\\tB", b"A\\tB"),
        (b'A\\"B', b'A"B'),
        (b"-----BEGIN X-----\nAB\n-----END X-----\n", b"AB"),
        (b"-----BEGIN X-----\nAB", b"AB"),
        (b"begin-base64 644 a.png\nAB", b"AB"),
        (b"-----BEGIN X-----AB", b"-----BEGIN X-----AB"),
        (b"A%42", b"AB"),
        (b"A%2542", b"AB"),
        (b"A%4", b"A%4"),
        (b"", b""),
    ],
)
def test_every_wrapping_is_taken_off_alone(wrapped, inside):
    assert unwrapped(wrapped) == inside


def test_eight_wrappings_come_off_and_no_ninth():
    for times, left in ((8, b""), (9, b"base64,")):
        assert unwrapped(b"base64," * times + b"AB") == left + b"AB"


@pytest.mark.parametrize("image", [PNG, PNG + b'";', b"GIF89a\0\0'\"", b"GIF89a%41"])
def test_an_image_that_came_out_is_left_alone(image):
    assert unwrapped(image) == image
    assert unwrapped(b"data:image/x," + image) == image


@pytest.mark.parametrize("version", [b"GIF87a", b"GIF89a", b"gif89A"])
def test_a_gif_whose_first_bytes_are_the_same_escaped_is_read_on(version):
    image = version + bytes(range(30))
    escaped = version + quote(bytes(range(30)), safe="").encode()
    assert unwrapped(escaped) == image


def test_escapes_of_all_rounds_are_counted_together():
    nested = b"," + b"%2525252541" * (FORM_ESCAPES.most // 5)
    assert unwrapped(nested) == b"A" * (FORM_ESCAPES.most // 5)
    with pytest.raises(TooCostly, match="escapes of a form"):
        unwrapped(nested + b"%41")


@pytest.mark.parametrize("shift", range(-4, 4))
def test_a_long_value_is_unescaped_as_a_short_one_wherever_it_is_cut(shift):
    for escape, byte in ((b"%41", b"A"), (b"%25", b"%"), (b"%4", b"%4"), (b"%zz", b"%zz")):
        for pieces in (1, 2):
            before = b"a" * (PIECE * pieces + shift)
            assert unescaped(before + escape + b"%42") == before + byte + b"B"


def test_a_value_without_escapes_is_not_copied_and_a_plus_is_none():
    value = b"a+b" * PIECE
    assert unescaped(value) is value
    assert unescaped(b"a+b%2B" * PIECE) == b"a+b+" * PIECE
    assert unescaped(b"%" * (PIECE + 9)) == b"%" * (PIECE + 9)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Padding tells: with pluses the length fits, without it does not, or the other way round.
        (b"AB D EF=", b"AB+D+EF="),
        (b"ABCD EFG=", b"ABCDEFG="),
        # One space alone tells, too.
        (b"AB DEFGH", b"AB+DEFGH"),
        (b"ABCD EFGH", b"ABCDEFGH"),
        (b"ABCD EFG", b"ABCD+EFG"),
        (b"AB CD E=", b"AB+CD+E="),
        # Several without padding tell nothing, nor does a length that fits either way.
        (b"AB CD EF", b"ABCDEF"),
        (b"AB CDE FGH I AB=", b"AB+CDE+FGH+I+AB="),
        # Words of one length and a shorter last are lines.
        (b"ABCDE FGHIJ KL", b"ABCDEFGHIJKL"),
        (b"AB CDE FGHI JK", b"AB+CDE+FGHI+JK"),
        (b"AB CD EFG", b"AB+CD+EFG"),
        # Line ends stand around and between.
        (b"\nAB D\r\nEFGH\n", b"AB+DEFGH"),
        (b"ABCD\nEFGH\n", b"ABCDEFGH"),
        # Spaces that end it are pluses as far as a group has room.
        (b"AB DEF  \n", b"AB+DEF++"),
        (b"AB DEF   \n", b"AB+DEF++"),
        (b"AB DEFG", b"AB+DEFG"),
    ],
)
def test_spaces_are_pluses_or_line_ends(text, found):
    assert with_pluses(text, text.translate(None, b" \t\r\n\x0b\x0c")) == found
