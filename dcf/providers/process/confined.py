"""Work that may be a trap, done in a forked process that has limits of its own.

It is for small programs with one thread: what a thread holds when another forks stays held.
"""

import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], None]
_MEMORY_STATUS = 3


@dataclass(frozen=True)
class Bounds:
    """What one piece of work may take."""

    cpu_seconds: int
    memory_bytes: int
    file_bytes: int


@dataclass(frozen=True)
class Outcome:
    """What the work said, line by line; and, unless it was done, which limit ended it."""

    lines: list[str]
    ended_by: str


def confined(work: Callable[[Say], None], bounds: Bounds, until: float) -> Outcome:
    """Do `work`, at the longest until a time of the monotonic clock.

    Whoever started this program holds the other end of its stdin: when that is closed, all ends.
    """
    reads, writes = os.pipe()
    pid = os.fork()
    if not pid:
        _work(work, bounds, writes)
    os.close(writes)
    output, is_late = _listen(reads, pid, until)
    os.close(reads)
    _, status = os.waitpid(pid, 0)
    reason = "its time" if is_late else _reason(os.waitstatus_to_exitcode(status), bounds)
    return Outcome(output.decode().splitlines(), reason)


def lower_limit(kind: int, value: int) -> None:
    """Set a limit of this process, unless it has a lower one."""
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, hard))


def _work(work: Callable[[Say], None], bounds: Bounds, writes: int) -> None:
    """In the forked process; does not return."""
    status = 1
    try:
        lower_limit(resource.RLIMIT_CPU, bounds.cpu_seconds)
        lower_limit(resource.RLIMIT_AS, bounds.memory_bytes)
        lower_limit(resource.RLIMIT_FSIZE, bounds.file_bytes)

        def say(line: str) -> None:
            os.write(writes, f"{line}\n".encode())

        work(say)
        status = 0
    except MemoryError:
        status = _MEMORY_STATUS
    except BaseException as fault:  # pylint: disable=broad-exception-caught # the program's to tell
        os.write(2, f"{type(fault).__name__}: {fault}\n".encode(errors="replace"))
    finally:
        os._exit(status)


def _listen(reads: int, pid: int, until: float) -> tuple[bytes, bool]:
    """All that the process says, and whether it had to be ended because it was late."""
    output = bytearray()
    poll = select.poll()
    poll.register(reads, select.POLLIN)
    poll.register(sys.stdin.fileno(), select.POLLIN)
    while True:
        ready = dict(poll.poll(max(0.0, until - time.monotonic()) * 1000))
        if not ready:
            os.kill(pid, signal.SIGKILL)
            return bytes(output), True
        if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 1024):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os._exit(1)
        if reads in ready:
            piece = os.read(reads, 1 << 16)
            if not piece:
                return bytes(output), False
            output += piece


def _reason(status: int, bounds: Bounds) -> str:
    if not status:
        return ""
    if status == _MEMORY_STATUS:
        return f"{bounds.memory_bytes >> 20} MiB of memory"
    if status == -signal.SIGXCPU:
        return f"{bounds.cpu_seconds} s of processor time"
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
