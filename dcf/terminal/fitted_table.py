"""A table that fits a terminal, however narrow: cut, then left out, from its last column on."""

import sys
import textwrap
from collections.abc import Sequence

from .printing import columns_of, write_line
from .visible import visible_line

_NARROWEST = 20
_GAP = "  "
_INDENT = "    "
_NOTE_LINES = 4  # the rest is in `dcf function info` and --json
_LEAST = 9  # of a cell that is cut: shorter ones say too little


def write_fitted_table(
    head: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[Sequence[str]]
) -> None:
    """Write it to the terminal that stdout is; see `fitted_table`."""
    width = max(_NARROWEST, columns_of(sys.stdout))
    told = [column for column in range(len(head)) if any(row[column] for row in rows)]
    head = [head[column] for column in told] if rows else head
    shown = [[visible_line(row[column]) for column in told] for row in rows]
    said = [[visible_line(note) for note in each] for each in notes]
    for line in fitted_table(head, shown, said, width):
        write_line(line)


def fitted_table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[Sequence[str]],
    width: int,
) -> list[str]:
    """The lines of a table, each no wider than `width`.

    Args:
        head: A heading a column, the most important column first.
        rows: As many cells each.
        notes: Sentences below each row, which are wrapped.
        width: In characters.
    """
    table = [head, *rows]
    natural = [max(len(row[column]) for row in table) for column in range(len(head))]
    least = [max(len(each), _LEAST) for each in head]
    least[0] = min(natural[0], max(width // 2, least[0]))  # a name that is cut names nothing
    widths = _fitted(natural, least, width)
    lines = [_line(head, widths)]
    for row, said in zip(rows, notes, strict=True):
        lines.append(_line(row, widths))
        for note in said:
            lines += _wrapped(note, width)
    return lines


def _fitted(natural: Sequence[int], least: Sequence[int], width: int) -> list[int]:
    """The width of each column that has room."""
    widths = list(natural)
    while (over := sum(widths) + len(_GAP) * (len(widths) - 1) - width) > 0:
        for column in reversed(range(len(widths))):
            cut = min(over, max(0, widths[column] - least[column]))
            widths[column] -= cut
            over -= cut
        if over > 0:
            if len(widths) == 1:
                return [width]
            widths = list(natural[: len(widths) - 1])
    return widths


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = (_cut(cell, width).ljust(width) for cell, width in zip(cells, widths, strict=False))
    return _GAP.join(shown).rstrip()


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 2] + ".."


def _wrapped(note: str, width: int) -> list[str]:
    return textwrap.wrap(
        note,
        width,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT,
        max_lines=_NOTE_LINES,
        placeholder=" ...",
    )
