"""Real programs: what they say, how they end, and that none outlives whoever ran it."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from models.pipeline.child import Program, run, verb_command
from models.pipeline.signals import Signals

ROOT = Path(__file__).parents[3]
CALLER = """
import os, sys
from pathlib import Path
from models.pipeline.child import Program, run
from models.pipeline.signals import Signals
lock = os.open(sys.argv[1], os.O_CREAT | os.O_RDWR)
signals = Signals()
with signals.taken():
    code = run(
        Program((sys.executable, "-c", sys.argv[2]), Path(), lock),
        lambda is_output, piece: os.write(1 if is_output else 2, piece),
        signals,
    )
print(code, signals.last, flush=True)
"""


def program(tmp_path, code):
    return Program((sys.executable, "-c", code), tmp_path, os.open(tmp_path, os.O_RDONLY))


@pytest.fixture
def heard(tmp_path):
    """Runs some Python, and gives what was heard and how it ended."""

    def ran(code):
        said = {True: b"", False: b""}
        wanted = program(tmp_path, code)

        def hear(is_output, piece):
            said[is_output] += piece

        try:
            return run(wanted, hear, Signals()), said[True], said[False]
        finally:
            os.close(wanted.lock)

    return ran


def test_what_it_says_is_heard_to_the_last_byte(heard):
    code = (
        "import sys; sys.stdout.write('o' * 300_000); sys.stderr.write('e' * 300_000); sys.exit(3)"
    )
    ended, out, notes = heard(code)
    assert ended == 3
    assert (out, notes) == (b"o" * 300_000, b"e" * 300_000)


def test_it_has_no_input_and_its_own_folder(heard, tmp_path):
    ended, out, _ = heard("import os, sys; print(os.getcwd(), repr(sys.stdin.read()))")
    assert ended == 0
    assert out.decode().split() == [str(tmp_path), "''"]


def test_it_ends_though_something_keeps_its_pipes(heard):
    code = (
        "import subprocess, sys\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(other.pid, flush=True)"
    )
    ended, out, _ = heard(code)
    os.kill(int(out), signal.SIGKILL)
    assert ended == 0


def test_a_folder_that_it_runs_in_is_not_searched_for_modules(tmp_path):
    for name in ("models", "click", "json"):
        (tmp_path / f"{name}.py").write_text("print('planted')")
    said = []
    lock = os.open(tmp_path, os.O_RDONLY)
    command = (*verb_command("models.commands"), "--version")
    ended = run(Program(command, tmp_path, lock), lambda _, piece: said.append(piece), Signals())
    os.close(lock)
    assert ended == 0, said
    assert b"planted" not in b"".join(said)


@pytest.fixture
def caller(tmp_path):
    """A process that runs a program, which is up when this is."""
    processes = []

    def started(code):
        process = subprocess.Popen(
            [sys.executable, "-c", CALLER, tmp_path / "lock", code], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        processes.append(process)
        return process, int(process.stdout.readline())

    yield started
    for process in processes:
        process.kill()
        process.communicate()


WAITS = """
import os, signal, sys, threading
def end(number, frame):
    print("got", number, flush=True)
    os._exit(5)
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, end)
print(os.getpid(), flush=True)
while True:
    signal.pause()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_signals_are_passed_on_and_its_end_is_waited_for(caller, number):
    process, _ = caller(WAITS)
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert out.splitlines() == [f"got {int(number)}", f"5 {int(number)}"]
    assert process.returncode == 0


def test_it_ends_when_its_caller_is_killed(caller):
    process, pid = caller(WAITS)
    ended = os.pidfd_open(pid)
    process.kill()
    assert select.select([ended], [], [], 60)[0]
    os.close(ended)
