"""The image's health check against real processes: well, stuck, stopped, ending, none."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import until

PROBE = Path(__file__).parents[2] / "watcher" / "probe.py"


def probe(number, **environ):
    """Exit code and words, as docker keeps them."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", PROBE],
        env={"PATH": os.environ["PATH"], "PORT": str(number), "HOST": "0.0.0.0", **environ},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture
def watcher(start):
    """One that has imported what answers probes: this probe waits for two seconds alone."""
    one = start()
    assert one.get("/_/health").status_code == 200
    return one


def test_a_process_that_is_well(watcher):
    assert probe(watcher.port) == (0, "")
    assert probe(watcher.port, HOST="") == (0, "")
    assert probe(watcher.port, HOST="localhost") == (0, "")
    assert probe("", port=str(watcher.port)) == (0, "")


def test_a_process_without_its_lock_file_says_why(watcher):
    watcher.lock.unlink()
    assert probe(watcher.port) == (1, "the lock file was removed\n")


def test_a_process_whose_slots_are_stuck(start, gate):
    watcher = start(CONCURRENCY=1, EXEC_TIMEOUT="1")
    assert watcher.post(f"/?do=until&file={gate}").status_code == 504
    until(lambda: watcher.get("/_/health").status_code == 503)
    assert probe(watcher.port) == (1, "every slot is stuck beyond EXEC_TIMEOUT\n")


def test_a_process_that_was_stopped_is_given_up_in_time(watcher):
    watcher.signal(signal.SIGSTOP)
    code, words = probe(watcher.port)
    watcher.signal(signal.SIGCONT)
    assert (code, "does not answer in 2 s" in words) == (1, True)
    assert probe(watcher.port) == (0, "")


@pytest.mark.parametrize("port", ["0", "x", "99999999"])
def test_nobody_there(port):
    code, words = probe(port)
    assert (code, len(words.splitlines())) == (1, 1)


def test_it_imports_next_to_nothing():
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "importtime", PROBE],
        env={"PORT": "0"}, capture_output=True, text=True, timeout=10, check=False,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "_socket" in imported
    assert not imported & {"socket", "site", "urllib", "watcher", "re", "http.client"}
