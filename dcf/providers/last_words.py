"""Why a watcher ended, in one line: its own last error, without time and traceback."""

import json
import re
import signal
from collections.abc import Sequence

# `2026-11-21T10:00:00Z ERROR message`, the text form of a watcher's log.
_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\S+ (?P<level>[A-Z]+) (?P<message>.*)")


def last_words(lines: Sequence[str], code: int | None) -> str:
    """The reason of an end.

    Args:
        lines: The last lines the process wrote, oldest first.
        code: Its exit status as `subprocess` gives it: negative for a signal.
    """
    errors = [message for level, message in map(_parsed, lines) if level == "error"]
    if errors or lines:
        words = errors[-1] if errors else lines[-1]
        # A traceback may hang on to the message, its line ends escaped or not.
        return words.partition("\n")[0].partition("\\n")[0]
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit status {code}"


def _parsed(line: str) -> tuple[str, str]:
    """Level in lower case and message of a log line; no level for what is no log line."""
    if found := _TEXT.fullmatch(line):
        return found["level"].lower(), found["message"]
    if line.startswith("{"):
        try:
            fields = json.loads(line)
            return str(fields["level"]), str(fields["message"])
        except (ValueError, KeyError, TypeError):
            pass
    return "", line
