"""The gateway's log: lines for stderr, written by a thread, so that nobody waits for a slow one.

What callers can bring about as often as they like is summed up (`flood.py`), and so is any other
message that one place of the code repeats.
"""

import contextlib
import logging
import os
import select
import threading
import time
from collections import deque
from collections.abc import Hashable

from . import events
from .events import Event, Told
from .flood import Flood, Sum
from .lines import formatter

_MOST_BYTES = 1 << 20
_SAME_MESSAGES = 20
_CLOSE_SECONDS = 2.0


class Log(logging.Handler):
    """Takes every record of this process.

    Attributes:
        lost: Lines that found no room because the file was too slow, or could not be written.
    """

    def __init__(self, file: int, log_format: str, log_level: str) -> None:
        """Writes from now on.

        Args:
            file: Descriptor of what it is written to.
            log_format: One of `lines.FORMATS`.
            log_level: One of `lines.LEVELS`.
        """
        super().__init__(log_level.upper())
        self.setFormatter(formatter(log_format))
        self.lost = 0
        self._file, self._flood = file, Flood(time.monotonic)
        self._lines: deque[bytes] = deque()
        self._bytes = self._untold = 0
        self._is_closing = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Put a record's line among those to be written, if it may be."""
        try:
            with self._news:
                if self._passes(record):
                    self._put(record)
                self._news.notify()
        except Exception:  # pylint: disable=broad-exception-caught # a log ends nobody's work
            self.handleError(record)

    def close(self) -> None:
        """Write what there is, as far as the file takes it in a moment."""
        with self._news:
            self._is_closing = True
            self._news.notify()
        self._thread.join(_CLOSE_SECONDS)
        super().close()

    def _passes(self, record: logging.LogRecord) -> bool:
        if not isinstance(record.msg, Told):
            place = ("log", f"{record.name}:{record.lineno}")
            return self._flood.passes(place, place, _SAME_MESSAGES, _SAME_MESSAGES)
        told = record.msg
        if not told.event.is_summed:
            return True
        kind = (told.event.name, str(told.fields.get("code", "")))
        return self._flood.passes(kind, told.fields.get("function"))

    def _put(self, record: logging.LogRecord) -> None:
        line = self.format(record).encode(errors="backslashreplace") + b"\n"
        if self._bytes + len(line) > _MOST_BYTES:
            self._lose(1)
            return
        if self._untold:
            lines, self._untold = self._untold, 0
            self._put(_record(events.LINES_LOST, lines=lines))
        self._lines.append(line)
        self._bytes += len(line)

    def _lose(self, lines: int) -> None:
        self.lost += lines
        self._untold += lines

    def _write_all(self) -> None:
        while True:
            with self._news:
                while not self._lines and not self._is_closing:
                    self._news.wait(self._flood.due)
                    self._sum(self._flood.sums())
                if self._is_closing:
                    self._sum(self._flood.last_sums())
                if not self._lines:
                    return
                block = b"".join(self._lines)
                count = len(self._lines)
                self._lines.clear()
            if not self._write(block):
                with self._news:
                    self._lose(count)
            with self._news:
                self._bytes -= len(block)  # only now: what is on its way takes room, too

    def _sum(self, sums: list[Sum]) -> None:
        for each in sums:
            self._put(_record(events.SUMMED, **_words(each)))

    def _write(self, block: bytes) -> bool:
        while block:
            try:
                block = block[os.write(self._file, block) :]
            except BlockingIOError:  # somebody who shares it made it so
                with contextlib.suppress(OSError):
                    select.select([], [self._file], [])
            except OSError:
                return False
        return True


def start_log(file: int, log_format: str, log_level: str) -> Log:
    """Send what every logger of this process has to say to one file.

    Args:
        file: Its descriptor.
        log_format: One of `lines.FORMATS`.
        log_level: One of `lines.LEVELS`.
    """
    log, root = Log(file, log_format, log_level), logging.getLogger()
    root.addHandler(log)
    root.setLevel(log_level.upper())
    # Every failed connection to a replica is a warning or an event of our own already.
    for library in ("aiohttp", "asyncio", "grpc"):
        logging.getLogger(library).setLevel(max(logging.WARNING, log.level))
    return log


def _words(summed: Sum) -> dict[str, Hashable]:
    assert isinstance(summed.group, tuple)
    of, code = summed.group
    return {"of": of, "code": code, "more": summed.more, "seconds": 60}


def _record(event: Event, **fields: object) -> logging.LogRecord:
    known = {key: each for key, each in fields.items() if each not in (None, "")}
    told = Told(event, known)
    return logging.LogRecord("dcf.gateway.events", event.level, "", 0, told, (), None)
