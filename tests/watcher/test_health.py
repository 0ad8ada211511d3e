"""Readiness and the lock file: whatever comes in whatever order, the end is the end."""

import contextlib
import itertools
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.waiting import until
from watcher.errors import Overloaded, StartError, TimedOut
from watcher.health import Health, LockFile, NoLock, Stage
from watcher.reply import Reply
from watcher.request import Request
from watcher.runner import Runner

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def runner():
    made = Runner(lambda request: Reply(b""), concurrency=1, max_inflight=1, exec_timeout=5)
    yield made
    assert made.close(30)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "lock"


EVENTS = ("open", "withdraw", "drain")
ORDERS = [order for length in range(1, 6) for order in itertools.product(EVENTS, repeat=length)]


def test_the_end_is_the_end_in_every_order_of_events(runner, file):
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
    first = time.monotonic()
    between = until(lambda: (now := time.monotonic()) > first and now)  # the clock has gone on
    health.drain()
    assert not health.accepts(between)


@pytest.mark.parametrize("end", ["withdraw", "drain"])
def test_threads_that_open_and_end_at_once_leave_no_lock_file(runner, file, end):
    for _ in range(200):
        health = Health(runner, LockFile(file))
        barrier = threading.Barrier(2)

        def meet(event, barrier=barrier):
            barrier.wait(30)
            event()

        both = [
            threading.Thread(target=meet, args=(event,))
            for event in (health.open, getattr(health, end))
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join(30)
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


@pytest.fixture
def busy():
    """A runner whose one slot is taken by a call that is over its time limit."""
    gate, began = threading.Event(), threading.Event()

    def call(request):
        began.set()
        assert gate.wait(30)
        return Reply(b"")

    made = Runner(call, concurrency=1, max_inflight=1, exec_timeout=0.01)

    def is_over_its_limit():
        with contextlib.suppress(TimedOut, Overloaded):
            made.run(Request(b""))
        return began.is_set()  # a call whose thread was late never runs

    until(is_over_its_limit)
    until(lambda: made.stuck)
    yield made
    gate.set()
    assert made.close(10)


def test_a_stuck_function_is_sick_and_a_full_one_is_not_ready(busy, file):
    health = Health(busy, LockFile(file))
    stuck = (503, "every slot is stuck beyond EXEC_TIMEOUT")
    assert health.live() == stuck  # while it starts, too
    assert health.ready() == (503, "starting")
    assert health.open()
    assert health.live() == health.ready() == stuck
    file.unlink()
    assert health.live() == health.ready() == stuck
    health.withdraw()
    assert health.live() == health.ready() == (503, "draining")


def test_where_nobody_looks_for_a_lock_file_none_is_missed(runner):
    health = Health(runner, NoLock())
    assert health.open()
    assert (health.ready(), health.live()) == ((200, ""), (200, "OK"))
    health.drain()
    assert health.ready() == (503, "draining")


SOMEBODY = ("open", "withdraw", "drain", "unlink", "replace")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(SOMEBODY), max_size=12))
def test_whoever_touches_the_file_meanwhile_the_probes_say_what_holds(runner, file, events):
    """Others may take the file away, or put theirs there: the end removes nothing of theirs."""
    file.unlink(missing_ok=True)
    health = Health(runner, LockFile(file))
    stage, is_there, is_ours = Stage.STARTING, False, False
    for event in events:
        if event == "unlink":
            file.unlink(missing_ok=True)
            is_there = is_ours = False
        elif event == "replace":
            file.unlink(missing_ok=True)
            file.write_text("theirs")
            is_there, is_ours = True, False
        else:
            getattr(health, event)()
            if event == "open":
                if stage is Stage.STARTING:
                    stage, is_there, is_ours = Stage.READY, True, True
            else:
                stage = max(stage, Stage.DRAINING if event == "drain" else Stage.WITHDRAWN)
                is_there, is_ours = is_there and not is_ours, False
        assert health.stage is stage
        assert file.exists() is is_there
        if is_there and not is_ours:
            assert file.read_text() == "theirs"
        words = {Stage.STARTING: (503, "starting"), Stage.READY: (200, "")}
        ready = words.get(stage, (503, "draining"))
        gone = (503, "the lock file was removed")
        is_missed = stage is Stage.READY and not is_there
        assert health.ready() == (gone if is_missed else ready)
        live = (503, "draining") if stage >= Stage.WITHDRAWN else (200, "OK")
        assert health.live() == (gone if is_missed else live)


def test_what_an_earlier_process_left_goes_and_nothing_is_no_fault(file):
    file.write_text("stale")
    lock = LockFile(file)
    lock.clear()
    lock.clear()
    assert not file.exists()


def test_what_cannot_be_removed_or_written_ends_the_start(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(StartError, match=r"cannot remove the lock file .*folder; .*: Is a dir"):
        LockFile(tmp_path / "folder").clear()
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match=r"cannot write the lock file .*: Not a directory"):
        LockFile(tmp_path / "file" / "lock").create()


def test_a_draft_that_somebody_put_there_is_not_written_to(file):
    precious = file.with_name("precious")
    precious.write_text("precious")
    file.with_name(f"lock.{os.getpid()}").symlink_to(precious)
    with pytest.raises(StartError, match="File exists"):
        LockFile(file).create()
    assert precious.read_text() == "precious"


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
