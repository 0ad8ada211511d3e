"""The bare loop on command, as a real process: so many calls, or so many seconds."""

import pytest

from benchmarks.comparisons.latency import bare_loop
from benchmarks.harness.plan import Plan, photos
from benchmarks.workers.bare_loop import run


@pytest.mark.parametrize("way", ["plain", "detector"])
def test_both_ways_answer_with_times(way):
    files = [str(photo) for photo in photos()]
    with bare_loop(Plan(), way) as worker:
        taken = worker.ask({"photos": files[:1], "calls": 3})
        assert len(taken) == 3
        assert min(taken) > 0
        answer = worker.ask({"photos": files, "seconds": 0.1})
    assert answer["calls"] >= 1
    assert answer["seconds"] >= 0.1
    assert answer["cpu_seconds"] > 0


def test_photos_take_turns():
    seen = []
    found = run(seen.append, [b"a", b"b"], 0.1)
    assert found["calls"] == len(seen) > 1
    assert set(seen[::2]) == {b"a"}
    assert set(seen[1::2]) == {b"b"}
