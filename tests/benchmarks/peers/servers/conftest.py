"""A peer's server for real, where the peers are installed."""

import json
import time

import pytest

from benchmarks.harness.calls import first_answer
from benchmarks.harness.connection import Connection
from benchmarks.harness.plan import Plan, photos
from benchmarks.peers.__main__ import BUNDLES, FLOAT32
from benchmarks.peers.program import PEERS, PYTHON, PeerProgram
from benchmarks.workers.plain_loop import PlainLoop


@pytest.fixture
def answers_as_the_bare_loop():
    """Starts a peer, and holds its boxes of a sample against the loop that it is made of."""
    if not PYTHON.exists():
        pytest.skip("`make bench-peers` installs the peers")

    def check(package):
        (peer,) = [each for each in PEERS if each.package == package]
        plan = Plan(BUNDLES[FLOAT32])
        photo = photos()[0].read_bytes()
        began = time.perf_counter()
        with PeerProgram(peer, plan) as server:
            request = server.address.request(photo)
            first_answer(server.address.port, request, began, server)
            with Connection(server.address.port) as connection:
                found = json.loads(connection.exchange(request).body)
        expected = PlainLoop(plan.bundle, reduced=False)(photo)
        assert [each["class"] for each in found] == [each["class"] for each in expected]
        assert [each["xmin"] for each in found] == [each["xmin"] for each in expected]

    return check
