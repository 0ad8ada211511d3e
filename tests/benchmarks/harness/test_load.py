"""The load generator against a real server: every call counted, lost ones too."""

import itertools
import math

import pytest

from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.load import drive


def test_every_call_is_counted_by_status(address):
    bodies = [b"a", b"status 404", b"last", b"status 503"] * 10
    outcome = drive(address.port, map(address.request, bodies), 3, math.inf)
    assert outcome.statuses == {200: 20, 404: 10, 503: 10}
    assert outcome.calls == len(outcome.latencies_ms) == 40
    assert outcome.rate == pytest.approx(40 / outcome.seconds)
    assert 0 < outcome.cpu_seconds < outcome.seconds * 2
    with pytest.raises(BenchmarkError, match="404"):
        outcome.demand(200)


def test_lost_calls_are_counted_and_the_load_goes_on(address):
    bodies = [b"a", b"hang up"] * 5
    outcome = drive(address.port, map(address.request, bodies), 2, math.inf)
    assert (outcome.broken, outcome.statuses) == (5, {200: 5})


def test_the_load_ends_with_the_time(address):
    outcome = drive(address.port, itertools.repeat(address.request(b"a")), 4, 0.2)
    outcome.demand(200)
    assert 0.2 <= outcome.seconds < 5
