"""What is written down of a pipeline between its runs, and who may run it now."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ..datasets.files import write_whole
from ..file_lock import FileLock
from .errors import PipelineError
from .machine import Noted

FORMAT = 1
_MOST_BYTES = 16 << 20
_WAIT_S, _LOOK_S = 10.0, 0.05
"""A step whose run was killed gets SIGTERM, and holds the lock until it has ended."""


class _State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file.

    Attributes:
        format: Version of this file.
        steps: What is written down of each step, by its name.
    """

    format: int = FORMAT
    steps: dict[str, Noted] = {}


class StateFolder:
    """The folder beside a pipeline's file that has all that is not its steps' own.

    Args:
        folder: The folder; made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record = folder / "record.json"
        self.page = folder / "page.html"
        self._state = folder / "state.json"

    def log_of(self, step: str) -> Path:
        """Where all that a step said is kept."""
        return self.folder / "logs" / f"{step}.log"

    def read(self) -> dict[str, Noted]:
        """What is written down; nothing before the first run.

        Raises:
            PipelineError: It was not written by this release, or not by a pipeline.
        """
        try:
            with self._state.open("rb") as stream:
                content = stream.read(_MOST_BYTES)
            state = msgspec.json.decode(content, type=_State)
        except FileNotFoundError:
            return {}
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise PipelineError(
                f"{self._state} is not usable ({error}): remove it, and what the steps wrote, "
                "to begin anew"
            ) from error
        if state.format != FORMAT:
            raise PipelineError(
                f"{self._state} has format {state.format}, this release reads {FORMAT}: use the "
                "release that wrote it, or remove it and what the steps wrote to begin anew"
            )
        return state.steps

    def write(self, notes: dict[str, Noted]) -> None:
        """Writes it down; a run that is killed here leaves what was there before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        content = msgspec.json.format(msgspec.json.encode(_State(steps=notes)), indent=1)
        write_whole(self._state, content + b"\n")

    def put_aside(self, step: str, outputs: list[Path]) -> None:
        """Moves what a step made before out of the way; what was moved there before goes."""
        aside = self.folder / "before" / step
        there = [path for path in outputs if os.path.lexists(path)]
        if not there:
            return
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for at, path in enumerate(there):
            shutil.move(path, aside / (path.name if len(there) == 1 else f"{at}-{path.name}"))

    @contextmanager
    def alone(self) -> Iterator[int]:
        """Keeps other runs of the pipeline away; gives the lock's descriptor.

        Raises:
            PipelineError: Another is at work.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "lock"
        lock, end = FileLock(file), time.monotonic() + _WAIT_S
        while not lock.try_take():
            pid = file.read_bytes()[:20].decode("ascii", "replace").strip()
            if _lives(pid) or time.monotonic() >= end:
                raise PipelineError(
                    f"{self.folder} is in use by another run (process {pid or 'unknown'}), or by "
                    "a step of it: wait for its end"
                )
            time.sleep(_LOOK_S)
        with lock:
            file.write_bytes(f"{os.getpid()}\n".encode())
            yield lock.fileno()


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (ValueError, ProcessLookupError, OverflowError):
        return False
    return True
