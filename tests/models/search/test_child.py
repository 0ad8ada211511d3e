"""A trial's program is watched, asked to end, and told of."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from models.file_lock import FileLock
from models.search.child import Child
from tests.waiting import until

ROOT = Path(__file__).parents[3]


@pytest.fixture
def lock(tmp_path):
    with FileLock(tmp_path / "lock") as taken:
        yield taken


def child(tmp_path, lock, code, **environment):
    program = [sys.executable, "-c", code]
    return Child(program, tmp_path / "log", lock.fileno(), environment)


@pytest.mark.parametrize(
    ("code", "status", "why"),
    [
        ("", 0, "ended with 0"),
        ("raise SystemExit('Error: the loss is nan')", 1, "the loss is nan"),
        ("print('Error: first'); print('Error: then'); raise SystemExit(3)", 3, "then"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero"),
        ("raise SystemExit(7)", 7, "ended with 7"),
        ("import os; os.abort()", -6, "ended by SIGABRT"),
        ("import os; print('x', flush=True); os.kill(os.getpid(), 9)", -9,
         "ended by SIGKILL; was memory short? It said last: x"),
        ("raise SystemExit('Error: ' + 'x' * 9000)", 1, "x" * 300),
    ],
)  # fmt: skip
def test_why_it_failed_is_a_line(tmp_path, lock, code, status, why):
    with child(tmp_path, lock, code) as program:
        assert program.wait(60) == status
        assert program.reason(status)[-300:] == why


def test_it_is_asked_to_end_and_may_write_what_it_has(tmp_path, lock):
    code = (
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('saved', flush=True), sys.exit(0)))\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()"
    )
    with child(tmp_path, lock, code) as program:
        until(lambda: program.last_line() == "ready", 60)
        assert program.wait(0) is None
        program.stop()
        assert program.wait(0) == 0
        assert program.last_line() == "saved"


def test_it_gets_its_variables_and_hears_no_key(tmp_path, lock):
    code = "import os, sys; print(os.environ['A_LIMIT'], sys.stdin.read() == '', os.getsid(0))"
    with child(tmp_path, lock, code, A_LIMIT="3") as program:
        assert program.wait(60) == 0
        number, silent, session = program.last_line().split()
    assert (number, silent) == ("3", "True")
    assert int(session) != os.getsid(0)  # Ctrl-C reaches the worker alone


ENDS_SLOWLY = """
import signal, sys
def end(*_):
    print("asked", flush=True)
    open(sys.argv[1]).read()
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
signal.pause()
"""
WORKER = """
import sys
from pathlib import Path
from models.search.child import Child
from models.file_lock import FileLock
folder = Path(sys.argv[1])
lock = FileLock(folder / "lock")
lock.take()
program = [sys.executable, "-c", sys.argv[2], str(folder / "gate")]
Child(program, folder / "log", lock.fileno(), {}).wait(60)
"""


def test_it_holds_the_lock_and_ends_with_its_worker(tmp_path):
    """The worker is killed: its program is asked to end, and the lock is free when it has."""
    os.mkfifo(tmp_path / "gate")
    log, lock = tmp_path / "log", FileLock(tmp_path / "lock")
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(tmp_path), ENDS_SLOWLY],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as worker:
        until(lambda: log.exists() and "ready" in log.read_text(), 60)
        worker.send_signal(signal.SIGKILL)
    until(lambda: "asked" in log.read_text(), 30)
    assert not lock.try_take()
    (tmp_path / "gate").write_text("")
    until(lock.try_take, 60)
    lock.release()
