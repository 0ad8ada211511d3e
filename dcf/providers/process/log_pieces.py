"""Reading a log's files piece by piece; nothing here is held longer than one piece."""

import os
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from ...call_lines import CallLines
from ..stores import LogLine, LogQuery

_PIECE_BYTES = 1 << 18

Wanted = Callable[[bytes], LogLine | None]


@dataclass
class Piece:
    """One open file of a log, read up to some place.

    Attributes:
        number: How many rotations came before it.
        file: Open for reading; its position is where reading goes on.
        end: Where reading stops, or None to follow.
    """

    number: int
    file: BinaryIO
    end: int | None

    def room(self) -> int:
        """How many bytes may be read now."""
        left = _PIECE_BYTES if self.end is None else self.end - self.file.tell()
        return min(left, _PIECE_BYTES)


def wanted_by(query: LogQuery, since: str) -> Wanted:
    """Turn a line of a file into a record, or into None when it was not asked for.

    With a call in the query it wants to see every line, in order.

    Args:
        query: Whose name, instance and call count.
        since: The stamp of the first line that counts: text order is time order.
    """
    of_call = CallLines(query.call) if query.call else None

    def wanted(raw: bytes) -> LogLine | None:
        stamp, _, rest = raw.decode(errors="replace").partition(" ")
        instance, _, text = rest.partition(" ")
        if not instance or stamp < since or query.instance not in {"", instance}:
            return None
        if of_call and not of_call.has(instance, text):
            return None
        return LogLine(query.name, instance, stamp, text)

    return wanted


def next_lines(piece: Piece, wanted: Wanted) -> list[LogLine] | None:
    """The wanted ones of the next whole lines, or None when there are no more for now."""
    start = piece.file.tell()
    data = piece.file.read(piece.room())
    whole = data.rfind(b"\n") + 1
    piece.file.seek(start + whole)
    if not whole:
        return None
    return [line for raw in data[: whole - 1].split(b"\n") if (line := wanted(raw)) is not None]


def count(pieces: Iterable[Piece], wanted: Wanted) -> int:
    """How many wanted lines there are now; reading then begins at the start again."""
    found = 0
    for piece in pieces:
        while (lines := next_lines(piece, wanted)) is not None:
            found += len(lines)
        piece.file.seek(0)
    return found


def rewind(pieces: Iterable[Piece], wanted: Wanted, tail: int) -> deque[Piece]:
    """Leave out all before the newest so many wanted lines; the newest files are read first."""
    kept: deque[Piece] = deque()
    for piece in reversed(list(pieces)):
        kept.appendleft(piece)
        size = os.fstat(piece.file.fileno()).st_size if piece.end is None else piece.end
        data = piece.file.read(size)
        stop = data.rfind(b"\n")
        while stop >= 0 and tail:
            start = data.rfind(b"\n", 0, stop) + 1
            tail -= wanted(data[start:stop]) is not None
            piece.file.seek(start)
            stop = start - 1
        if not tail:
            break
        piece.file.seek(0)
    return kept
