"""A body is taken from any request object and unpacked once; a query is text, however it came."""

import gzip
import zlib
from types import SimpleNamespace

import pytest

from handler.call import Body, read_body, read_query
from handler.errors import BadOption, BodyTooLarge, UnknownCoding
from handler.limits import FORM_FIELDS, UNPACKED_BYTES

GIF = b"GIF89a" + bytes(300)
MOST = 1 << 20


def request(body, **headers):
    return SimpleNamespace(input=body, headers=headers)


@pytest.mark.parametrize("body", [b"", None, ""])
def test_a_request_without_a_body_brought_nothing(body):
    assert read_body(SimpleNamespace(input=body), MOST) == Body(b"", 0)
    assert read_body(SimpleNamespace(), MOST) == Body(b"", 0)


def test_a_text_is_its_utf_8_and_half_a_letter_spoils_only_itself():
    assert read_body(request("a=컵"), MOST) == Body("a=컵".encode(), 5)
    assert read_body(request("a\ud800b"), MOST) == Body(b"a?b", 3)


@pytest.mark.parametrize("headers", [None, {}, {"Content-Type": "image/gif"}])
def test_a_body_without_a_coding_stays_as_it_is(headers):
    assert read_body(SimpleNamespace(input=GIF, headers=headers), MOST) == Body(GIF, len(GIF))


@pytest.mark.parametrize("name", ["Content-Encoding", "content-encoding"])
def test_a_coding_is_undone_and_the_size_is_that_of_what_came(name):
    packed = zlib.compress(GIF)
    assert read_body(request(packed, **{name: "deflate"}), MOST) == Body(GIF, len(packed))


def test_gzip_tells_of_itself_where_no_header_does():
    packed = gzip.compress(GIF)
    assert read_body(SimpleNamespace(input=packed), MOST) == Body(GIF, len(packed))
    # Two of its three first bytes are not enough: an image of another kind may have them.
    assert read_body(request(packed[:2] + b"\0"), MOST).content == packed[:2] + b"\0"


def test_a_header_is_believed_over_the_first_bytes():
    body = gzip.compress(GIF)
    assert read_body(request(body, **{"Content-Encoding": "identity"}), MOST).content == body
    with pytest.raises(UnknownCoding, match="'compress'"):
        read_body(request(body, **{"Content-Encoding": "compress"}), MOST)


def test_nothing_is_never_unpacked_whatever_its_header_says():
    assert read_body(request(b"", **{"Content-Encoding": "compress"}), MOST) == Body(b"", 0)


def test_a_body_unpacks_to_what_a_body_may_have_and_no_byte_more():
    packed = gzip.compress(GIF)
    assert read_body(request(packed), len(GIF)).content == GIF
    with pytest.raises(BodyTooLarge, match=f"more than {len(GIF) - 1} bytes"):
        read_body(request(packed), len(GIF) - 1)


def test_a_small_body_unpacks_to_no_more_than_a_packed_one_may_have():
    packed = gzip.compress(bytes(UNPACKED_BYTES.most + 1))
    with pytest.raises(BodyTooLarge, match=f"more than {UNPACKED_BYTES.most} bytes"):
        read_body(request(packed), 10 * UNPACKED_BYTES.most)


@pytest.mark.parametrize(
    ("query", "read"),
    [
        (None, {}),
        ("", {}),
        (b"", {}),
        ({}, {}),
        ("iou=0.5&classes=a+b%2Cc", {"iou": "0.5", "classes": "a b,c"}),
        (b"classes=%EC%BB%B5", {"classes": "컵"}),
        ("classes=\ucef5".encode(), {"classes": "컵"}),
        (b"a=\xff", {"a": "\ufffd"}),
        ("iou=&top_k=5", {"iou": "", "top_k": "5"}),
        ("iou=0.1&iou=0.2", {"iou": "0.2"}),
        ({"iou": 0.5, 7: True}, {"iou": "0.5", "7": "True"}),
        ({"iou": ["0.1", 0.2], "top_k": ("5",)}, {"iou": "0.2", "top_k": "5"}),
        ({"classes": []}, {"classes": "[]"}),
    ],
)  # fmt: skip
def test_a_query_is_names_and_text_and_the_last_of_a_name_counts(query, read):
    assert read_query(SimpleNamespace(query=query)) == read


def test_a_request_without_a_query_asks_for_nothing():
    assert read_query(SimpleNamespace()) == {}


def test_fields_of_a_query_are_counted_to_the_last():
    most = "&".join(f"a{each}=1" for each in range(FORM_FIELDS.most))
    assert len(read_query(SimpleNamespace(query=most))) == FORM_FIELDS.most
    for more in (most + "&b=1", f"{most}&b=1".encode(), most + "&"):
        with pytest.raises(BadOption, match="the query has 65 fields, at most 64"):
            read_query(SimpleNamespace(query=more))
