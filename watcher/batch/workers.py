"""Calls the handler for many files, so many at once, and keeps their entries in order.

A worker takes the next file, reads it, has it answered and writes the entry down before it takes
another: no more files are in memory than there are workers. Files that were at the handler when an
earlier process died go first and one by one, so that the one to blame is found.
"""

import threading
import time
from collections.abc import Iterator, Sequence

from ..configuration.config import Settings
from ..errors import BatchError, BodyTooLarge, TimedOut
from ..failure import failure_of, new_id
from ..loading.adapters import Call
from ..request import Request
from ..runner import Runner
from . import data, entry
from .data import DataFile
from .entry import Entry
from .journal import Journal
from .progress import EVERY_S, Progress
from .stop import Stop

MOST_HUNG = 32
MOST_DEATHS = 2


class Workers:
    """One pass over the files.

    Attributes:
        entries: one a file, in order; None for a file that is not done.
    """

    def __init__(
        self, settings: Settings, handle: Call, files: Sequence[DataFile], journal: Journal
    ) -> None:
        """Takes over what the journal has.

        Args:
            settings: of this process.
            handle: answers a Request.
            files: all of the batch.
            journal: begun.
        """
        self._settings = settings
        self._handle = handle
        self._files = files
        self._journal = journal
        self.entries: list[Entry | None] = [journal.entry_of(file) for file in files]
        left = [index for index, done in enumerate(self.entries) if done is None]
        deaths = {index: journal.deaths(files[index]) for index in left}
        for index, count in deaths.items():
            if count is not None and count >= MOST_DEATHS:
                self.entries[index] = entry.deadly(files[index])
        left = [index for index in left if self.entries[index] is None]
        self._suspects = [index for index in left if deaths[index] is not None]
        self._others = [index for index in left if deaths[index] is None]
        self._turns: Iterator[int] = iter(())
        self._is_alone = False
        failed = sum("error" in done for done in self.entries if done is not None)
        self._progress = Progress(len(files), len(files) - len(left), failed)
        self._lock = threading.Lock()
        self._workers: list[threading.Thread] = []
        self._hung: list[Runner] = []
        self._failure: BaseException | None = None

    @property
    def line(self) -> str:
        """How far it is, in one line."""
        return self._progress.line()

    @property
    def are_busy(self) -> bool:
        """Whether calls still run, though nobody waits for them any longer."""
        waiting = any(worker.is_alive() for worker in self._workers)
        return waiting or any(runner.inflight for runner in self._hung)

    def run(self, stop: Stop) -> None:
        """Answers the files; ends early when `stop` is asked for, after the running calls.

        Args:
            stop: also wakes this thread when a worker has ended.

        Raises:
            BatchError: an entry could not be written down, or too many calls hang.
        """
        self._run(self._suspects, 1, stop)
        self._run(self._others, self._settings.concurrency, stop)
        if self._failure is not None:
            raise self._failure

    def _run(self, turns: Sequence[int], concurrency: int, stop: Stop) -> None:
        self._is_alone = concurrency == 1
        self._turns = iter(turns)
        workers = [
            threading.Thread(target=self._work, args=(stop,), name=f"worker-{number}", daemon=True)
            for number in range(concurrency)
        ]
        self._workers += workers
        for worker in workers:
            worker.start()
        deadline = float("inf")
        while any(worker.is_alive() for worker in workers) and time.monotonic() < deadline:
            if stop.reason and deadline == float("inf"):
                deadline = time.monotonic() + self._settings.shutdown_timeout
                with self._lock:
                    self._journal.pardon()
            stop.wait(min(EVERY_S, deadline - time.monotonic()))
            self._progress.tell()

    def _work(self, stop: Stop) -> None:
        runner = self._runner()
        try:
            while (index := self._next(stop)) is not None:
                self._do(index, runner)
                if runner.inflight:
                    runner = self._replace(runner)
        # The main thread raises it.
        except BaseException as error:  # pylint: disable=broad-exception-caught
            self._failure = error
        finally:
            runner.close(0)
            stop.ring()

    def _next(self, stop: Stop) -> int | None:
        with self._lock:
            return None if stop.reason or self._failure else next(self._turns, None)

    def _do(self, index: int, runner: Runner) -> None:
        file = self._files[index]
        began = time.monotonic()
        content, made = self._answer(file, runner)
        with self._lock:
            if content is not None:
                self._journal.add(file, content, made)
            self.entries[index] = made
            self._progress.count(file.name, time.monotonic() - began, made.get("error"))

    def _answer(self, file: DataFile, runner: Runner) -> tuple[data.Content | None, Entry]:
        """The file's state, when there is one to know it by later, and its entry."""
        call_id = new_id(None)
        try:
            content = data.read(file, self._settings.max_body_bytes)
        except OSError as error:
            return None, entry.unreadable(file, error)
        except BodyTooLarge as error:
            return None, entry.failed(file, failure_of(error, call_id))
        with self._lock:
            self._journal.begun(file, content, alone=self._is_alone)
        try:
            reply = runner.run(Request(content.body, call_id=call_id))
        except TimedOut as error:
            return content, entry.failed(file, failure_of(error, call_id))
        # A handler's sys.exit() is the failure of its file alone.
        except BaseException as error:  # pylint: disable=broad-exception-caught
            return content, entry.failed(file, failure_of(error, call_id))
        return content, entry.answered(file, reply)

    def _runner(self) -> Runner:
        return Runner(
            self._handle, concurrency=1, max_inflight=1, exec_timeout=self._settings.exec_timeout
        )

    def _replace(self, runner: Runner) -> Runner:
        """A new runner for a worker whose call hangs: the next file need not wait for that call."""
        runner.close(0)
        with self._lock:
            self._hung = [one for one in self._hung if one.inflight] + [runner]
            if len(self._hung) >= MOST_HUNG:
                raise BatchError(
                    f"{MOST_HUNG} calls hang beyond EXEC_TIMEOUT; raise it, or mend the handler"
                )
        return self._runner()
