"""Handlers written for other platforms run as they are: the examples, each in a real process."""

import hashlib
import os

import pytest

from watcher.errors import BadReply, WrongSignature
from watcher.loading import adapters
from watcher.request import Request


@pytest.fixture
def example(start, examples):
    def begin(name, handler, **settings):
        return start(
            HANDLER_DIR=examples / name,
            HANDLER_FILE="handler.py",
            HANDLER_NAME=handler,
            **settings,
        )

    return begin


def test_dcf_class_that_imports_mesh(example):
    watcher = example("dcf_echo", "Handler")
    assert watcher.post(data=b"abc\n").content == b"abc\n"


def test_openfaas_dict_with_status_body_headers(example):
    watcher = example("openfaas_greeting", "handle")
    answer = watcher.get("/some/path?name=Ann")
    assert answer.json() == {"greeting": "hello Ann", "method": "GET", "path": "/some/path"}
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Host"] == os.uname().nodename
    refused = watcher.get("/")
    assert (refused.status_code, refused.text) == (400, "say who you are: ?name=...")


def test_openfaas_headers_body_and_nothing(example):
    watcher = example("openfaas_form", "handle")
    json = {"Content-Type": "application/json"}
    assert watcher.post(data=b'{"a": 1, "b": 2}', headers=json).text == "2"
    assert watcher.post(data=b"a=1", headers={"Content-Type": "x/y"}).status_code == 415
    empty = watcher.post()
    assert (empty.status_code, empty.content) == (200, b"")


def test_plain_text_in_text_out(example):
    watcher = example("plain_wordcount", "handle")
    answer = watcher.post(data="drei wörter hier".encode())
    assert answer.text == "3 words"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert watcher.post(data=b"\xff\xfe x").text == "2 words"  # not UTF-8, and still answered


@pytest.mark.parametrize(("raw", "kind"), [("false", "str"), ("true", "bytes")])
def test_plain_body_as_text_or_bytes(example, raw, kind):
    watcher = example("plain_digest", "handle", RAW_BODY=raw)
    assert watcher.post(data=b"abc").json() == {
        "type": kind,
        "sha256": hashlib.sha256(b"abc").hexdigest(),
    }


def call(handler, name="handle", body=b"x"):
    kind, made = adapters.adapt(handler, name, raw_body=False)
    return kind, made(Request(body))


def test_a_tuple_is_body_status_and_headers_as_in_flask():
    assert call(lambda body: ("gone", 410))[1].status == 410
    answer = call(lambda body: (body, 201, {"X-A": "b"}))[1]
    assert (answer.body, answer.status, answer.headers) == (b"x", 201, (("X-A", "b"),))
    assert call(lambda body: (body, {"X-A": "b"}))[1].headers == (("X-A", "b"),)
    with pytest.raises(BadReply):
        call(lambda body: (1, 2, 3, 4))


def test_openfaas_values_that_are_no_text_become_text():
    answer = call(lambda event, context: {"body": 7, "statusCode": "202"})[1]
    assert (answer.body, answer.status) == (b"7", 202)


@pytest.mark.parametrize(
    ("handler", "name", "kind"),
    [
        (lambda request: "", "Handler", "request"),
        (lambda body: "", "handle", "body"),
        (lambda event, context: "", "Handler", "openfaas"),
        (lambda event, context=None: "", "handle", "openfaas"),
        (lambda request, extra=1: "", "Handler", "request"),
        (lambda *args: "", "Handler", "request"),
    ],
)
def test_the_kind_follows_from_name_and_parameters(handler, name, kind):
    assert call(handler, name)[0] == kind


@pytest.mark.parametrize("handler", [lambda: "", lambda a, b, c: "", lambda a, *, b: ""])
def test_other_signatures_are_refused(handler):
    with pytest.raises(WrongSignature):
        adapters.adapt(handler, "Handler", raw_body=False)


@pytest.fixture
def http_handler(start):
    """One process that serves the handler of all kinds of answers."""
    return start(HANDLER_FILE="openfaas_http.py", HANDLER_NAME="handle")


COOKIES = ["a=1", "b=2"]


def test_openfaas_http_answers(http_handler):
    expected = {
        "list": (200, b"x", COOKIES),
        "values": (200, b"x", COOKIES),
        "response": (201, b"hi", COOKIES),
        "tuple": (201, b"hi", COOKIES),
        "tuple_of_response": (201, b"hi", COOKIES),
        "made": (202, b"made", ["a=1; Path=/", "b=2; Path=/"]),
        "jsonify": (201, b'{"a":[1,null]}\n', []),
        "json_body": (202, b'{"a":1}', []),
        "stream": (200, b"one two", []),
        "generator": (200, b"one two", []),
    }
    for what, told in expected.items():
        answer = http_handler.post(f"/?what={what}")
        found = (answer.status_code, answer.content, answer.raw.headers.getlist("Set-Cookie"))
        assert found == told, what


def test_openfaas_http_answers_of_flasks_own(http_handler):
    assert http_handler.get("/?what=stream").headers["Content-Type"].startswith("text/csv")
    assert http_handler.get("/?what=jsonify").headers["Content-Type"] == "application/json"
    moved = http_handler.get("/?what=redirect", allow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (302, "/elsewhere")
    assert http_handler.get("/?what=abort").status_code == 418


def test_openfaas_http_asks_as_flask_does(http_handler):
    path = "/a/ä?what=query&n=1&n=x&n=3"
    told = http_handler.post(path, data=b"in", headers={"X-Number": "7"}).json()
    assert told == {
        "all": [1, 3], "first": "1", "int": 1, "none": "nothing", "header": 7,
        "flat": {"what": "query", "n": "1"}, "lists": {"what": ["query"], "n": ["1", "x", "3"]},
        "flask": ["1", "x", "3"], "path": ["/a/ä", "/a/ä"], "method": ["POST", "POST"],
        "body": ["in", "in"], "app": True,
    }  # fmt: skip


def test_openfaas_flask_has_its_request_at_the_first_call(start):
    watcher = start(HANDLER_FILE="openfaas_flask.py", HANDLER_NAME="handle")
    told = watcher.post("/?n=1&n=2", data=b"in", headers={"X-Name": "me"}).json()
    assert told == {"body": "in", "header": "me", "args": ["1", "2"]}


def test_openfaas_http_without_flask(start):
    watcher = start(HANDLER_FILE="openfaas_plain.py", HANDLER_NAME="handle")
    answer = watcher.post("/?n=1&n=2", headers={"X-Name": "me"})
    assert (answer.status_code, answer.json()) == (202, {"n": ["1", "2"]})
    assert answer.raw.headers.getlist("Set-Cookie") == COOKIES
    assert answer.headers["X-Name"] == "me"


@pytest.mark.parametrize("headers", ["ab", 7, [("a",)], [("a b", "c")], [(1, "c")], [("a", "b\n")]])
def test_headers_that_are_none_are_told(headers):
    with pytest.raises(BadReply):
        call(lambda event, context: {"body": "x", "headers": headers})
