"""Why a watcher ended, in one line: its status or signal first, then what it had to say.

A watcher that cannot start says why in a line of its own. Whatever else was printed last may have
to do with the end or not, and is reported as such.
"""

import json
import re
import signal
from collections.abc import Sequence

_LONGEST = 500
# `2026-11-21T10:00:00Z ERROR message`, the text form of a watcher's log.
_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\S+ (?P<level>[A-Z]+) (?P<message>.*)")
# How a program of ours reports an error before it has a log.
_EARLY = re.compile(r"(?:watcher|supervisor): (?P<message>.*)")
_HINTS = {
    signal.SIGKILL: ", which the kernel sends when memory runs out",
    signal.SIGSEGV: ", a fault in compiled code",
}


def exit_reason(lines: Sequence[str], code: int | None, *, was_ready: bool) -> str:
    """The reason of an end.

    Args:
        lines: The last lines the process wrote, oldest first.
        code: Its exit status as `subprocess` gives it: negative for a signal.
        was_ready: Whether it took calls; its errors are those of calls then.
    """
    end = _end(code)
    said = [_parsed(line) for line in lines]
    errors = [message for level, message in said if level == "error"]
    if errors and not was_ready and code is not None and code > 0:
        return f"{end}: {_one_line(errors[-1])}"
    if said:
        return f"{end}; its last line: {_one_line(said[-1][1])}"
    return f"{end}, and wrote nothing"


def _end(code: int | None) -> str:
    if code is None:
        return "ended with a status that nobody knows"
    if code >= 0:
        return f"ended with status {code}" + ("" if code else ", though nobody asked it to")
    try:
        number = signal.Signals(-code)
    except ValueError:  # a real-time signal has no name
        return f"killed by signal {-code}"
    return f"killed by signal {-code} ({number.name}{_HINTS.get(number, '')})"


def _one_line(words: str) -> str:
    # A traceback may hang on to the message, its line ends escaped or not.
    line = words.partition("\n")[0].partition("\\n")[0]
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "..."


def _parsed(line: str) -> tuple[str, str]:
    """Level in lower case and message of a log line; no level for what is no log line."""
    if found := _TEXT.fullmatch(line):
        return found["level"].lower(), found["message"]
    if found := _EARLY.fullmatch(line):
        return "error", found["message"]
    if line.startswith("{"):
        try:
            fields = json.loads(line)
            return str(fields["level"]), str(fields["message"])
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
    return "", line
