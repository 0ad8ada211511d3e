"""An engine's worker process, which nobody waits for forever."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

from benchmarks.engines_list import ENVIRONMENT, Engine
from benchmarks.worker import Worker

LIMIT_SECONDS = 300.0
"""For one answer; the longest, a start or a round of the slowest engine, takes a tenth of it."""


class EngineWorker(Worker):
    """The worker of one engine.

    Args:
        engine: What is started.
        product: Path of what it runs.

    Raises:
        BenchmarkError: It ended before it was ready.
    """

    def __init__(self, engine: Engine, product: Path) -> None:
        super().__init__(engine.start(product), ENVIRONMENT)

    def result(self) -> Any:  # noqa: ANN401 - as of Worker
        """The answer to the command that was begun; the worker is killed when it takes too long."""
        limit = threading.Timer(LIMIT_SECONDS, os.kill, (self.pid, signal.SIGKILL))
        limit.start()
        try:
            return super().result()
        finally:
            limit.cancel()
