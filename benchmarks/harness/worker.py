"""A worker program that takes turns: one JSON command a line in, one JSON value a line out.

It sleeps between its turns, so that the other side has the processors. What such a program does
itself is in ``commands.py``.
"""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.program import Program

LIMIT_SECONDS = 300.0
"""For one answer; the longest, a round of the slowest engine, takes a tenth of it."""


class Worker(Program):
    """One worker process.

    Args:
        python: Its interpreter.
        module: What it runs, and the arguments; it must say that it is ready first.
        environ: What it gets on top of the environment of every program.

    Raises:
        BenchmarkError: It ended before it was ready.
    """

    def __init__(
        self,
        python: str | os.PathLike[str],
        module: Sequence[str],
        environ: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__([str(python), "-P", "-m", *module], environ or {}, piped=True)
        self.name = " ".join(module[:2])
        try:
            self.result()
        except BenchmarkError:
            self.stop()
            raise

    def begin(self, command: Mapping[str, object]) -> None:
        """Gives it a command; ``result`` waits for the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def result(self, seconds: float | None = None) -> Any:  # noqa: ANN401 - a JSON value of whatever the command answers
        """The answer to the command that was begun; a worker that takes longer is killed."""
        assert self._process.stdout is not None
        limit = threading.Timer(seconds or LIMIT_SECONDS, os.kill, (self.pid, signal.SIGKILL))
        limit.start()
        try:
            line = self._process.stdout.readline()
        finally:
            limit.cancel()
        if not line:
            code = self._process.wait()
            raise BenchmarkError(f"{self.name} ended with {code}: {self.last_line}")
        return json.loads(line)

    def ask(self, command: Mapping[str, object]) -> Any:  # noqa: ANN401 - see result
        """Gives it a command and waits for the answer."""
        self.begin(command)
        return self.result()

    def stop(self) -> None:
        """Ends it: its input closes, and it has nothing more to do."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        super().stop()
