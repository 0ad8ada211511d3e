"""A supervisor as a program: nothing that its program started is left when it has ended."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dcf.providers.process import supervisor
from dcf.providers.process.supervisor import descendants
from tests.waiting import until

TIMEOUT = 30


class Supervised:
    """A supervisor that runs a Python program."""

    def __init__(self, folder, code, *arguments, grace="30", cores="", fence="", words=()):
        self.mark = folder / "f-1-1.mark"
        parent, self.alive = os.pipe()
        words = words or (sys.executable, "-c", code, *arguments)
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", supervisor.__file__),
                *(str(self.mark), str(parent), grace, cores, fence, *words),
            ],
            pass_fds=(parent,),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        os.close(parent)

    def line(self):
        """The next line that the program printed."""
        return self.process.stdout.readline().strip()

    def send(self, number):
        """Signal the supervisor."""
        self.process.send_signal(number)

    def ended(self):
        """Its status, and what else was printed."""
        try:
            rest, _ = self.process.communicate(timeout=TIMEOUT)
        finally:
            self.process.kill()
        return self.process.returncode, rest

    def close(self):
        """End it, whatever the test came to."""
        with contextlib.suppress(OSError):
            os.close(self.alive)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGUSR1)
            self.ended()
        self.process.stdout.close()


@pytest.fixture
def supervised(tmp_path):
    """`supervised(code, *arguments, ...)` starts one."""
    with contextlib.ExitStack() as stack:

        def start(*arguments, **more):
            started = Supervised(tmp_path, *arguments, **more)
            stack.callback(started.close)
            return started

        yield start


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("", 0),
        ("import sys; sys.exit(3)", 3),
        ("import os; os._exit(255)", 255),
        ("import os; os.kill(os.getpid(), 9)", -9),
        ("import os; os.kill(os.getpid(), 11)", -11),
        ("import os; os.kill(os.getpid(), 15)", -15),
        ("import os, signal; os.killpg(0, signal.SIGKILL)", -9),
    ],
    ids=["well", "status", "status-255", "SIGKILL", "SIGSEGV", "SIGTERM", "its-whole-group"],
)
def test_it_ends_as_its_program_did(supervised, code, status):
    started = supervised(code)
    assert started.ended() == (status, "")
    assert not started.mark.exists()


def test_a_program_that_cannot_be_started_is_one_line(supervised, tmp_path):
    started = supervised("", words=(str(tmp_path / "none"),))
    reason = "supervisor: the process cannot be started: No such file or directory\n"
    assert started.ended() == (1, reason)


@pytest.mark.parametrize(
    "end", ["", "import sys; sys.exit(5)", "import os; os.kill(os.getpid(), 9)"]
)
def test_whatever_was_started_ends_with_the_program(supervised, kin, end):
    started = supervised(f"{kin.starters}\nstart_kin(sys.argv[1])\n{end}", kin.token)
    assert started.ended()[0] in {0, 5, -9}
    assert kin.alive() == []
    assert not started.mark.exists()


def test_a_request_to_end_is_passed_on_and_to_kill_is_carried_out(supervised, kin):
    code = """
import signal
signal.signal(signal.SIGTERM, lambda *_: (print("asked", flush=True), start_kin(sys.argv[1]), \
print("started", flush=True)))
print("up", flush=True)
while True:
    signal.pause()
"""
    started = supervised(kin.starters + code, kin.token)
    assert started.line() == "up"
    started.send(signal.SIGTERM)
    assert (started.line(), started.line()) == ("asked", "started")
    assert kin.alive()
    started.send(signal.SIGUSR1)
    assert started.ended()[0] == -9
    assert kin.alive() == []


def test_when_the_gateway_is_gone_the_program_has_its_grace_and_no_more(supervised):
    code = "print('up', flush=True)\nimport signal\nsignal.pause()"
    started = supervised(code, grace="0.3")
    assert started.line() == "up"
    assert started.process.poll() is None
    os.close(started.alive)
    assert started.ended() == (-9, "")


def test_a_program_that_ends_by_itself_when_the_gateway_is_gone_is_not_killed(supervised):
    code = """
import os, sys
pipes = [fd for fd in range(3, 64) if os.path.exists(f"/proc/self/fd/{fd}")]
print("up", flush=True)
os.read(pipes[0], 1)
sys.exit(4)
"""
    started = supervised(code)
    assert started.line() == "up"
    os.close(started.alive)
    assert started.ended()[0] == 4


def test_those_who_ended_far_from_their_parent_are_reaped(supervised):
    code = """
import os, time
for _ in range(20):
    if not os.fork():
        if not os.fork():
            os.setsid()
            os._exit(0)
        os._exit(0)
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
print("up", flush=True)
time.sleep(3600)
"""
    started = supervised(code)
    assert started.line() == "up"
    until(lambda: len(list(descendants(started.process.pid))) == 1, TIMEOUT)


def test_its_program_is_kept_to_its_cores(supervised):
    core = max(os.sched_getaffinity(0))
    started = supervised("import os; print(os.sched_getaffinity(0))", cores=str(core))
    assert started.ended() == (0, f"{{{core}}}\n")


# Before it asks to be ended with its supervisor, the program waits.
LATE = """
import os, sys

sys.path.append(os.path.dirname({file!r}))
import supervisor

prctl = supervisor._prctl


def late(option, value):
    if option == supervisor._SET_DEATH_SIGNAL:
        print("up", flush=True)
        {wait}
    return prctl(option, value)


supervisor._prctl = late
supervisor.main(sys.argv[1:])
"""


def test_a_program_is_not_begun_when_its_supervisor_was_killed_before(tmp_path, gate):
    parent, alive = os.pipe()
    code = LATE.format(file=supervisor.__file__, wait=gate.wait)
    program = (sys.executable, "-c", "print('begun')")
    words = (str(tmp_path / "f.mark"), str(parent), "30", "", "", *program)
    with subprocess.Popen(
        [sys.executable, "-c", code, *words], pass_fds=(parent,), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "up\n"
        process.kill()
        process.wait()
        gate.open()
        assert process.stdout.read() == ""  # not before everybody has let go of its output
    os.close(parent)
    os.close(alive)


def test_a_program_does_not_outlive_a_supervisor_that_is_killed(supervised):
    started = supervised("print('up', flush=True)\nimport signal\nsignal.pause()")
    assert started.line() == "up"
    (program,) = descendants(started.process.pid)
    started.send(signal.SIGKILL)
    assert started.ended()[0] == -9  # not before everybody has let go of its output
    with contextlib.suppress(OSError):  # it is gone, or a zombie, which has no memory
        assert Path(f"/proc/{program}/statm").read_text().startswith("0 ")
