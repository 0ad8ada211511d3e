"""What a person at the terminal sees of a run, and how the run hears Ctrl-C."""

import os
import signal
import sys
import time

import numpy as np

LINE_SECONDS = 2.0


def say(line):
    """Prints a line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Stop:
    """Notes SIGINT and SIGTERM, so that the step under way and its checkpoint come first."""

    def __init__(self):
        self.signal = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number, _):
        if self.signal:  # the second time it is meant
            os._exit(128 + number)
        self.signal = number
        say("stopping after this step; once more ends at once")


class Clock:
    """A line every two seconds of an epoch, and one at its end."""

    def __init__(self, title, steps, batch):
        self._title, self._steps, self._batch = title, steps, batch
        self._began = self._said = time.monotonic()
        self._losses = []

    def tick(self, step, loss):
        """Notes a step, and says so now and then."""
        now = time.monotonic()
        self._losses.append(loss)
        if now - self._said < LINE_SECONDS:
            return
        self._said = now
        speed = len(self._losses) * self._batch / (now - self._began)
        where = f"{self._title}: step {step}/{self._steps}"
        say(f"{where}, loss {self._loss():.4f}, {speed:.0f} digits/s")

    def done(self, accuracy):
        """Says how the epoch went."""
        seconds = time.monotonic() - self._began
        say(
            f"{self._title}: done in {seconds:.1f} s, loss {self._loss():.4f}, "
            f"held-out accuracy {accuracy:.4f}"
        )

    def _loss(self):
        return float(np.mean(self._losses[-100:]))
