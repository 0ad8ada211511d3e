from types import SimpleNamespace

import pytest

from watcher import reply
from watcher.errors import BadReply
from watcher.reply import Reply


@pytest.mark.parametrize(
    ("answer", "body", "content_type"),
    [
        ("grün", "grün".encode(), reply.TEXT),
        (b"\x00", b"\x00", reply.BINARY),
        (bytearray(b"ab"), b"ab", reply.BINARY),
        ({"a": [1, None]}, b'{"a":[1,null]}', reply.JSON),
        ([], b"[]", reply.JSON),
        (7, b"7", reply.JSON),
        (None, b"", reply.TEXT),
    ],
    ids=["str", "bytes", "bytearray", "dict", "list", "number", "none"],
)
def test_every_form_of_answer(answer, body, content_type):
    assert reply.from_answer(answer) == Reply(body, content_type)


def test_an_object_says_what_goes_with_its_body():
    made = reply.from_answer(
        SimpleNamespace(
            body=b"x",
            content_type="image/png",
            status=201,
            headers={"X-A": "1", "Transfer-Encoding": "chunked", "content-length": "99"},
            timings_ms={"decode": 1, "bad name": 2, "boxes": 0.5},
        )
    )
    assert made == Reply(b"x", "image/png", 201, (("X-A", "1"),), {"decode": 1, "boxes": 0.5})


def test_a_content_type_may_come_as_a_header():
    made = reply.from_answer(SimpleNamespace(body="<p>", headers={"content-type": "text/html"}))
    assert (made.content_type, made.headers) == ("text/html", ())


def test_at_most_sixteen_stages_are_kept():
    timings = {f"s{i}": 1.0 for i in range(40)}
    assert len(reply.from_answer(SimpleNamespace(body="", timings_ms=timings)).timings_ms) == 16


@pytest.mark.parametrize(
    "answer",
    [
        object(),
        {1, object()},
        "\ud800",
        SimpleNamespace(body="", status=99),
        SimpleNamespace(body="", status="abc"),
        SimpleNamespace(body="", headers=["a"]),
        SimpleNamespace(body="", headers={"a b": "1"}),
        SimpleNamespace(body="", headers={"a": "1\r\nSet-Cookie: b"}),
        SimpleNamespace(body="", content_type="text/plain\nx"),
    ],
)
def test_what_cannot_be_sent_is_the_handlers_error(answer):
    with pytest.raises(BadReply):
        reply.from_answer(answer)
