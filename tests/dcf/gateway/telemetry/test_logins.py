"""Who logged in is told once an hour for an address."""

import logging

import pytest

from dcf.gateway.telemetry.logins import Logins


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.INFO)
    return lambda: [record.msg.fields for record in caplog.records]


def test_an_address_is_told_once_an_hour(told):
    now = [0.0]
    logins = Logins(lambda: now[0])
    for _ in range(100):
        logins.accepted("rest", "10.0.0.1", "admin")
    logins.accepted("rest", "10.0.0.2", "admin")
    logins.accepted("grpc", "", "admin")
    assert told() == [
        {"door": "rest", "peer": "10.0.0.1", "by": "admin"},
        {"door": "rest", "peer": "10.0.0.2", "by": "admin"},
        {"door": "grpc", "by": "admin"},
    ]  # fmt: skip
    now[0] = 3600.0
    logins.accepted("rest", "10.0.0.1", "admin")
    assert len(told()) == 4


def test_few_addresses_are_remembered(told):
    logins = Logins(lambda: 0.0)
    for number in range(3000):
        logins.accepted("rest", str(number), "admin")
    assert len(logins._told) == 1000
    logins.accepted("rest", "2999", "admin")
    assert len(told()) == 3000
