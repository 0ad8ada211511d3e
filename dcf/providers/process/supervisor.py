"""Runs one program and ends, with it, every process that it started, however far that went.

A program of its own between gateway and watcher, `supervisor.py` with these arguments:

MARK    file that is made, locked while this runs, and removed when nothing is left
PARENT  file descriptor, the read end of a pipe that closes when the gateway ends
GRACE   seconds that the program then has to end by itself
CORES   numbers with commas between, those it is kept to; empty for all
FENCE   what the program is shut out of, a plan of `fence.py`; empty for nothing
WORD    the program and its arguments

A process whose parent ended becomes a child of the nearest subreaper above it (prctl(2)), which is
this process: no session, double fork or cleared environment leads out of it. SIGTERM is passed on
to the program; SIGUSR1 kills all of it at once. This process ends as the program did, by the same
status or signal. It imports nothing but what is there at once: every cold start waits for it.
"""

import contextlib
import fcntl
import os
import select
import signal
import sys
import time
from collections.abc import Iterator

_SET_DEATH_SIGNAL, _SET_SUBREAPER = 1, 36
KILL_SECONDS = 5.0
_MOMENT = 0.0002  # one that forks and ends all the time must not be away again
_PASSED_ON, KILL = signal.SIGTERM, signal.SIGUSR1
_SIGNALS = (signal.SIGCHLD, _PASSED_ON, KILL)


def descendants(pid: int) -> Iterator[int]:
    """Everything that descends from a process and still lives, or is not reaped yet."""
    threads: list[str] = []
    with contextlib.suppress(OSError):  # it ended while we looked
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 # pathlib takes 4 ms to import
    for thread in threads:
        children: list[str] = []
        with contextlib.suppress(OSError):
            children = _text(f"/proc/{pid}/task/{thread}/children").split()
        for child in map(int, children):
            yield child
            yield from descendants(child)


def _text(path: str) -> str:
    with open(path, encoding="ascii") as file:  # noqa: PTH123 # as above
        return file.read()


def main(arguments: list[str]) -> None:
    """Run the program; does not return."""
    path, parent, grace, cores, fence, *words = arguments
    try:
        mark = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(mark, fcntl.LOCK_EX)
        if cores:
            os.sched_setaffinity(0, map(int, cores.split(",")))
        if not _prctl(_SET_SUBREAPER, 1):
            _say("this system has no subreapers: a process that leaves its session may stay behind")
        program = _Program(words, int(parent), fence)
    except OSError as fault:
        _say(f"the process cannot be started: {fault.strerror}")
        sys.exit(1)
    program.watch(float(grace))
    if program.end_all():
        os.unlink(path)  # noqa: PTH108 # as above
    else:
        _say(f"processes that cannot be ended: {', '.join(map(str, descendants(os.getpid())))}")
    _end_as(program.status)


class _Program:
    """The program and all that descends from it.

    Attributes:
        status: As waitpid gives it, or None while the program runs.
    """

    def __init__(self, words: list[str], parent: int, fence: str) -> None:
        self.status: int | None = None
        self._parent = parent
        self._asked: set[int] = set()
        self._news, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        # Held back until the child has its own handlers: one sent to it must not be lost in ours.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        for number in _SIGNALS:
            signal.signal(number, self._note)
        supervisor = os.getpid()
        self._pid = os.fork() or _become(words, fence, supervisor)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def watch(self, grace: float) -> None:
        """Return when it has ended, or is to be killed."""
        deadline: float | None = None
        poll = select.poll()
        poll.register(self._news, select.POLLIN)
        poll.register(self._parent, 0)  # no more than its end
        while not self._reap() and KILL not in self._asked and self.status is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            for found, _ in poll.poll(None if left is None else 1000 * left):
                if found == self._parent:
                    poll.unregister(self._parent)
                    deadline = time.monotonic() + grace
                else:
                    os.read(self._news, 512)
            if _PASSED_ON in self._asked:
                self._asked.remove(_PASSED_ON)
                os.kill(self._pid, _PASSED_ON)

    def end_all(self) -> bool:
        """Kill whatever is left; whether nothing is."""
        limit = time.monotonic() + KILL_SECONDS
        while True:
            for pid in descendants(os.getpid()):
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            if self._reap():
                return True
            if time.monotonic() > limit:
                return False
            time.sleep(_MOMENT)

    def _reap(self) -> bool:
        """Take in who has ended; whether there is nobody left, here or further down."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == self._pid:
                    self.status = status
                if not pid:
                    return False
        return True

    def _note(self, number: int, _: object) -> None:
        self._asked.add(number)


def _become(words: list[str], fence: str, supervisor: int) -> int:
    """Be the program, in a session of its own; does not return."""
    try:
        os.setsid()  # what it sends to its group does not reach us
        if fence:
            _enter(fence)
        _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)  # after what takes it away again
        if os.getppid() != supervisor:  # killed before that: nobody would look after us
            os._exit(1)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        os.execv(words[0], words)  # noqa: S606 # that is what it is for
    except OSError as fault:
        _say(f"the process cannot be started: {fault.strerror}")
    finally:
        os._exit(1)


def _enter(fence: str) -> None:
    # The file beside this one; `-I` leaves its folder off the path, and a package takes 20 ms.
    sys.path.append(os.path.dirname(__file__))  # noqa: PTH120 # as above
    __import__("fence").enter(fence)


def _end_as(status: int | None) -> None:
    """End by the status or the signal that the program ended by."""
    if status is None:
        os._exit(1)
    if os.WIFSIGNALED(status):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the program had its own
        number = os.WTERMSIG(status)
        with contextlib.suppress(OSError):  # SIGKILL needs no handler, and takes none
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status))


def _prctl(option: int, value: int) -> bool:
    # Of the system calls this is the one that Python has no word for; ctypes takes 5 ms to import.
    import ctypes

    try:
        return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def _say(text: str) -> None:
    sys.stderr.write(f"supervisor: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
