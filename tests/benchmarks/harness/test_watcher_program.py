"""The real watcher, started and called as the comparisons do."""

import pytest

from benchmarks.harness.address import Address
from benchmarks.harness.connection import Connection
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.plan import Plan, photos
from benchmarks.harness.watcher_program import WatcherProgram


def test_a_watcher_answers_once_it_is_ready():
    with WatcherProgram(Plan()) as watcher:
        watcher.wait_ready()
        with Connection(watcher.address.port) as connection:
            asked = watcher.address.request(photos()[0].read_bytes())
            assert connection.exchange(asked).status == 200
            ready = Address(watcher.address.port, "/_/ready").get()
            assert connection.exchange(ready).status == 200
    assert not watcher.alive


def test_a_watcher_that_cannot_load_says_why(tmp_path):
    with WatcherProgram(Plan(tmp_path)) as watcher, pytest.raises(BenchmarkError, match="ended"):
        watcher.wait_ready()
