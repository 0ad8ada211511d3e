"""A run that is ended as soon as it begins still reads, ends its gateway, and reports."""

import asyncio
import sys

import pytest

from benchmarks.soak.run import Soak, run


def test_a_run_warms_up_for_a_minute_at_most():
    assert Soak(sys.executable, 3600, 1, print).warm_seconds == 60
    assert Soak(sys.executable, 100, 1, print).warm_seconds == 25


@pytest.mark.slow
def test_a_run_that_is_stopped_at_once_has_its_report():
    async def stopped():
        stop = asyncio.Event()
        stop.set()
        return await run(Soak(sys.executable, 3600, 1, said.append), stop)

    said = []
    report = asyncio.run(stopped())
    assert report.faults == ()
    assert report.holds
    assert "child processes" in [each.what for each in report.growths]
    assert said[0].startswith("warm after")
