"""How verbs write: to pipes as it is, to terminals so that it cannot steer them."""

import contextlib
import json
import os
import subprocess
import sys

import pytest

from dcf.terminal import printing
from tests.terminal import Stream, Terminal

HOSTILE = "a\x1b[2Jb\u202e"


@pytest.fixture
def streams(monkeypatch):
    """`streams(is_terminal)` puts stdout and stderr in memory."""

    def replace(is_terminal, encoding="utf-8"):
        monkeypatch.delenv("NO_COLOR", raising=False)
        made = Stream(is_terminal, encoding), Stream(is_terminal, encoding)
        monkeypatch.setattr(sys, "stdout", made[0])
        monkeypatch.setattr(sys, "stderr", made[1])
        return made

    return replace


LINES = {
    "say": (printing.say, 0, "\x1b[34m{}\x1b[0m\n"),
    "write_line": (printing.write_line, 0, "{}\n"),
    "write_note": (printing.write_note, 1, "{}\n"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_goes_to_its_stream_and_is_coloured_for_a_terminal_alone(streams, name):
    write, which, shown = LINES[name]
    both = streams(is_terminal=False)
    write(HOSTILE)
    assert both[which].text == HOSTILE + "\n"
    assert both[1 - which].text == ""
    both = streams(is_terminal=True)
    write(HOSTILE)
    assert both[which].text == shown.format(r"a\x1b[2Jb\u202e")
    assert both[1 - which].text == ""


def test_no_color_is_heard_but_for_nothing(streams, monkeypatch):
    for value, shown in (("1", "x\n"), ("", "\x1b[34mx\x1b[0m\n")):
        out, _ = streams(is_terminal=True)
        monkeypatch.setenv("NO_COLOR", value)
        printing.say("x")
        assert out.text == shown


def test_a_complaint_says_that_it_is_one(streams):
    _, errors = streams(is_terminal=False)
    printing.complain("it failed")
    assert errors.text == "Error: it failed\n"
    _, errors = streams(is_terminal=True)
    printing.complain("it failed")
    assert errors.text == "\x1b[31mError: it failed\x1b[0m\n"


def test_progress_is_for_who_watches(streams):
    for is_terminal in (False, True):
        out, errors = streams(is_terminal)
        printing.progress("soon")
        assert ("soon" in errors.text) is is_terminal
        assert out.text == ""


def test_nothing_is_written_where_nothing_is_wanted(streams):
    both = streams(is_terminal=True)
    printing.silent("x")
    assert [each.text for each in both] == ["", ""]


def test_text_is_written_as_it_ends(streams):
    out, _ = streams(is_terminal=False)
    printing.write_text("a\nb")
    printing.write_text("c\n")
    assert out.text == "a\nbc\n"
    out, _ = streams(is_terminal=True)
    printing.write_text("a\n\x1b[2Jb")
    assert out.text == "a\n\\x1b[2Jb"


def test_bytes_reach_a_pipe_unchanged_and_a_terminal_as_text(streams):
    data = bytes(range(256))
    out, _ = streams(is_terminal=False)
    printing.write_bytes(data)
    assert out.buffer.getvalue() == data
    out, _ = streams(is_terminal=True)
    printing.write_pieces([b"\xc3", b"\xa9\x1b[2J\xff"])
    assert out.text == "é\\x1b[2J\\xff\n"  # the prompt that follows has a line of its own
    printing.write_pieces([b"a\n", b""])
    assert out.text.endswith("xff\na\n")


def test_an_answer_that_breaks_off_ends_its_line(streams):
    def broken():
        yield b"half"
        raise ConnectionError

    out, _ = streams(is_terminal=True)
    with pytest.raises(ConnectionError):
        printing.write_pieces(broken())
    assert out.text == "half\n"
    out, _ = streams(is_terminal=False)
    with pytest.raises(ConnectionError):
        printing.write_pieces(broken())
    assert out.text == "half"


def test_json_is_indented_in_the_order_given_or_one_line(streams):
    value = {"z": ["é"], "a": {"b": None}}
    out, _ = streams(is_terminal=False)
    printing.write_json(value)
    printing.write_json_line(value)
    *indented, line = out.text.splitlines()
    assert json.loads("\n".join(indented)) == json.loads(line) == value
    assert list(json.loads("\n".join(indented))) == ["z", "a"]
    assert "é" in line
    assert indented[1].startswith('  "z"')


def test_json_on_a_terminal_is_still_that_value(streams):
    out, _ = streams(is_terminal=True)
    printing.write_json({"a": HOSTILE})
    assert "\x1b" not in out.text
    assert json.loads(out.text) == {"a": HOSTILE}


def test_a_log_line_has_who_said_it_in_colour_and_nothing_that_steers(streams):
    out, _ = streams(is_terminal=True)
    printing.write_log_line("12:00", "a-1", HOSTILE)
    assert out.text == "12:00 \x1b[36ma-1\x1b[0m a\\x1b[2Jb\\u202e\n"
    out, _ = streams(is_terminal=False)
    printing.write_log_line("12:00", "a-1", "said")
    assert out.text == "12:00 a-1 said\n"


def test_a_table_is_as_wide_as_what_is_shown(streams):
    rows = [("a", "22", ""), ("\x07", "2", "x")]
    out, _ = streams(is_terminal=False)
    printing.write_table(("One", "B", "C"), rows)
    assert out.text == "One  B   C\na    22\n\x07    2   x\n"
    out, _ = streams(is_terminal=True)
    printing.write_table(("One", "B", "C"), rows)
    assert out.text == "One   B   C\na     22\n\\x07  2   x\n"


def test_a_step_takes_the_last_lines_place(streams):
    _, errors = streams(is_terminal=True)
    printing.show_step("RUN x\x1b")
    printing.show_step("")
    assert errors.text == "\r\x1b[KRUN x\\x1b\r\x1b[K"
    printing.show_step("two")
    printing.write_note("a line")
    assert errors.text.endswith("\r\x1b[Ktwo\r\x1b[Ka line\n")


def test_names_of_files_keep_their_bytes_and_no_character_is_too_much(streams):
    out, _ = streams(is_terminal=False)
    printing.write_line(os.fsdecode(b"\xff.jpg"))
    assert out.buffer.getvalue() == b"\xff.jpg\n"
    out, _ = streams(is_terminal=False, encoding="ascii")
    printing.write_line("é\ud800")
    assert out.text == "\\xe9\\ud800\n"


def test_what_was_printed_before_comes_before(streams):
    out, _ = streams(is_terminal=False)
    print("first", end=" ")
    printing.write_line("second")
    assert out.text == "first second\n"


def test_a_real_terminal_is_told_from_a_pipe(pytestconfig):
    terminal = Terminal()
    code = "from dcf.terminal.printing import say; say('x\\x07')"
    command = [sys.executable, "-B", "-c", code]
    root = pytestconfig.rootpath
    environ = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with contextlib.closing(terminal):
        subprocess.run(
            command, cwd=root, stdout=terminal.theirs, env=environ, timeout=30, check=True
        )
    assert terminal.text == "\x1b[34mx\\x07\x1b[0m\n"
    piped = subprocess.run(command, cwd=root, capture_output=True, timeout=30, check=True)
    assert piped.stdout == b"x\x07\n"


@pytest.mark.parametrize(("said", "columns"), [("33", 33), ("0", 80), ("-5", 80), ("wide", 80)])
def test_a_width_is_said_or_the_terminals_own(streams, monkeypatch, said, columns):
    out, _ = streams(is_terminal=True)  # a terminal that nobody can measure
    monkeypatch.setenv("COLUMNS", said)
    assert printing.columns_of(out) == columns
