"""The table shows every row, aligned."""

from benchmarks.harness.bars import Row, at_least, at_most
from benchmarks.harness.table import markdown, table

ROWS = (
    Row("p50", 1.0449, "", at_most(1.1), "8.7 ms / 8.3 ms"),
    Row("  of it: imports", 0.3, "s"),
    Row("memory", 187.24, "MB", at_most(200)),
    Row("throughput", 0.5, "", at_least(0.9)),
    Row("original", None, "", at_least(15), "needs TensorFlow"),
)


def test_each_row_shows_figure_bar_and_verdict():
    lines = table(ROWS).splitlines()
    assert len(lines) == 2 + len(ROWS)
    assert [line.split() for line in lines[2:]] == [
        ["p50", "1.04", "≤", "1.1", "yes", "8.7", "ms", "/", "8.3", "ms"],
        ["of", "it:", "imports", "0.30", "s", "-", "-"],
        ["memory", "187.2", "MB", "≤", "200", "MB", "yes"],
        ["throughput", "0.50", "≥", "0.9", "missed"],
        ["original", "≥", "15", "skipped", "needs", "TensorFlow"],
    ]


def test_columns_are_aligned():
    lines = table(ROWS).splitlines()
    assert lines[2].index("yes") == lines[4].index("yes") == lines[5].index("missed")


def test_markdown_has_a_cell_a_column():
    lines = markdown(ROWS).splitlines()
    assert {line.count("|") for line in lines} == {6}
    assert "| original |  | ≥ 15 | skipped | needs TensorFlow |" in lines
