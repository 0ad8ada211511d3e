"""Which event a failed call is, and what of it is told."""

import logging

import pytest

from dcf.errors import (
    InvalidRequest,
    NotFound,
    NotReady,
    QueueFull,
    SlowRequest,
    StorageFull,
    UpstreamFailed,
    UpstreamTimeout,
)
from dcf.gateway.calls.failures import tell_failure
from dcf.gateway.telemetry.refusals import COUNTS, GRPC


@pytest.mark.parametrize(
    ("fault", "event"),
    [
        (NotReady("words"), "call_failed"),
        (UpstreamFailed("words"), "call_failed"),
        (UpstreamTimeout("words"), "call_failed"),
        (StorageFull("words"), "call_failed"),
        (QueueFull("words"), "request_refused"),
    ],
    ids=lambda each: getattr(each, "code", each),
)
def test_it_is_told_by_code_function_and_id_without_words(caplog, fault, event):
    caplog.set_level(logging.INFO)
    tell_failure(GRPC, fault, "f", "id-1")
    (line,) = [each.getMessage() for each in caplog.records]
    assert line == f"{event} door=grpc code={fault.code} function=f call_id=id-1"


@pytest.mark.parametrize("fault", [NotFound("x"), InvalidRequest("x")], ids=lambda each: each.code)
def test_a_name_that_a_caller_made_up_is_not_told(caplog, fault):
    caplog.set_level(logging.INFO)
    tell_failure(GRPC, fault, "my-password", "id-1")
    (line,) = [each.getMessage() for each in caplog.records]
    assert line == f"request_refused door=grpc code={fault.code} call_id=id-1"


def test_an_id_as_long_as_a_page_is_not_told(caplog):
    caplog.set_level(logging.INFO)
    tell_failure(GRPC, NotReady("x"), "f", "i" * 5000)
    assert len(caplog.records[0].getMessage()) < 100


def test_a_call_that_broke_off_because_its_caller_stopped_sending_is_the_callers(caplog):
    caplog.set_level(logging.INFO)
    before = COUNTS["slow_request", GRPC]
    try:
        try:
            raise SlowRequest("the body")
        except SlowRequest as fault:
            raise UpstreamFailed("Can't reach service") from fault
    except UpstreamFailed as fault:
        tell_failure(GRPC, fault, "f", "id-1")
    assert caplog.records[0].getMessage().startswith("request_refused door=grpc code=slow_request")
    assert COUNTS["slow_request", GRPC] == before + 1
