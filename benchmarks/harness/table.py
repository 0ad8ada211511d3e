"""The table: what, figure, bar, whether it holds."""

from collections.abc import Sequence

from benchmarks.harness.bars import Row

_HEAD = ("what", "figure", "bar", "holds?", "")


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text, with a rule under the head."""
    return "\n".join(aligned([_HEAD, *(_cells(row) for row in rows)], "<>><<"))


def aligned(rows: Sequence[Sequence[str]], sides: str = "") -> list[str]:
    """Lines of cells, each on its column's side; without any all but the first on the right."""
    sides = sides or "<" + ">" * (len(rows[0]) - 1)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]


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
