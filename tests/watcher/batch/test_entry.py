"""Which entry a file gets for what the handler answered."""

import pytest

from watcher import reply
from watcher.batch import data as data_of
from watcher.batch import entry
from watcher.failure import Failure


@pytest.mark.parametrize(
    ("body", "content_type", "value"),
    [
        (b'{"a":1}', "application/json", {"a": 1}),
        (b'{"a":1}', "application/problem+json; charset=utf-8", {"a": 1}),
        (b"7", "application/json", 7),
        (b"broken", "application/json", "broken"),
        (b"NaN", "application/json", "NaN"),
        (b"[" * 100_000, "application/json", "[" * 100_000),
        (b"[" * 950 + b"]" * 950, "application/json", "[" * 950 + "]" * 950),
        (b"[[],[]]" , "application/json", [[], []]),
        (b"7", "text/plain", "7"),
        (b' [1]', "text/plain", [1]),
        (b"{7", "text/plain", "{7"),
        (b"\xff", "text/plain", "\ufffd"),
        (b"", "text/plain", ""),
        (b'{"a":1}', "application/octet-stream", "eyJhIjoxfQ=="),
        (b"\xff\xd8", "image/jpeg", "/9g="),
    ],
)  # fmt: skip
def test_a_reply_is_json_text_or_base64(body, content_type, value):
    assert entry.value_of(reply.Reply(body, content_type)) == value


@pytest.mark.parametrize(
    "text", ["plain", chr(0xDCFF), chr(0xD800), chr(0xDCFF) + chr(0xD800), "é\n"]
)
def test_any_text_becomes_utf8(text, tmp_path):
    assert data_of.clean(text).encode()
    file = data_of.DataFile(tmp_path, data_of.clean(text), "k")
    assert entry.failed(file, Failure("c", text, "i"))["error"]["message"].encode()


@pytest.fixture
def file(tmp_path):
    return data_of.DataFile(tmp_path / "a.jpg", "a.jpg", "a.jpg")


def error_of(made):
    assert set(made) == {"file", "error"}
    return made["error"]["code"], made["error"]["message"]


@pytest.mark.parametrize(
    ("status", "fails"), [(200, False), (399, False), (400, True), (599, True)]
)
def test_a_status_says_whether_an_answer_is_one(file, status, fails):
    made = entry.answered(file, reply.Reply(b"\n\nno such\nthing", "text/plain", status=status))
    if not fails:
        assert made == {"file": "a.jpg", "result": "\n\nno such\nthing"}
        return
    told = f"the handler answered with status {status}: no such"
    assert error_of(made) == ("handler_status", told)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"", ""),
        (b" \r\n\t\n  first \nsecond", "first"),
        (b"x" * 300, "x" * 200),
        (b"\x1b[2Jred\x07", "\ufffd[2Jred\ufffd"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_the_first_line_that_says_something_moves_no_cursor(body, line):
    assert entry.first_line(body) == line


def test_a_file_that_never_reached_the_handler_says_why(file):
    assert error_of(entry.unreadable(file, PermissionError(13, "Permission denied"))) == (
        "unreadable_file",
        "the file cannot be read: Permission denied",
    )


def test_a_file_on_which_processes_die_is_told_by_its_code(file):
    assert error_of(entry.deadly(file))[0] == "handler_crashed"
