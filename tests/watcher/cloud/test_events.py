"""Events: what of one is the body of a call, and whether it is sent again."""

import base64
import json

import pytest

from tests.watcher.cloud.cloud_event import Event
from watcher.cloud import events as cloud_events
from watcher.errors import BadRequest, BodyTooLarge, StorageFailed


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


def test_a_picture_that_is_too_large_is_not_asked_for_again():
    failing = BodyTooLarge("gs://b/a is over 10 bytes")

    def fetch(*_):
        raise failing

    outcome = cloud_events.EventDoor(None, fetch, 10, 1.0).answer(
        Event({"bucket": "b", "name": "a"})
    )
    assert (outcome.line["error"]["code"], outcome.again) == ("body_too_large", 0)


def test_the_line_has_the_events_own_words_and_the_result():
    event = Event(b"abc", subject="a/b.jpg", time="2026-01-31", type="")
    outcome = Door(answer={"n": 1}).answer(event)
    assert outcome.line == {
        "event": {"id": "e1", "source": "/s", "subject": "a/b.jpg"},
        "result": {"n": 1},
    }


@pytest.mark.parametrize("given_id", ["e 1", "", "\r\nX: y", 7])
def test_an_id_that_is_none_for_a_header_gives_way(given_id):
    door = Door()
    door.answer(Event(b"abc", id=given_id))
    ((_, _, call_id),) = door.got
    assert call_id.isprintable()
    assert (call_id == "7") is (given_id == 7)
    assert call_id != given_id


@pytest.mark.parametrize(
    ("data", "body"),
    [
        ({"message": {"attributes": {}}}, b'{"message":{"attributes":{}}}'),
        ({"message": "text"}, b'{"message":"text"}'),
        ({"bucket": "b", "name": ""}, b'{"bucket":"b","name":""}'),
        ([1, 2], b"[1,2]"),
    ],
)
def test_what_only_looks_like_a_place_is_data(data, body):
    door = Door()
    door.answer(Event(data))
    assert door.got == [(body, "application/json", "e1")]
    assert not door.fetched


def test_an_error_of_any_shape_is_told():
    assert Door("404 No", ["x"]).answer(Event(b"")).line["error"] == ["x"]
    assert Door("404 No", {"x": 1}).answer(Event(b"")).line["error"] == {"x": 1}


@pytest.mark.parametrize(
    ("error", "code", "again"),
    [
        (StorageFailed("not now"), "storage_failed", 500),
        (BadRequest("not there"), "bad_request", 0),
    ],
)
def test_a_bucket_that_fails_is_asked_again_and_a_wrong_name_is_not(error, code, again):
    def fetch(*_):
        raise error

    door = cloud_events.EventDoor(None, fetch, 10, 1.0)
    outcome = door.answer(Event({"bucket": "b", "name": "a"}))
    assert outcome.line["error"]["code"] == code
    assert outcome.line["error"]["message"] == error.message
    assert bool(outcome.again) is bool(again)
