"""Tables that fit, whatever the width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf.terminal.fitted_table import fitted_table, write_fitted_table

HEAD = ("Function", "Status", "Image")
ROWS = [("f", "Not Ready", "registry/" + "x" * 30), ("long-name-of-a-function", "Ready", "y")]
NOTES = [["revision 2 failed: " + "why " * 60], []]


def test_where_there_is_room_nothing_is_cut():
    lines = fitted_table(HEAD, ROWS, [[], ["a note"]], 200)
    assert lines == [
        "Function                 Status     Image",
        f"f                        Not Ready  {ROWS[0][2]}",
        "long-name-of-a-function  Ready      y",
        "    a note",
    ]


def test_the_last_column_is_cut_first_and_then_left_out():
    assert fitted_table(HEAD, ROWS, [[], []], 60)[1] == (
        "f                        Not Ready  registry/xxxxxxxxxxxxx.."
    )
    narrow = fitted_table(HEAD, ROWS, [[], []], 36)
    assert narrow[0] == "Function                 Status"
    assert narrow[1] == "f                        Not Ready"
    assert fitted_table(HEAD, ROWS, [[], []], 21)[2] == "long-nam..  Ready"


def test_notes_are_wrapped_below_their_row_and_have_an_end():
    lines = fitted_table(HEAD, ROWS, NOTES, 40)
    assert lines[2].startswith("    revision 2 failed: why")
    assert lines[6].startswith("long-name")
    assert lines[5].endswith(" ...")


@given(
    st.lists(st.tuples(*[st.text("ab -", max_size=90)] * 4), max_size=4),
    st.integers(20, 200),
    st.text("ab ", max_size=300),
)
def test_no_line_is_wider_than_the_terminal(rows, width, note):
    lines = fitted_table(("One", "Two", "A long heading", "D"), rows, [[note]] * len(rows), width)
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("rows", [[], [("f", "", "i")]], ids=["no-rows", "empty-column"])
def test_an_empty_column_takes_no_room_and_nothing_steers_the_terminal(capsys, monkeypatch, rows):
    monkeypatch.setenv("COLUMNS", "60")
    write_fitted_table(HEAD, rows, [["\x1b[2J"] for _ in rows])
    said = capsys.readouterr().out.splitlines()
    assert said == (
        ["Function  Image", "f         i", r"    \x1b[2J"] if rows else ["Function  Status  Image"]
    )
