"""Log lines, as text for people or JSON for machines; every call makes one."""

import json
import logging
import time
from types import TracebackType
from typing import NamedTuple, TextIO

from ..call_log import CALL, CALL_ID, TRACE
from ..user_trace import trace_of

_SPACES = {ord("\n"): None, ord("\t"): None}  # of a traceback's lines

_calls = logging.getLogger("watcher.calls")


class CallLine(NamedTuple):
    """What the log says of one call; `size` is of the reply's body in bytes."""

    method: str
    path: str
    status: int | str
    size: int
    seconds: float
    call_id: str

    def __str__(self) -> str:
        return (
            f"{self.method} {self.path} - {self.status} - {self.size}B ({self.seconds:.4f}s) "
            f"[{self.call_id}]"
        )


_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _Formatter(logging.Formatter):
    """What both forms share: times in UTC, and traces that begin in the user's code."""

    converter = staticmethod(time.gmtime)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - logging's name
        """A traceback, without our own frames.

        Args:
            ei: of what was raised.

        Returns:
            Its lines.
        """
        return trace_of(ei[1]) if ei[1] else ""


class TextFormatter(_Formatter):
    """`2026-11-21T10:00:00Z INFO message [call id]`, and below it a traceback.

    The lines of a traceback are indented: so whoever reads knows which line they belong to. Control
    characters are escaped.
    """

    def __init__(self) -> None:
        """Fixes the pattern."""
        super().__init__("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The record as text.

        Args:
            record: what is logged.

        Returns:
            One line, and the lines of a traceback below it.
        """
        trace = getattr(record, TRACE, "")
        text = super().format(record).rstrip() + (f"\n{trace.rstrip()}" if trace else "")
        text = text.replace("\n", "\n  ")
        # What is raised may quote what a caller sent, and be read at a terminal.
        return text if text.translate(_SPACES).isprintable() else _escape(text, "\n\t")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """One line, whatever a client put into a path or a header.

        Args:
            record: what is logged.

        Returns:
            The line, without a traceback.
        """
        call_id = _call_of(record)
        line = super().formatMessage(record) + (f" [{call_id}]" if call_id else "")
        return line if line.isprintable() else _escape(line)


class JsonFormatter(_Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line.

        Args:
            record: what is logged.

        Returns:
            An object with time, level, message, and the call's parts where there are any.
        """
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{record.msecs:03.0f}Z",
            "level": record.levelname.lower(),
        }
        if isinstance(record.msg, CallLine):
            line |= {"message": "call"} | record.msg._asdict()
        else:
            line["message"] = record.getMessage()
            if call_id := _call_of(record):
                line["call_id"] = call_id
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        if trace := getattr(record, TRACE, ""):
            line["traceback"] = trace
        return json.dumps(line, default=str)


def configure(log_format: str, log_level: str, stream: TextIO | None = None) -> None:
    """Sends every logger's lines to one place.

    Args:
        log_format: `text` or `json`.
        log_level: `debug`, `info`, `warning` or `error`.
        stream: stdout or stderr; stderr when None.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log_level.upper())
    # Its queue is bounded by the runner's limit, so its warnings about depth say nothing.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # Nobody reads which thread or process wrote a line; finding out costs time on every one.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def call(line: CallLine) -> None:
    """Logs one call.

    Args:
        line: what to say of it.
    """
    if _calls.isEnabledFor(logging.INFO):
        _calls.info(line)


def _call_of(record: logging.LogRecord) -> str:
    """The id of the call that a line is about; the line of a call itself has it already."""
    if isinstance(record.msg, CallLine):
        return ""
    return getattr(record, CALL, "") or CALL_ID.get()


def _escape(text: str, kept: str = "") -> str:
    return "".join(c if c.isprintable() or c in kept else ascii(c)[1:-1] for c in text)
