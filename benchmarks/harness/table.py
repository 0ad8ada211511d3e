"""The table: what, figure, bar, whether it holds."""

from collections.abc import Sequence

from benchmarks.harness.bars import Row

_HEAD = ("what", "figure", "bar", "holds?", "")


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text, with a rule under the head.

    Args:
        rows: At least one.

    Returns:
        Lines without a newline at the end.
    """
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines = [_line(line, widths) for line in cells]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, for docs/performance.md."""
    lines = ["| what | figure | bar | holds? | |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(cell.strip() for cell in _cells(row)) + " |" for row in rows]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    if row.figure is None:
        figure = ""
    else:
        digits = 1 if abs(row.figure) >= 10 else 2
        figure = f"{row.figure:.{digits}f}{' ' + row.unit if row.unit else ''}"
    limit = f"{row.bar}{' ' + row.unit if row.unit else ''}" if row.bar else "-"
    return row.what, figure, limit, row.verdict, row.note


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    what, figure, limit, verdict, note = cells
    start = (
        f"{what:<{widths[0]}}  {figure:>{widths[1]}}  {limit:>{widths[2]}}  {verdict:<{widths[3]}}"
    )
    return f"{start}  {note}".rstrip()
