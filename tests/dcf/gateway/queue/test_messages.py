"""How failed calls and the queue's limits are told."""

from dataclasses import fields

import msgspec
import pytest

from dcf.gateway.queue.messages import QueueLimits, failed_call
from dcf.gateway.queue.records import CALL, CALLBACK, Body, Item
from dcf.gateway.queue.settings import Limits


def failed(kind, target, callback):
    headers = (("Authorization", "Bearer secret"),)
    body = Body(7, b"content")
    return failed_call(
        Item(4, kind, "id", "f", target, callback, headers, body, 1.5, 3, 503, "it was full")
    )


@pytest.mark.parametrize(
    ("kind", "target", "callback", "told"),
    [
        (CALL, "/p?q", "http://a/", ("/p?q", "http://a/")),
        (CALL, "/p?q", "", ("/p?q", "")),
        (CALLBACK, "http://a/", "", ("", "http://a/")),
    ],
    ids=["call", "without-callback", "callback"],
)
def test_a_call_has_a_path_and_a_callback_an_address(kind, target, callback, told):
    entry = failed(kind, target, callback)
    assert (entry.path, entry.callback) == told
    assert (entry.call_id, entry.function, entry.attempts) == ("id", "f", 3)
    assert (entry.status, entry.reason, entry.size) == (503, "it was full", 7)
    assert entry.queued_at == "1970-01-01T00:00:01.500Z"


def test_neither_headers_nor_content_are_told():
    text = msgspec.json.encode(failed(CALL, "/", ""))
    assert b"secret" not in text
    assert b"content" not in text


def test_the_limits_have_the_names_of_the_settings():
    told = {each.name for each in msgspec.structs.fields(QueueLimits)}
    assert told == {each.name for each in fields(Limits)}
