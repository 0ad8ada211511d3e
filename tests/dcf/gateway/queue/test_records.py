"""What items wait for together."""

import pytest

from dcf.gateway.queue.records import CALL, CALLBACK, NOTICE, Body, Item, flow_of, waiting_for


@pytest.mark.parametrize(
    ("kind", "target", "flow"),
    [
        (CALL, "/http://a.example/", "call f"),
        (CALLBACK, "http://a.example/path/more?x=//b", "callback a.example"),
        (NOTICE, "https://a.example:8443", "callback a.example:8443"),
        (CALLBACK, "http://[::1]:80/x", "callback [::1]:80"),
    ],
)
def test_calls_wait_by_function_and_what_is_posted_by_host(kind, target, flow):
    assert flow_of(kind, "f", target) == flow


def test_a_notice_waits_with_the_callbacks_of_its_host():
    """Else a host that is down would get twice the attempts."""
    assert flow_of(NOTICE, "f", "http://a/") == flow_of(CALLBACK, "g", "http://a/other")


def test_what_waits_is_remembered_without_its_bytes():
    item = Item(0, CALL, "id", "f", "/", "", (), Body(9, b"123456789"), 5.0)
    waiting = waiting_for(item, 3, 77.0)
    assert (waiting.seq, waiting.flow, waiting.size) == (3, "call f", 9)
    assert (waiting.since, waiting.due) == (77.0, 77.0)  # the queue's clock, not the machine's
