"""A connection is kept, reads long answers, and refuses what it cannot read."""

import pytest

from benchmarks.harness.connection import Connection
from benchmarks.harness.errors import BenchmarkError


def test_a_connection_is_kept_and_reads_long_answers(address):
    with Connection(address.port) as connection:
        for size in (0, 1, 1_000_000, 5):
            body = b"x" * size
            assert connection.exchange(address.request(body)).body == body


def test_an_answer_without_a_length_is_refused(address):
    with Connection(address.port) as connection, pytest.raises(BenchmarkError, match="Length"):
        connection.exchange(address.request(b"endless"))


def test_nobody_there_is_an_error():
    with pytest.raises(OSError, match="refused"):
        Connection(1)
