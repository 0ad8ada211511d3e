"""What a person sees of a run: a line that moves on a terminal, a line now and then elsewhere."""

import time
from dataclasses import dataclass
from typing import TextIO

_EVERY = 30.0
"""Seconds from line to line where no terminal is."""
_SMOOTH = 0.95
"""What the shown loss keeps of the one before, step by step."""


@dataclass(frozen=True, slots=True)
class Course:
    """How much there is to do.

    Attributes:
        epochs: Epochs of the run.
        steps: Batches of the run.
        batch: Pictures a batch.
    """

    epochs: int
    steps: int
    batch: int


class Watch:
    """Told after every step; says loss, pictures a second and the time that is left.

    Args:
        stream: Where a person looks.
        course: How much there is to do.
        done: Batches that were done before.
    """

    def __init__(self, stream: TextIO, course: Course, done: int = 0) -> None:
        self._stream, self._course = stream, course
        self._moving = stream.isatty()
        self._first, self._started = done, time.monotonic()
        self._said = self._started - _EVERY + 5  # the first line comes soon
        self._paused = 0.0
        self.loss: float | None = None

    def step(self, epoch: int, done: int, loss: float) -> None:
        """A step is over.

        Args:
            epoch: Number of its epoch, from 0.
            done: Batches that are done.
            loss: Its loss.
        """
        before = loss if self.loss is None else self.loss
        self.loss = _SMOOTH * before + (1 - _SMOOTH) * loss
        now = time.monotonic()
        if not self._moving and now - self._said < _EVERY:
            return
        self._said = now
        speed = self.speed(done)
        left = (self._course.steps - done) * self._course.batch / max(speed, 1e-9)
        line = (
            f"epoch {epoch + 1}/{self._course.epochs}, {done / self._course.steps:.0%}, "
            f"loss {self.loss:.3f}, {speed:.1f} pictures/s, {clock(left)} left"
        )
        self._write(line, moving=True)

    def say(self, line: str) -> None:
        """Says something that stays."""
        self._write(line, moving=False)

    def pause(self, seconds: float) -> None:
        """Leaves out time in which nothing was learnt."""
        self._paused += seconds

    def speed(self, done: int) -> float:
        """Pictures a second that were learnt from."""
        spent = time.monotonic() - self._started - self._paused
        return (done - self._first) * self._course.batch / max(spent, 1e-9)

    def _write(self, line: str, *, moving: bool) -> None:
        if not self._moving:
            print(line, file=self._stream, flush=True)
        else:
            end = "" if moving else "\n"
            print(f"\r\x1b[K{line}", end=end, file=self._stream, flush=True)


def clock(seconds: float) -> str:
    """``1:02:03`` or ``2:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
