"""Answers on disk as they come, so that a run that was killed goes on where it was.

One JSON document a line: first what the run was asked, then an answer a line in the order in which
they came. A line that was cut by the end of its process, and any after it, are left out.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from ..file_lock import FileLock
from .errors import PredictionError
from .record import Predicted

_decode = msgspec.json.Decoder(Predicted).decode


class Journal:
    """The answers so far; one process at a time.

    Args:
        path: The file; made where it is not there.
        asked: What decides the answers: the model, the settings, the pictures. Another's answers
            are not gone on with.

    Raises:
        PredictionError: It belongs to another run, or another run is writing it.
    """

    def __init__(self, path: Path, asked: str) -> None:
        self.path = path
        # Place of each answer's line, by the picture's place; the last one counts.
        self._places: dict[int, int] = {}
        self._lock = FileLock(path)
        if not self._lock.try_take():
            raise PredictionError(
                f"{path} is being written by another run: wait for it, or choose another --out"
            )
        self._file: BinaryIO = path.open("a+b")
        try:
            self._end = self._read(msgspec.json.encode(asked) + b"\n")
        except BaseException:
            self.close()
            raise
        self._file.truncate(self._end)
        self._file.seek(self._end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._places)

    def close(self) -> None:
        """Leaves the file for a later run."""
        self._file.close()
        self._lock.release()

    def remove(self) -> None:
        """Takes the file away: the answers are where they belong."""
        self.path.unlink()

    def add(self, answer: Predicted) -> None:
        """Writes an answer; it survives the end of the process."""
        line = msgspec.json.encode(answer) + b"\n"
        self._file.seek(self._end)
        self._file.write(line)
        self._file.flush()
        self._places[answer.at] = self._end
        self._end += len(line)

    def answers(self) -> Iterator[Predicted]:
        """The answers in order of the pictures."""
        for at in sorted(self._places):
            self._file.seek(self._places[at])
            yield _decode(self._file.readline())

    def _read(self, head: bytes) -> int:
        """Finds the answers of earlier runs; returns where the next one goes."""
        self._file.seek(0)
        found = self._file.readline()
        if not found.endswith(b"\n"):  # a new file, or one whose process ended at once
            self._file.truncate(0)
            self._file.seek(0, os.SEEK_END)
            self._file.write(head)
            self._file.flush()
            return len(head)
        if found != head:
            raise PredictionError(
                f"{self.path} has the answers of another run, with another model, other settings "
                "or other pictures: remove it to begin anew, or choose another --out"
            )
        end = len(head)
        for line in self._file:
            try:
                answer = _decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                break
            if not line.endswith(b"\n"):
                break
            self._places[answer.at] = end
            end += len(line)
        return end
