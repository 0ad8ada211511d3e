"""What ends a process: each in a process of its own, as a signal or a pipe would reach it."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.waiting import until
from watcher import process_lifetime
from watcher.errors import SettingError

ROOT = Path(__file__).parents[2]
_PIPE_BYTES, _LINE_BYTES = 1 << 16, 5000
HEAD = "import os, signal, sys, threading, time\nfrom watcher import process_lifetime as life\n"


@pytest.fixture
def begin():
    """Starts Python with a program; whatever becomes of the test, it ends."""
    started = []

    def run(code, pass_fds=(), *arguments):
        started.append(
            subprocess.Popen(
                [sys.executable, "-B", "-c", HEAD + code, *map(str, arguments)],
                cwd=ROOT, pass_fds=pass_fds, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
        )  # fmt: skip
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate(timeout=10)


STUCK = "threading.Thread(target=threading.Event().wait).start()\n"  # the interpreter waits for it


def test_ending_now_waits_for_nobody_and_loses_nothing_that_was_printed(begin):
    process = begin(STUCK + "print('said', end='')\nlife.end_now(7)")
    assert process.communicate(timeout=20)[0] == "said"
    assert process.returncode == 7


def test_ending_soon_lets_an_end_happen_by_itself_and_sees_to_it_that_it_does(begin):
    by_itself = begin("life.end_within(60, 7)\nsys.exit(3)")
    assert by_itself.wait(timeout=20) == 3
    held_up = begin("life.end_within(0.1, 7)\n" + STUCK)
    assert held_up.wait(timeout=20) == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_both_signals_reach_the_handler_by_their_number(begin, number):
    process = begin(
        "life.on_signals(lambda number: (print(number), life.end_now(5)))\n"
        "print('ready', flush=True)\nthreading.Event().wait(30)"
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert process.communicate(timeout=20)[0] == f"{int(number)}\n"
    assert process.returncode == 5


def test_a_signal_ends_it_also_where_it_is_busy_writing(begin):
    """Python runs handlers of signals in the middle of a write, where the stream takes no other."""
    process = begin(
        "life.on_signals(lambda number: life.end_now(128 + number))\n"
        "print('ready', flush=True)\n"
        "while True:\n    sys.stderr.write('said' * 100 + '\\n')"
    )
    assert process.stdout.readline() == "ready\n"
    process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    assert "Traceback" not in process.communicate(timeout=20)[1]
    assert process.returncode == 128 + signal.SIGTERM


def test_a_signal_ends_it_also_where_nobody_reads_what_it_says(begin):
    process = begin(
        "import logging\nlogging.basicConfig()\n"
        "life.on_signals(lambda number: life.end_now(128 + number))\n"
        "print('ready', flush=True)\n"
        "while True:\n    logging.error('said' * 1000)"
    )
    assert process.stdout.readline() == "ready\n"
    until(lambda: unread(process.stderr) > _PIPE_BYTES - _LINE_BYTES)  # it waits for a reader
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 128 + signal.SIGTERM


def unread(pipe):
    """Bytes that wait in it (ioctl_pipe(2))."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


PARENT = (
    "life.on_parent_end(int(sys.argv[1]), lambda: (print('gone'), life.end_now(4)))\n"
    "print(os.get_inheritable(int(sys.argv[1])), flush=True)\nthreading.Event().wait(30)"
)


def test_a_closed_pipe_is_heard_and_what_is_written_to_it_is_not(begin):
    reading, writing = os.pipe()
    try:
        process = begin(PARENT, (reading,), reading)
        assert process.stdout.readline() == "False\n"  # a child of the handler's does not hold it
        os.write(writing, b"x" * 200)
    finally:
        os.close(reading)
    assert process.poll() is None
    os.close(writing)
    assert process.communicate(timeout=20)[0] == "gone\n"
    assert process.returncode == 4


def test_a_pipe_that_is_none_is_told_and_minus_one_is_no_pipe():
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    with pytest.raises(SettingError, match=f"PARENT_FD is {reading}, which is not an open file"):
        process_lifetime.on_parent_end(reading, lambda: None)
    process_lifetime.on_parent_end(-1, lambda: None)


@pytest.mark.parametrize("fails", [False, True])
def test_calls_go_first_only_as_long_as_something_else_is_done(fails):
    usual = sys.getswitchinterval()

    def work():
        with process_lifetime.calls_first():
            assert sys.getswitchinterval() == pytest.approx(usual / 10)
            if fails:
                raise ImportError

    if fails:
        with pytest.raises(ImportError):
            work()
    else:
        work()
    assert sys.getswitchinterval() == pytest.approx(usual)


def test_loading_that_takes_too_long_ends_with_the_line_it_is_at(begin):
    process = begin(
        "from watcher.telemetry import logs\n"
        "logs.configure('text', 'info', sys.stderr)\n"
        "def load_for_ever():\n    threading.Event().wait(30)\n"
        "with life.time_limit(0.2):\n    load_for_ever()"
    )
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    first, *stack = errors.splitlines()
    assert re.search(
        r"ERROR loading the handler took over 0.2 s \(LOAD_TIMEOUT\) and is at <string>:\d+ in "
        r"<module>; raise LOAD_TIMEOUT",
        first,
    )
    assert "load_for_ever" in "".join(stack)
    assert "process_lifetime" not in "".join(stack)


def test_a_library_that_holds_the_interpreter_is_ended_too(begin):
    """Written in C, it lets no Python thread speak up: the one below matches for hours."""
    process = begin("import re\nwith life.time_limit(0.1):\n    re.match(r'(a+)+b', 'a' * 64)")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Timeout" in errors


def test_loading_in_time_leaves_nothing_that_ends_the_process(begin):
    process = begin(
        "with life.time_limit(0.3):\n    pass\nthreading.Event().wait(3.5)\nprint('lived')"
    )
    assert process.communicate(timeout=30)[0] == "lived\n"
