"""A program of a trial: started in a session of its own, watched, ended cleanly."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

_GRACE_S = 120.0
"""A step of a large network, and a checkpoint, take their time."""
_TAIL_BYTES = 4096
_LONGEST_REASON = 300


class Child:
    """A program that runs inside ``with``; whatever is left of it at the end is ended.

    Args:
        program: What to run, and its arguments.
        log: File that gets what it says, below what is there.
        lock: Descriptor of a lock that it is to hold as well.
        environment: Variables of its own.
    """

    def __init__(
        self, program: Sequence[str], log: Path, lock: int, environment: Mapping[str, str]
    ) -> None:
        self._log = log
        found_by = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        module = f"{__package__}.attached"
        with log.open("ab") as stream:
            self._process = subprocess.Popen(  # pylint: disable=consider-using-with # see stop()
                [sys.executable, "-m", module, str(os.getpid()), *program],
                stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, pass_fds=(lock,),
                env=os.environ | found_by | dict(environment), start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.stop()

    def wait(self, seconds: float) -> int | None:
        """Its exit status, negative for a signal; None where it runs on after these seconds."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Ends it: asked first, so that it can write what it has."""
        if self._process.poll() is None:
            self._process.terminate()
            if self.wait(_GRACE_S) is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def last_line(self) -> str:
        """What it said last; empty before it said anything."""
        lines = self._tail()
        return lines[-1] if lines else ""

    def reason(self, status: int) -> str:
        """Why it failed, in a line."""
        lines = self._tail()
        told = next((line for line in reversed(lines) if line.startswith("Error: ")), "")
        said = (told.removeprefix("Error: ") or self.last_line())[:_LONGEST_REASON]
        if status >= 0:
            return said or f"ended with {status}"
        name = signal.Signals(-status).name
        memory = "; was memory short?" if name == "SIGKILL" else ""
        return f"ended by {name}{memory}" + (f" It said last: {said}" if said and memory else "")

    def _tail(self) -> list[str]:
        with self._log.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - _TAIL_BYTES))
            text = stream.read().decode(errors="replace")
        return [line.strip() for line in text.splitlines() if line.strip()]
