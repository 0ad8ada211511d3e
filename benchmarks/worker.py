"""A worker program that takes turns: one JSON command a line in, one JSON value a line out."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from benchmarks.errors import BenchmarkError
from benchmarks.plan import Plan
from benchmarks.program import ROOT, plain_environment


class Worker:
    """One worker process.

    Args:
        command: Program and arguments; it must answer ``"ready"`` first.
        environ: What it gets on top of the plain environment.

    Raises:
        BenchmarkError: It ended before it was ready.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
        self._name = " ".join(command[1:4])
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        self._process = subprocess.Popen(  # pylint: disable=consider-using-with # ended by stop()
            list(command),
            env={**plain_environment(), "PYTHONPATH": str(ROOT), **(environ or {})},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        try:
            self.result()
        except BenchmarkError:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def begin(self, command: Mapping[str, object]) -> None:
        """Gives it a command; ``result`` waits for the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def result(self) -> Any:  # noqa: ANN401 - a JSON value of whatever the command answers
        """The answer to the command that was begun."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            log = os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")
            last = (log.strip().splitlines() or ["nothing was written"])[-1]
            raise BenchmarkError(f"{self._name} ended with {code}: {last}")
        return json.loads(line)

    def ask(self, command: Mapping[str, object]) -> Any:  # noqa: ANN401 - see result
        """Gives it a command and waits for the answer."""
        self.begin(command)
        return self.result()

    def stop(self) -> None:
        """Ends it: its input closes, and it has nothing more to do."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()


def bare_worker(plan: Plan, way: str) -> Worker:
    """A worker that runs the bare loop (``plain``) or the project's detector (``detector``)."""
    return Worker([sys.executable, "-P", "-m", "benchmarks.bare_worker", way, str(plan.bundle)])


def names(photos: Sequence[Path]) -> list[str]:
    """Photos as a command carries them."""
    return [str(photo) for photo in photos]
