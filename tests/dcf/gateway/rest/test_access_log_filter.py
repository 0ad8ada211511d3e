"""Bytes that are no HTTP leave no trace in the log; faults of ours do."""

import logging

import pytest
from aiohttp.http_exceptions import BadStatusLine, LineTooLong

from dcf.errors import SlowRequest
from dcf.gateway.rest.access_log_filter import server_log


def logged(fault, caplog):
    with caplog.at_level(logging.ERROR, logger="dcf.gateway.http"):
        log = server_log()
        if fault is None:
            log.error("Error handling request")
        else:
            log.error("Error handling request", exc_info=fault)
    return len(caplog.messages)


@pytest.mark.parametrize(
    "fault", [BadStatusLine("x"), LineTooLong("x", "1", "2"), SlowRequest("x")], ids=repr
)
def test_what_anybody_can_send_is_left_out(fault, caplog):
    assert logged(fault, caplog) == 0


@pytest.mark.parametrize("fault", [ValueError("x"), None], ids=repr)
def test_what_is_ours_is_kept(fault, caplog):
    assert logged(fault, caplog) == 1


def test_it_filters_once_however_often_it_is_asked_for():
    assert server_log() is server_log()
    assert len(server_log().filters) == 1
