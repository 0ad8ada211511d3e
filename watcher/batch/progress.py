"""How far a batch is, said in the log every few seconds."""

import logging
import time
from collections.abc import Callable

EVERY_S = 5.0
_log = logging.getLogger(__name__)


class Progress:
    """Counts what is done."""

    def __init__(
        self, total: int, done: int, failed: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begins.

        Args:
            total: files of the batch.
            done: of these, by an earlier run.
            failed: of those.
            clock: in seconds.
        """
        self._total = total
        self._before = done
        self._clock = clock
        self._began = self._told = clock()
        self.done = done
        self.failed = failed

    def count(self, name: str, seconds: float, error: object) -> None:
        """One more file is done.

        Args:
            name: of the file.
            seconds: that it took.
            error: why it failed, or None.
        """
        self.done += 1
        self.failed += error is not None
        _log.debug(
            "%d of %d: %s in %.3f s, %s", self.done, self._total, name, seconds, error or "ok"
        )

    def tell(self) -> None:
        """Logs how far it is, when it is time to."""
        if self._clock() - self._told >= EVERY_S:
            self._told = self._clock()
            _log.info("%s", self.line())

    def line(self) -> str:
        """How far it is.

        Returns:
            One line.
        """
        seconds = max(1e-9, self._clock() - self._began)
        rate = (self.done - self._before) / seconds
        left = self._total - self.done
        time_left = f", {left / rate:.0f} s left" if left and rate else ""
        done = f"{self.done} of {self._total} files"
        return f"{done}, {rate:.1f} a second, {self.failed} failed{time_left}"
