"""How verbs write. A terminal gets text that cannot steer it; a file or pipe gets it as it is.

Names of files, labels of a bundle and errors of libraries come from elsewhere: an escape sequence
in one of them can rewrite the screen, a bidi mark can turn a name around.
"""

import json
import os
import re
import sys
from collections.abc import Iterable
from typing import TextIO

import click

# Controls but for tab; bidi marks and other format characters that show nothing; separators of
# lines; fillers; halves of surrogate pairs. Joining marks of scripts stay out of it.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


_NARROWEST = 20
_MOVING = 78


def visible(line: str) -> str:
    """A line with the number of each character that does not show, line feeds among them."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), line)


def write_line(line: str) -> None:
    """Write a line of the output."""
    write_to(sys.stdout, line)


def write_row(line: str) -> None:
    """Write a line of a table; at a terminal that is too narrow, what is over goes below it."""
    for part in _parts(line) if sys.stdout.isatty() else [line]:
        write_line(part)


def write_heading(line: str) -> None:
    """Write a line of the output, bold on a terminal."""
    if sys.stdout.isatty():
        _put(sys.stdout, click.style(visible(line), bold=True) + "\n")
    else:
        _put(sys.stdout, line + "\n")


def write_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Write rows of equal length below their heading, in columns."""
    table = [head, *rows]
    widths = [max(len(row[at]) for row in table) for at in range(len(head))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in table
    )
    write_heading(next(lines).rstrip())
    for line in lines:
        write_row(line.rstrip())


def write_json_line(value: object) -> None:
    """Write a value in one line; on a terminal as JSON that still is the same JSON."""
    text = json.dumps(value, ensure_ascii=False)
    if sys.stdout.isatty():
        text = _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)
    _put(sys.stdout, text + "\n")


def show_moving(line: str = "") -> None:
    """Puts a line of a terminal in the place of the one before; without one it is taken away."""
    sys.stderr.write(f"\r\x1b[K{visible(line)[:_MOVING]}")
    sys.stderr.flush()


def write_note(line: str) -> None:
    """Write a line beside the output, on stderr."""
    write_to(sys.stderr, line)


def write_to(stream: TextIO, line: str) -> None:
    """Write a line to a stream that may be a terminal."""
    _put(stream, (visible(line) if stream.isatty() else line) + "\n")


def open_closed_streams() -> None:
    """Give a process without stdout or stderr (`>&-`) one that nobody reads.

    Otherwise the next file would get its number, and be written to.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            reader, writer = os.pipe()
            os.close(reader)
            setattr(sys, name, os.fdopen(writer, "w"))


def _parts(line: str) -> list[str]:
    from shutil import get_terminal_size  # COLUMNS, else the terminal's own width
    from textwrap import wrap

    width = max(_NARROWEST, get_terminal_size().columns)
    shown = visible(line)
    if len(shown) <= width:
        return [shown]
    return wrap(shown, width, subsequent_indent="    ", drop_whitespace=True) or [""]


def _put(stream: TextIO, text: str) -> None:
    """Names of files keep their bytes; what cannot be written at all is written out."""
    encoding = stream.encoding or "utf-8"
    try:
        data = text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode(encoding, "backslashreplace")
    stream.flush()
    stream.buffer.write(data)
    stream.buffer.flush()
