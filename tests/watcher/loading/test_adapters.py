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
