"""A handler inside another's Flask: calls, and events whose answers are lines of the log."""

import base64
import json
import os
import sys

import pytest
from flask import Flask, request

from watcher.cloud import events as cloud_events
from watcher.cloud import function as cloud_function
from watcher.cloud import storage as cloud_storage
from watcher.errors import BodyTooLarge, SettingError, StorageFailed


class Event(dict):
    """A CloudEvent as its library has it: attributes by name, and its data."""

    def __init__(self, data, **attributes):
        super().__init__({"id": "e1", "source": "/s", "type": "t", **attributes})
        self.data = data


@pytest.fixture(autouse=True)
def no_hooks(monkeypatch):
    """Forks of other tests in this process build nothing."""
    monkeypatch.setattr(os, "register_at_fork", lambda **_: None)


@pytest.fixture
def served(handlers, monkeypatch):
    settings = {
        "HANDLER_DIR": str(handlers), "HANDLER_FILE": "good.py", "HANDLER_NAME": "Handler",
        "MAX_BODY_BYTES": "1000", "CONCURRENCY": "1", "MAX_INFLIGHT": "1",
    }  # fmt: skip
    for name in (*settings, "THREADS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name, settings.get(name, ""))
    monkeypatch.delenv("THREADS")
    monkeypatch.setattr(sys, "path", list(sys.path))
    modules = set(sys.modules)
    made = cloud_function.CloudFunction(settings)
    yield made
    made.built().runner.close(5)
    for name in set(sys.modules) - modules:
        if name in ("mesh", "_function_handler"):
            del sys.modules[name]


@pytest.fixture
def client(served):
    app = Flask("framework")
    app.add_url_rule("/", "run", lambda path="": served.answer(request), methods=["GET", "POST"])
    # The framework reads what a function has left of the body, and fails if that cannot be.
    app.after_request(lambda response: (request.get_data(), response)[1])
    return app.test_client()


def test_a_call_is_answered_and_its_body_is_read_once(client):
    answer = client.post("/?a=1", data=b"x" * 900, headers={"X-Call-Id": "mine"})
    assert (answer.status_code, answer.json["bytes"]) == (200, 900)
    assert answer.headers["X-Call-Id"] == "mine"
    assert "X-Duration-Seconds" in answer.headers


def test_what_the_door_refuses_is_refused(client):
    answer = client.post("/", data=b"x" * 1001)
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "body_too_large")


def test_the_framework_gets_threads_for_more_than_the_limit(served):
    assert int(os.environ["THREADS"]) > 1


def test_the_environment_wins_over_the_exports_settings(monkeypatch):
    monkeypatch.setenv("EXEC_TIMEOUT", "soon")
    with pytest.raises(SettingError, match="EXEC_TIMEOUT is 'soon'"):
        cloud_function.CloudFunction({"EXEC_TIMEOUT": "3s"})


def test_an_events_answer_is_a_line(served, capfd):
    served.take(Event(b"abc", subject="a/b.jpg"))
    line = json.loads(capfd.readouterr().out)
    assert line["severity"] == "INFO"
    assert line["event"] == {"id": "e1", "source": "/s", "type": "t", "subject": "a/b.jpg"}
    assert line["result"]["bytes"] == 3


class Door:
    """An event door on an application that answers with what it got."""

    def __init__(self, status="200 OK", answer=None):
        self.got = []
        self.fetched = []

        def app(environ, start_response):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH", 0)))
            self.got.append((body, environ.get("CONTENT_TYPE"), environ["HTTP_X_CALL_ID"]))
            start_response(status, [("Content-Type", "application/json")])
            return [json.dumps(answer).encode()]

        def fetch(bucket, name, limit, seconds):
            self.fetched.append((bucket, name, limit, seconds))
            return b"fetched"

        self.answer = cloud_events.EventDoor(app, fetch, 1000, 3.0).answer


@pytest.mark.parametrize(
    ("data", "more", "body", "content_type"),
    [
        (b"abc", {"datacontenttype": "image/jpeg"}, b"abc", "image/jpeg"),
        (b"abc", {}, b"abc", "application/octet-stream"),
        ("YWJj", {"datacontenttype": "text/plain"}, b"YWJj", "text/plain"),
        ({"image": "YWJj"}, {}, b'{"image":"YWJj"}', "application/json"),
        ({"message": {"data": base64.b64encode(b"abc").decode()}}, {}, b"abc", None),
        ({"bucket": "b", "name": "a/c.jpg"}, {}, b"fetched", None),
        (None, {}, b"", None),
    ],
)
def test_data_becomes_the_body_of_a_call(data, more, body, content_type):
    door = Door()
    door.answer(Event(data, **more))
    assert door.got == [(body, content_type or "application/octet-stream", "e1")]
    if b"fetched" in body:
        assert door.fetched == [("b", "a/c.jpg", 1000, 3.0)]


@pytest.mark.parametrize(
    ("status", "again"),
    [
        ("200 OK", 0),
        ("400 Bad", 0),
        ("415 No", 0),
        ("429 Full", 429),
        ("500 No", 500),
        ("503 No", 503),
    ],
)
def test_only_what_may_go_better_next_time_is_sent_again(status, again):
    outcome = Door(status, {"error": {"code": "x"}}).answer(Event(b"abc"))
    assert outcome.again == again
    if status != "200 OK":
        assert outcome.line["error"] == {"code": "x"}


def test_a_message_that_is_not_base64_is_told_and_done_with():
    outcome = Door().answer(Event({"message": {"data": "%%%"}}))
    assert outcome.line["error"]["code"] == "bad_request"
    assert outcome.again == 0


def test_without_the_buckets_library_the_line_says_what_to_install():
    with pytest.raises(StorageFailed, match=r"google-cloud-storage is not installed; put it into"):
        cloud_storage.fetch("b", "a.jpg", 10, 1.0)


def test_a_picture_that_is_too_large_is_not_asked_for_again():
    door = Door()
    failing = BodyTooLarge("gs://b/a is over 10 bytes")

    def fetch(*_):
        raise failing

    outcome = cloud_events.EventDoor(None, fetch, 10, 1.0).answer(
        Event({"bucket": "b", "name": "a"})
    )
    assert (outcome.line["error"]["code"], outcome.again) == ("body_too_large", 0)
    assert not door.got
