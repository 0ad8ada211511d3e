"""Calls over HTTP: what reaches the handler, and what comes back."""

import hashlib
import os
import re

import pytest
import requests
from msgspec.structs import replace

from watcher.failure import Failure
from watcher.web.door import error_reply

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_a_call_reaches_the_handler_whole(shared):
    body = os.urandom(200_000)
    answer = shared.post(
        "/some%20path/%C3%BC?a=1&b=%C3%BC&a=2",
        data=body,
        headers={"Accept": "image/jpeg", "Content-Type": "x/y", "User-Agent": "me"},
    )
    told = answer.json()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert told["bytes"] == len(body)
    assert told["sha256"] == hashlib.sha256(body).hexdigest()
    assert told["path"] == "/some path/ü"
    assert told["query"] == {"a": "2", "b": "ü"}
    assert told["function"] == "steered"
    assert (told["accept"], told["content_type"], told["agent"]) == ("image/jpeg", "x/y", "me")
    assert told["thread"].startswith("handler-")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "BREW"])
def test_every_method_goes_to_the_handler(shared, method):
    answer = requests.request(method, shared.url("/x"), timeout=10)
    assert answer.json()["method"] == method


def test_head_is_a_call_without_a_body_in_the_reply(shared):
    answer = requests.head(shared.url("/?do=text&text=four"), timeout=10)
    assert (answer.status_code, answer.headers["Content-Length"], answer.text) == (200, "4", "")


def test_the_watchers_own_paths_take_get_alone(shared):
    for path in ("/_/health", "/_/ready", "/_/info"):
        assert shared.get(path).status_code == 200
        refused = shared.post(path)
        assert refused.status_code == 405
        assert refused.headers["Allow"] == "GET, HEAD"
        assert refused.json()["error"]["code"] == "method_not_allowed"
    assert shared.get("/_/else").json()["path"] == "/_/else"


@pytest.mark.parametrize(
    ("query", "content_type", "body"),
    [
        ("do=text&text=h%C3%BC", "text/plain; charset=utf-8", "hü".encode()),
        ("do=bytes&hex=ff00", "application/octet-stream", b"\xff\x00"),
        ("do=nothing", "text/plain; charset=utf-8", b""),
    ],
)
def test_answers_become_bodies(shared, query, content_type, body):
    answer = shared.post(f"/?{query}")
    assert (answer.headers["Content-Type"], answer.content) == (content_type, body)


def test_an_answer_brings_its_own_status_headers_and_stages(shared):
    answer = shared.post("/?do=answer")
    assert answer.status_code == 203
    assert answer.content == b"\xff\xd8picture"
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Extra"] == "1"
    assert answer.headers["Server-Timing"] == "decode;dur=2.500, inference;dur=4.000"


def test_every_reply_has_an_id_and_a_duration(shared):
    for answer in (shared.post(), shared.post("/?do=unknown")):
        assert UUID.fullmatch(answer.headers["X-Call-Id"])
        assert float(answer.headers["X-Duration-Seconds"]) >= 0
        assert "Server" not in answer.headers


@pytest.mark.parametrize(
    ("sent", "kept"), [("abc-1", True), ("x" * 129, False), ("a b", False), ("ü", False)]
)
def test_a_plain_call_id_is_kept(shared, sent, kept):
    answer = shared.post(headers={"X-Call-Id": sent.encode()})
    assert (answer.json()["call_id"] == sent) is kept
    assert answer.headers["X-Call-Id"] == answer.json()["call_id"]


