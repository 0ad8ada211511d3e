"""A table that fits: cut, then left out, from its last column on; notes are wrapped below."""

import pytest

from dcf.terminal.fitted_table import fitted_table

HEAD = ("Function", "Status", "Image")
ROW = ("a-function", "Ready", "registry.example/name:1")


def test_where_there_is_room_nothing_is_cut():
    assert fitted_table(HEAD, [ROW], [[]], 80) == [
        "Function    Status  Image",
        "a-function  Ready   registry.example/name:1",
    ]


def test_the_last_column_is_cut_first():
    assert fitted_table(HEAD, [ROW], [[]], 30) == [
        "Function    Status  Image",
        "a-function  Ready   registry..",
    ]


def test_a_column_without_room_is_left_out_and_the_first_never():
    assert fitted_table(HEAD, [ROW], [[]], 20) == ["Function    Status", "a-function  Ready"]
    assert fitted_table(HEAD, [ROW], [[]], 10) == ["Function", "a-function"]
    assert fitted_table(HEAD, [ROW], [[]], 6) == ["Func..", "a-fu.."]


@pytest.mark.parametrize("width", range(20, 120, 7))
def test_no_line_is_wider(width):
    note = "why it cannot become ready: " + "words " * 200
    lines = fitted_table(HEAD, [ROW, ("x" * 100, "y" * 100, "z" * 100)], [[note], []], width)
    assert max(map(len, lines)) <= width
    assert any(line.endswith(" ...") for line in lines)


def test_a_note_stands_below_its_row():
    lines = fitted_table(("A",), [("1",), ("2",)], [["of one"], []], 20)
    assert lines == ["A", "1", "    of one", "2"]
