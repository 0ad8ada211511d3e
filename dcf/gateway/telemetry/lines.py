"""How a line of the gateway's log looks: text for people, JSON for programs; one line an event."""

import json
import logging
import time
from collections.abc import Mapping

from ...terminal.visible import visible_line, visible_text
from .events import Told

FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")
_TIME = "%Y-%m-%dT%H:%M:%S"


class TextLines(logging.Formatter):
    """`2026-11-21T10:00:00Z INFO name key=value ...`, or a message; a trace below it.

    Nothing in a line can steer a terminal or make a second line.
    """

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        head = f"{self.formatTime(record, _TIME)}Z {record.levelname} "
        if isinstance(record.msg, Told):
            parts = (f"{key}={_value(each)}" for key, each in record.msg.fields.items())
            return " ".join((head + record.msg.event.name, *parts))
        text = head + visible_line(record.getMessage())
        if record.exc_info:
            text += "\n" + visible_text(self.formatException(record.exc_info))
        return text


class JsonLines(logging.Formatter):
    """One JSON object a line; `event` is `log` for what is no event."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line: dict[str, object] = {
            "time": f"{self.formatTime(record, _TIME)}.{record.msecs:03.0f}Z",
            "level": record.levelname.lower(),
        }
        if isinstance(record.msg, Told):
            line |= {"event": record.msg.event.name, **record.msg.fields}
        else:
            line |= {"event": "log", "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def formatter(log_format: str) -> logging.Formatter:
    """The formatter of one of `FORMATS`."""
    return JsonLines() if log_format == "json" else TextLines()


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    if isinstance(value, (Mapping, list, tuple)):
        return json.dumps(value, default=str)
    text = str(value)
    plain = text.isprintable() and not any(each in text for each in ' "=')
    return text if plain and text else json.dumps(text)
