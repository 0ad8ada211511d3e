"""Why a process ended, in one line: its status or signal first, then what it had to say.

A watcher that cannot start says why in a line of its own. Whatever else was printed last is added
only if it came with the end: an older line has nothing to do with it, and a line that a watcher
writes for every call explains nothing.
"""

import json
import re
import signal
from collections.abc import Sequence
from pathlib import Path

# What the words of causes begin with, for whoever tells kinds of ends apart.
BY_GATEWAY = "ended by the gateway: "
OUT_OF_MEMORY = "killed by signal 9 (SIGKILL): memory ran out"
_LONGEST = 500
# `2026-11-21T10:00:00Z ERROR message`, the text form of a watcher's log.
_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\S+ (?P<level>[A-Z]+) (?P<message>.*)")
# How a program of ours reports an error before it has a log.
_EARLY = re.compile(r"(?:watcher|supervisor): (?P<message>.*)")
_EVERYDAY = frozenset({"debug", "info"})
# What CPython's faulthandler writes at a signal like SIGSEGV, the innermost frame first.
_FAULT = "Fatal Python error: "
_FRAME = re.compile(r'  File "(?P<file>.+)", line (?P<line>\d+) in (?P<name>.+)')
_HINTS = {
    signal.SIGKILL: ", which the kernel sends when memory runs out",
    signal.SIGSEGV: ", a fault in compiled code",
    signal.SIGBUS: ", a fault in compiled code",
    signal.SIGILL: ", compiled code for another processor",
}


def exit_cause(code: int | None, oom_kills: int | None = None) -> str:
    """What the system knows of an end.

    Args:
        code: The exit status as `subprocess` gives it: negative for a signal.
        oom_kills: How many processes of this machine the kernel has ended since this one was
            started, because memory ran out; None where nobody counts.
    """
    if code is None:
        return "ended with a status that nobody knows"
    if code >= 0:
        return f"exited with status {code}" + ("" if code else ", though nobody asked it to")
    try:
        number = signal.Signals(-code)
    except ValueError:  # a real-time signal has no name
        return f"killed by signal {-code}"
    if number is signal.SIGKILL and oom_kills:
        many = "a process" if oom_kills == 1 else f"{oom_kills} processes"
        return f"{OUT_OF_MEMORY}, and the kernel ended {many} for it"
    hint = _HINTS.get(number, "")
    if number is signal.SIGKILL and oom_kills == 0:
        hint = ", which some process sent: memory did not run out"
    return f"killed by signal {-code} ({number.name}){hint}"


def exit_reason(
    lines: Sequence[str],
    code: int | None,
    *,
    was_ready: bool,
    ended_with: int | None = None,
    folder: Path | None = None,
    oom_kills: int | None = None,
) -> str:
    """The reason of an end.

    Args:
        lines: What the process wrote last, oldest first.
        code: As for `exit_cause`.
        was_ready: Whether it took calls; its errors are those of calls then.
        ended_with: How many of the lines came about when it ended; None for all.
        folder: Where its own code is.
        oom_kills: As for `exit_cause`.
    """
    cause = exit_cause(code, oom_kills)
    said = [_parsed(line) for line in lines]
    errors = [message for level, message in said if level == "error"]
    if errors and not was_ready and code is not None and code > 0:
        return f"{cause}: {_one_line(errors[-1], folder)}"
    recent = len(lines) if ended_with is None else ended_with
    if place := _fault(lines[len(lines) - recent :], folder):
        return f"{cause}; {place}"
    if recent and said and said[-1][0] not in _EVERYDAY:
        return f"{cause}; its last line: {_one_line(said[-1][1], folder)}"
    return cause


def _fault(lines: Sequence[str], folder: Path | None) -> str:
    """Where in the function it was, if the interpreter said so; else where in any code."""
    begins = [number for number, line in enumerate(lines) if line.startswith(_FAULT)]
    if not begins:
        return ""
    frames = [found for line in lines[begins[-1] :] if (found := _FRAME.fullmatch(line))]
    for frame in frames:
        file = Path(frame["file"])
        if folder is not None and file.is_relative_to(folder):
            return f"in {frame['name']} ({file.relative_to(folder)}:{frame['line']})"
    return f"in {frames[0]['name']} ({frames[0]['file']}:{frames[0]['line']})" if frames else ""


def _one_line(words: str, folder: Path | None) -> str:
    # A traceback may hang on to the message, its line ends escaped or not.
    line = words.partition("\n")[0].partition("\\n")[0]
    if folder is not None:  # where the code was unpacked tells nobody anything
        line = line.replace(f"{folder}/", "")
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
