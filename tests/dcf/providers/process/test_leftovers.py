"""What was left without a supervisor is found by its mark, and nothing else is."""

import fcntl
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from dcf.providers.process import leftovers
from dcf.providers.process.leftovers import end_leftovers, end_marked, mark_of

WAITS = "print(flush=True); import signal; signal.pause()"


@pytest.fixture(name="start")
def _start():
    """`start(lock)` starts a process as a replica's watcher is started; it ends with the test."""
    started = []

    def start(lock, code=WAITS):
        env = {**os.environ, "LOCK_FILE": str(lock / "ready")}
        command = [sys.executable, "-c", code]
        started.append(subprocess.Popen(command, env=env, stdout=subprocess.PIPE))
        started[-1].stdout.readline()
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()
        each.stdout.close()


def test_a_mark_lies_beside_its_folder(tmp_path):
    assert mark_of(tmp_path / "f-1-1.abc.lock") == tmp_path / "f-1-1.abc.mark"


def test_processes_that_nobody_looks_after_end_with_their_files_and_no_others(tmp_path, start):
    lock, other = tmp_path / "f-1-1.abc.lock", tmp_path / "f-1-1.xyz.lock"
    left, kept = start(lock), start(other)
    for each in (lock, other):
        each.mkdir()
        (each / "ready").touch()
    mark_of(lock).touch()
    assert end_leftovers(tmp_path) == 1
    left.wait(10)  # it may have been waited for already: it has ended
    assert kept.poll() is None
    assert [each.name for each in tmp_path.iterdir()] == [other.name]


def test_what_descends_from_them_ends_too_whatever_it_did_to_its_environment(tmp_path, start):
    lock = tmp_path / "f.lock"
    clean = "os.execve(sys.executable, [sys.executable, '-c', 'import signal; signal.pause()'], {})"
    code = f"import os, sys\nif not os.fork(): {clean}\n{WAITS}"
    left = start(lock, code)
    mark_of(lock).touch()
    (child,) = (each for each in os.listdir("/proc") if is_child(each, left.pid))  # noqa: PTH208
    assert end_marked(mark_of(lock))
    left.wait(10)  # it may have been waited for already: it has ended
    assert not is_child(child, left.pid)


def is_child(pid, parent):
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123 # short-lived
            state, found, *_ = file.read().rpartition(")")[2].split()
    except OSError:
        return False
    return int(found) == parent and state != "Z"


def test_one_that_a_supervisor_holds_is_left_alone(tmp_path, start):
    lock = tmp_path / "f.lock"
    running = start(lock)
    mark_of(lock).touch()
    with mark_of(lock).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert not end_marked(mark_of(lock))
        assert end_leftovers(tmp_path) == 0
    assert running.poll() is None
    assert mark_of(lock).exists()


def test_of_a_supervisor_that_has_ended_the_mark_is_waited_for(tmp_path, start, monkeypatch):
    """A child that it had just forked holds the mark, too, until it is the program."""
    lock = tmp_path / "f.lock"
    left = start(lock)
    mark_of(lock).touch()
    with mark_of(lock).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        clock = SimpleNamespace(
            monotonic=time.monotonic, sleep=lambda _: fcntl.flock(held, fcntl.LOCK_UN)
        )
        monkeypatch.setattr(leftovers, "time", clock)
        assert end_marked(mark_of(lock), has_ended=True)
    left.wait(10)
    assert not mark_of(lock).exists()


def test_a_mark_that_is_gone_is_nobodys(tmp_path):
    assert not end_marked(tmp_path / "gone.mark")
    assert end_leftovers(tmp_path) == 0


def test_what_does_not_end_is_given_up_after_a_while_and_its_mark_stays(
    tmp_path, start, monkeypatch
):
    monkeypatch.setattr("dcf.providers.process.leftovers._LONGEST_SECONDS", 0.05)
    monkeypatch.setattr(os, "kill", lambda *_: None)
    lock = tmp_path / "f.lock"
    start(lock)
    mark_of(lock).touch()
    assert not end_marked(mark_of(lock))
    assert mark_of(lock).exists()
