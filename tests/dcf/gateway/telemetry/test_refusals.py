"""Refusals are counted in full, whatever the log shows of them."""

import logging

import pytest

from dcf.gateway.telemetry.events import LOGIN_REFUSED, REQUEST_REFUSED
from dcf.gateway.telemetry.refusals import COUNTS, GRPC, REST, refused


@pytest.mark.parametrize(
    ("code", "event"), [("unauthorized", LOGIN_REFUSED), ("queue_full", REQUEST_REFUSED)]
)
def test_each_is_counted_and_told(caplog, code, event):
    caplog.set_level(logging.INFO)
    before = COUNTS[code, REST]
    refused(REST, code, function="f", call_id="c")
    (record,) = caplog.records
    assert record.msg.event is event
    assert record.msg.fields == {"door": "rest", "code": code, "function": "f", "call_id": "c"}
    assert COUNTS[code, REST] == before + 1


def test_it_is_counted_where_nothing_is_logged(caplog):
    caplog.set_level(logging.ERROR)
    before = COUNTS["no_memory", GRPC]
    refused(GRPC, "no_memory")
    assert not caplog.records
    assert COUNTS["no_memory", GRPC] == before + 1
