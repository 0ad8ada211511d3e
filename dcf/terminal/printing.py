"""How verbs write: lines for people, JSON for programs, progress for who watches a terminal.

Everything goes through here. A terminal gets text that cannot steer it (`visible.py`), in colours;
a file or pipe gets the text as it is.
"""

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

import click

from .visible import visible_bytes, visible_json, visible_line, visible_text

_CLEAR = "\r\x1b[K"


class _Step:
    """What stands in the last line of the terminal on stderr, and goes before anything else."""

    lock = threading.RLock()  # a waiting line is written by a thread of its own
    is_shown = False


def say(line: str) -> None:
    """Write a line, blue on a terminal as the original does."""
    _write(sys.stdout, line, visible_line, "blue")


def silent(_line: str) -> None:
    """Write nothing."""


def progress(line: str) -> None:
    """Write a line that only somebody who waits at a terminal wants."""
    if sys.stderr.isatty():
        _write(sys.stderr, line, visible_line, "blue")


def write_line(line: str = "") -> None:
    """Write a line."""
    _write(sys.stdout, line, visible_line)


def write_note(line: str) -> None:
    """Write a line beside the output, on stderr."""
    _write(sys.stderr, line, visible_line)


def complain(line: str) -> None:
    """Write what went wrong, on stderr, and go on."""
    _write(sys.stderr, f"Error: {line}", visible_line, "red")


def write_text(text: str) -> None:
    """Write lines as they are, whatever the last one ends with."""
    _write(sys.stdout, text, visible_text, end="")


def write_bytes(data: bytes) -> None:
    """Write a function's answer."""
    write_pieces([data])


def write_pieces(pieces: Iterable[bytes]) -> None:
    """Write a function's answer as it comes."""
    if not sys.stdout.isatty():
        for piece in pieces:
            _put(sys.stdout, piece)
        return
    last = "\n"
    try:
        for text in visible_bytes(pieces):
            _put(sys.stdout, _encoded(text, sys.stdout))
            last = text[-1:] or last
    finally:
        if last != "\n":  # the shell's prompt, or the reason of a failure, gets a line of its own
            _put(sys.stdout, b"\n")


def write_json(value: object) -> None:
    """Write a value, indented, its keys in the order given."""
    _write(sys.stdout, json.dumps(value, indent=2, ensure_ascii=False), visible_json)


def write_json_line(value: object) -> None:
    """Write a value in one line."""
    _write(sys.stdout, json.dumps(value, ensure_ascii=False), visible_json)


def write_log_line(time: str, instance: str, text: str) -> None:
    """Write what a replica said, with who it is in another colour."""
    for part, color, end in ((time, "", " "), (instance, "cyan", " "), (text, "", "\n")):
        _write(sys.stdout, part, visible_line, color, end)


def write_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write columns as wide as their widest cell, two blanks apart."""
    table = [list(row) for row in (head, *rows)]
    if sys.stdout.isatty():
        table = [list(map(visible_line, row)) for row in table]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        write_line("  ".join(cells).rstrip())


def columns_of(stream: TextIO) -> int:
    """How wide the terminal is that a stream is, or is said to be; 80 where nobody knows."""
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdigit() and int(said):
        return int(said)
    with contextlib.suppress(ValueError, OSError):  # it is no terminal
        return os.get_terminal_size(stream.fileno()).columns or 80
    return 80


def show_step(step: str) -> None:
    """Put what is being done into the last line of the terminal on stderr; an empty one leaves."""
    shown = visible_line(step)[: columns_of(sys.stderr) - 1]
    with _Step.lock:
        if not shown and not _Step.is_shown:
            return
        _Step.is_shown = bool(shown)
        _write_out(sys.stderr, _encoded(_CLEAR + shown, sys.stderr))


def _write(
    stream: TextIO, text: str, made_visible: Callable[[str], str], color: str = "", end: str = "\n"
) -> None:
    if stream.isatty():
        text = made_visible(text)
        if color and not os.environ.get("NO_COLOR"):
            text = click.style(text, fg=color)
    _put(stream, _encoded(text + end, stream))


def _encoded(text: str, stream: TextIO) -> bytes:
    """Names of files keep their bytes; what cannot be written at all is written out."""
    try:
        return text.encode(stream.encoding, "surrogateescape")
    except UnicodeEncodeError:
        return text.encode(stream.encoding, "backslashreplace")


def _put(stream: TextIO, data: bytes) -> None:
    with _Step.lock:
        if _Step.is_shown:
            _Step.is_shown = False
            _write_out(sys.stderr, _CLEAR.encode())
        _write_out(stream, data)


def _write_out(stream: TextIO, data: bytes) -> None:
    stream.flush()
    stream.buffer.write(data)
    stream.buffer.flush()