def test_a_known_error_has_its_status_and_message(shared):
    answer = shared.post("/?do=known")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["error"] == {
        "code": "not_an_image",
        "message": "this is no image; send one",
        "call_id": answer.headers["X-Call-Id"],
    }


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        (
            "unknown",
            r"the handler failed at handlers/good\.py:\d+ in unknown: Unknown: secret text",
        ),
        ("leave", r"the handler failed at handlers/good\.py:\d+ in leave: SystemExit: 3"),
        (
            "no_such_verb",
            r"the handler failed at handlers/good\.py:\d+ in __call__: AttributeError: .*",
        ),
        ("bad_status", "the reply cannot be sent: the handler answered with status 99; .*"),
        ("bad_header", "the reply cannot be sent: the handler's header X-Split .*"),
        (
            "bad_type",
            "the reply cannot be sent: reply is of type object, which JSON cannot hold; .*",
        ),
        (
            "nan",
            r"the reply cannot be sent: reply\.boxes\[1\]\.score is NaN, which JSON .*",
        ),
        ("surrogate", "the reply cannot be sent: the handler answered with a str that .*"),
    ],
)
def test_any_other_error_tells_the_client_nothing_and_the_log_everything(shared, verb, said):
    answer = shared.post(f"/?do={verb}")
    call_id = answer.headers["X-Call-Id"]
    assert answer.status_code == 500
    assert answer.json()["error"] == {
        "code": "handler_error",
        "message": f"the handler failed; see the log under call id {call_id}",
        "call_id": call_id,
    }
    assert "secret" not in answer.text
    log = shared.wait_log(f"s) [{call_id}]")
    (line,) = [each for each in log.splitlines() if "ERROR" in each and call_id in each]
    assert re.fullmatch(rf"\S+ ERROR {said} \[{call_id}\]", line)
    assert shared.post().status_code == 200


@pytest.mark.parametrize("status", [404, 429, 504])
def test_a_code_of_the_handlers_own_has_its_own_status(shared, status):
    answer = shared.post(f"/?do=own&status={status}")
    assert answer.status_code == status
    assert answer.json()["error"] == {
        "code": "no_such_cat",
        "message": "there is no cat called tim",
        "call_id": answer.headers["X-Call-Id"],
    }
    assert "X-OpenFaaS-Internal" not in answer.headers  # that is what a watchdog says for itself


def test_a_status_that_is_no_errors_makes_no_code_of_ones_own(shared):
    answer = shared.post("/?do=own&status=200")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "handler_error")


def test_a_wrong_query_is_the_callers_error(shared):
    answer = shared.post("/?" + "&".join(["a=1"] * 300))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


def test_the_log_has_a_line_a_call_and_escapes_what_clients_write(shared):
    answer = shared.post("/a%0Ab%1b?secret=1", data=b"x")
    log = shared.wait_log(answer.headers["X-Call-Id"])
    line = next(one for one in log.splitlines() if answer.headers["X-Call-Id"] in one)
    size = len(answer.content)
    assert re.search(rf"INFO POST /a\\nb\\x1b - 200 - {size}B \(\d\.\d{{4}}s\) \[", line)
    assert "secret" not in line


def test_own_paths_make_no_line(shared):
    shared.get("/_/ready")
    assert "/_/ready" not in shared.log


def test_keep_alive_serves_many_calls_on_one_connection(shared):
    connection = shared.connect()
    for size in (0, 1, 70_000, 3):
        connection.request("POST", "/?do=echo", body=b"y" * size)
        local = connection.sock.getsockname()
        response = connection.getresponse()
        assert response.read() == b"y" * size
        assert connection.sock.getsockname() == local
    connection.close()


def failure(headers):
    return Failure("not_an_image", "this is no image", "id-1", headers=headers)


def test_headers_of_an_error_go_along_and_never_change_what_an_error_is():
    plain = error_reply(failure(None))
    told = error_reply(failure({"X-Model": "digits-2", "Content-Type": "text/html"}))
    assert told == replace(plain, headers=(("X-Model", "digits-2"),))
    assert error_reply(failure([("X-Model", "a"), ("X-Call-Id", "b")])).headers == (
        ("X-Model", "a"),
    )


@pytest.mark.parametrize(
    "headers", [3, "X-Model", {"X-Model": "a\r\nX-Evil: b"}, {"X Model": "a"}, [("a",)]]
)
def test_headers_that_cannot_be_sent_leave_the_error_as_it_is(headers):
    assert error_reply(failure(headers)) == error_reply(failure(None))
