"""Readiness and the lock file: whatever comes in whatever order, the end is the end."""

import itertools
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from watcher.errors import StartError
from watcher.health import Health, LockFile, Stage
from watcher.reply import Reply
from watcher.runner import Runner

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def runner():
    made = Runner(lambda request: Reply(b""), concurrency=1, max_inflight=1, exec_timeout=5)
    yield made
    assert made.close(5)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "lock"


EVENTS = ("open", "withdraw", "drain")
ORDERS = [order for length in range(1, 6) for order in itertools.product(EVENTS, repeat=length)]


def test_the_end_is_the_end_in_every_order_of_events(runner, file):
    assert len(ORDERS) == 3 + 9 + 27 + 81 + 243
    for order in ORDERS:
        health = Health(runner, LockFile(file))
        assert health.ready() == (503, "starting")
        came = set()
        for event in order:
            began = time.monotonic()
            was_ending = bool(came & {"withdraw", "drain"})
            answer = getattr(health, event)()
            came.add(event)
            ending = bool(came & {"withdraw", "drain"})
            assert answer is ((not was_ending) if event == "open" else None), order
            assert file.exists() is not ending, order
            assert health.ready() == ((503, "draining") if ending else (200, "")), order
            assert health.live() == ((503, "draining") if ending else (200, "OK")), order
            assert health.accepts(0), order  # began long before any drain
            if "drain" in came:
                assert not health.accepts(time.monotonic() + 1), order
                assert health.stage is Stage.DRAINING, order
            else:
                assert health.accepts(began), order
        health.drain()
        assert not file.exists()
        assert not list(file.parent.iterdir())


def test_what_began_before_the_first_drain_counts_however_often_it_is_said(runner, file):
    health = Health(runner, LockFile(file))
    health.drain()
    between = time.monotonic()
    time.sleep(0.002)
    health.drain()
    assert not health.accepts(between)


@pytest.mark.parametrize("end", ["withdraw", "drain"])
def test_threads_that_open_and_end_at_once_leave_no_lock_file(runner, file, end):
    for _ in range(200):
        health = Health(runner, LockFile(file))
        barrier = threading.Barrier(2)

        def meet(event, barrier=barrier):
            barrier.wait(5)
            event()

        both = [
            threading.Thread(target=meet, args=(event,))
            for event in (health.open, getattr(health, end))
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join(5)
        assert not file.exists()
        assert health.ready()[0] == 503


@pytest.mark.parametrize("end", ["withdraw", "drain"])
@pytest.mark.parametrize("late", [True, False])
def test_a_signal_in_the_middle_of_opening_wins(runner, file, end, late):
    """A signal's handler runs inside the thread that was opening, between any two of its steps."""

    class Interrupted(LockFile):
        def create(self):
            if late:
                super().create()
            getattr(health, end)()
            if not late:
                super().create()

    health = Health(runner, Interrupted(file))
    assert health.open() is False
    assert not file.exists()
    assert health.ready() == (503, "draining")


def test_a_lock_file_that_cannot_be_written_leaves_it_starting(runner, tmp_path):
    health = Health(runner, LockFile(tmp_path / "no" / "lock"))
    with pytest.raises(StartError, match="cannot write the lock file"):
        health.open()
    assert health.ready() == (503, "starting")
    assert health.stage is Stage.STARTING


def test_a_system_that_is_read_only_is_told_as_such(tmp_path):
    """Nothing is there, and its removal fails all the same."""
    code = (
        "import ctypes, sys; from pathlib import Path\n"
        "from watcher.errors import StartError; from watcher.health import LockFile\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "where = sys.argv[1].encode()\n"
        "assert not libc.mount(b'none', where, b'tmpfs', 1, None), ctypes.get_errno()\n"
        "try: LockFile(Path(sys.argv[1], 'lock')).clear()\n"
        "except StartError as error: print(error.message)\n"
    )
    alone = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine gives no namespace of mounts")
    done = subprocess.run(
        [*alone, sys.executable, "-c", code, tmp_path],
        capture_output=True, text=True, timeout=30, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout.startswith(f"cannot write the lock file {tmp_path / 'lock'}; "), done.stderr
    assert f"docker: --tmpfs {tmp_path}" in done.stdout
    assert "Read-only file system" in done.stdout
