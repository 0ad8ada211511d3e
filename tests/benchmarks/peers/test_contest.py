"""Servers take turns, and everything of each is measured: here, the watcher alone."""

from dataclasses import replace

import pytest

from benchmarks.harness.plan import quick
from benchmarks.harness.watcher_program import WatcherProgram
from benchmarks.peers.contest import Contestant, compete
from models.ssd.bundle import DEFAULT_BUNDLE


@pytest.mark.slow
def test_each_is_measured_in_every_round():
    plan = replace(quick(DEFAULT_BUNDLE), rounds=2, starts=1, calls=2, seconds=0.5)
    order = []

    def start(name):
        order.append(name)
        return WatcherProgram(plan)

    scores = compete([Contestant(name, lambda name=name: start(name)) for name in "ab"], plan)
    assert order == ["a", "b", "a", "b"]  # the cold starts, then those that stay
    for score in scores.values():
        assert len(score.calls_per_second) == len(score.large_calls_per_second) == 2
        assert len(score.cpu_ms_per_call) == len(score.p50_ms) == 2
        assert len(score.large_cpu_ms_per_call) == 2
        assert min(score.calls_per_second) > 0
        assert score.pss_bytes > 20_000_000
