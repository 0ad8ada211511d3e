"""The soak for real: two minutes of it, and Ctrl-C."""

import signal
import subprocess
import sys

import pytest


def soak(seconds, seed):
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.soak", "--seconds", str(seconds), "--seed", str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_two_minutes_lose_nothing_and_leave_nothing():
    process = soak(75, 7)
    table, progress = process.communicate(timeout=380)
    assert process.returncode == 0, table + progress
    lines = {line.split("  ")[0]: line.split() for line in table.splitlines() if line}
    assert lines["losses (0 allowed)"][-1] == "0"
    assert int(lines["callbacks due"][-1].replace(",", "")) > 50
    assert int(lines["kill"][-1]) > 0
    assert "child processes" in lines
    assert "NO" not in table


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ctrl_c_ends_it_with_the_table_so_far():
    process = soak(3600, 1)
    for line in process.stderr:
        if "warm after" in line or "calls" in line:
            break
    process.send_signal(signal.SIGINT)
    table, progress = process.communicate(timeout=240)
    assert process.returncode == 0, table + progress
    assert "losses (0 allowed)" in table
    assert "child processes" in table
