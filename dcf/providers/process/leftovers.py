"""Ends what a function left behind whose supervisor was killed.

A supervisor holds a mark, `NAME.mark`, and removes it when nothing is left. One that nobody holds
tells of processes without a supervisor. They are known by `LOCK_FILE=.../NAME.lock/ready` in their
environment. The folder is theirs to write to; half of its name is random, and nobody but they was
ever given it.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .supervisor import descendants

READY = "ready"
_LONGEST_SECONDS = 5.0
_MOMENT = 0.005


def mark_of(folder: Path) -> Path:
    """The mark of the replica that has this folder."""
    return folder.with_suffix(".mark")


def end_leftovers(run: Path) -> int:
    """End what earlier gateways' functions left behind; how many functions that were.

    Args:
        run: The folder with marks, which is this gateway's alone.
    """
    return sum(end_marked(mark) for mark in run.glob("*.mark"))


def end_marked(mark: Path, *, has_ended: bool = False) -> bool:
    """Kill the processes of a mark and remove it; False if a supervisor still looks after them.

    Args:
        mark: Of a replica.
        has_ended: The supervisor has. A child that it had just forked may hold the mark for a
            moment, until it is the program.
    """
    with contextlib.ExitStack() as stack:
        limit = time.monotonic() + _LONGEST_SECONDS
        try:
            file = stack.enter_context(mark.open("rb"))
            while not _is_free(file):
                if not has_ended or time.monotonic() > limit:
                    return False
                time.sleep(_MOMENT)
        except OSError:
            return False
        entry = b"LOCK_FILE=" + os.fsencode(mark.with_suffix(".lock") / READY)
        while found := set(_marked(entry)):
            for pid in found:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):  # ours, if we are process 1
                    os.waitpid(pid, os.WNOHANG)
            if time.monotonic() > limit:
                return False
            time.sleep(_MOMENT)
        shutil.rmtree(mark.with_suffix(".lock"), ignore_errors=True)
        mark.unlink(missing_ok=True)
        return True


def _is_free(file: BinaryIO) -> bool:
    """Whether nobody holds a mark; then we do, as long as the file is open."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _marked(entry: bytes) -> Iterator[int]:
    """Who has the variable, and all that descends from it."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if entry in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
                yield from descendants(int(folder.name))
