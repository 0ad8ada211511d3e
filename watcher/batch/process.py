"""The life of a batch process: check, load, answer every file, hand the answer in, end."""

import contextlib
import gc
import hashlib
import json
import logging
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import function, process_lifetime
from ..configuration.config import Settings
from ..errors import NotAccepted, WatcherError
from ..health import LockFile
from ..loading.loader import Loaded
from . import data, journal, result, shape
from .data import DataFile
from .entry import Entry
from .journal import Journal
from .judge import Judge
from .shape import Shape, Template
from .stop import Stop
from .workers import Workers

_EXIT_S = 3.0
_BUSY_EXIT_S = 0.2
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        judge: gets the answer; None when it is only written.
        template: of an entry, or None.
        files: of the batch, in order.
        journal: open, for this process alone.
    """

    judge: Judge | None
    template: Template | None
    files: Sequence[DataFile]
    journal: Journal


class BatchProcess:
    """One run over the files of DATA_PATH."""

    def __init__(self, settings: Settings) -> None:
        """Listens to signals, and to the parent's pipe if there is one; nothing is read yet."""
        self._settings = settings
        self._stop = Stop()
        self._is_loaded = False
        self._is_busy = False
        self._lock = LockFile(Path(settings.lock_file).absolute())
        self._path = result.path_of(settings)
        process_lifetime.on_signals(self._on_signal)
        process_lifetime.on_parent_end(
            settings.parent_fd, lambda: self._end_early("the parent has gone", 1)
        )

    def run(self) -> int:
        """Does everything.

        Returns:
            The exit code: 0 when the answer was accepted, or written where nobody is to be asked.

        Raises:
            WatcherError: it cannot be done; what is done is kept for a later run.
        """
        plan = self._plan()  # what is wrong with it is told before the handler is loaded
        try:
            self._lock.clear()
            loaded, form = self._load(plan)
            self._lock.create()
            code = self._answer(plan, loaded, form)
        except WatcherError as error:
            plan.journal.close()
            self._end_soon(error.exit_code)
            raise
        finally:
            self._lock.remove()
        self._end_soon(code)
        return code

    def _end_soon(self, code: int) -> None:
        """A stuck thread may crash an interpreter that is taken down, or hold it up for good."""
        process_lifetime.end_within(_BUSY_EXIT_S if self._is_busy else _EXIT_S, code)

    def _plan(self) -> Plan:
        settings = self._settings
        judge = Judge(settings) if settings.rest_url else None
        template = shape.template_of(settings)
        journal_path = self._path.with_name(self._path.name + journal.SUFFIX)
        ours = frozenset((self._path, journal_path))
        files = data.find(settings.data_path, settings.data_files, ours)
        return Plan(judge, template, files, Journal(journal_path))

    def _load(self, plan: Plan) -> tuple[Loaded, Shape]:
        began = time.perf_counter()
        loaded = function.load(self._settings)
        with process_lifetime.time_limit(self._settings.load_timeout):
            form = Shape(plan.template, shape.hook_of(self._settings))
        gc.freeze()  # a model and its libraries stay to the end: no collection need look at them
        gc.enable()
        self._is_loaded = True
        seconds = time.perf_counter() - began
        _log.info("batch: %s of %s, loaded in %.2f s", loaded.name, loaded.file, seconds)
        return loaded, form

    def _answer(self, plan: Plan, loaded: Loaded, form: Shape) -> int:
        entries = self._entries(plan, loaded)
        if len(entries) < len(plan.files):
            return self._ended_early()
        answer = form.answer(entries)
        result.write(self._path, answer)
        if plan.judge is not None and not self._hand_in(plan.judge, answer):
            return self._ended_early()
        plan.journal.remove()
        if plan.judge is not None and not self._settings.result_file:
            self._path.unlink(missing_ok=True)
        else:
            _log.info("the answer is in %s", self._path)
            with contextlib.suppress(OSError, ValueError):  # nobody may be there to read it
                print(self._path, flush=True)  # noqa: T201 - what a script asks for
        return 0

    def _entries(self, plan: Plan, loaded: Loaded) -> list[Entry]:
        """The entries of all files; fewer when the end was asked for."""
        plan.journal.begin(digest_of(self._settings, loaded))
        if plan.journal.is_stale:
            _log.warning("%s is of another function or folder: begun anew", plan.journal.path)
        workers = Workers(self._settings, loaded.call, plan.files, plan.journal)
        _log.info("%s", workers.line)
        try:
            workers.run(self._stop)
        finally:
            self._is_busy = workers.are_busy
            _log.info("%s", workers.line)
        return [entry for entry in workers.entries if entry is not None]

    def _hand_in(self, judge: Judge, answer: bytes) -> bool:
        try:
            return judge.hand_in(answer, self._stop)
        except NotAccepted as error:
            raise NotAccepted(
                f"{error.message}; it is kept in {self._path}: run again to hand it in"
            ) from None

    def _ended_early(self) -> int:
        _log.warning(
            "ended early, %s: start again with the same DATA_PATH and RESULT_FILE (%s) to go on",
            self._stop.reason,
            self._path,
        )
        return self._stop.exit_code

    def _on_signal(self, number: int) -> None:
        self._end_early(signal.Signals(number).name, 128 + number)

    def _end_early(self, reason: str, exit_code: int) -> None:
        """The first time after the calls that run; while loading, or the second time, at once."""
        if self._stop.reason or not self._is_loaded:
            self._lock.remove()
            process_lifetime.end_now(exit_code)
        self._stop.ask(reason, exit_code)


def digest_of(settings: Settings, loaded: Loaded) -> str:
    """What must be alike for one run to go on with another's work.

    Args:
        settings: of this process.
        loaded: the handler; what it tells about itself is meant to name its model and settings.

    Returns:
        A digest in hexadecimal.
    """
    parts = {
        "data": str(Path(settings.data_path).absolute()),
        "file": hashlib.sha256(loaded.file.read_bytes()).hexdigest(),
        "name": loaded.name,
        "raw_body": settings.raw_body,
        "info": dict(loaded.info),
    }
    try:
        text = json.dumps(parts, sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        text = repr(parts)  # names of several kinds cannot be sorted; the order is one all the same
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
